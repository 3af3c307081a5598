// Tests of the io_uring loop.
#include "runtime/uring_executor.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "runtime/blocking_run.h"
#include "runtime/sleep.h"
#include "runtime/sync.h"
#include "runtime/uring_operation.h"
#include "runtime/when_all.h"

namespace firn {
namespace {

std::unique_ptr<UringExecutor> make_executor(UringOptions options = {}) {
  auto executor = UringExecutor::create(options);
  if (!executor) assert_failed(executor.error().message().c_str(), __FILE__, __LINE__);
  return *std::move(executor);
}

int64_t thread_cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

Task<void> sleep_task(Executor* executor, Duration duration) { co_await sleep_for(*executor, duration); }

Task<int> read_pipe(UringExecutor* executor, int descriptor, char* target) {
  co_return co_await perform(
      *executor, [=](io_uring_sqe* entry) { io_uring_prep_read(entry, descriptor, target, 1, 0); });
}

Task<int> nothing(UringExecutor* executor) {
  co_return co_await perform(*executor, [](io_uring_sqe* entry) { io_uring_prep_nop(entry); });
}

TEST(UringExecutorTest, more_operations_than_entries) {
  auto executor = make_executor({.entries = 8});
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 1000; i++) tasks.push_back(nothing(executor.get()));
  const auto results = blocking_run(*executor, when_all(std::move(tasks)));
  EXPECT_EQ(results.size(), 1000u);
  EXPECT_EQ(executor->operations(), 0u);
}

TEST(UringExecutorTest, operation_completes_from_outside_and_can_be_canceled) {
  auto executor = make_executor();
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  char byte = 0;
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(::write(pipe[1], "x", 1), 1);
  });
  EXPECT_EQ(blocking_run(*executor, read_pipe(executor.get(), pipe[0], &byte)), 1);
  EXPECT_EQ(byte, 'x');
  writer.join();

  const int canceled = blocking_run(*executor, [](UringExecutor* loop, int descriptor) -> Task<int> {
    char target = 0;
    auto read =
        perform(*loop, [&](io_uring_sqe* entry) { io_uring_prep_read(entry, descriptor, &target, 1, 0); });
    Gate gate(*loop);
    gate.spawn([](UringExecutor* executor, UringCompletion* operation) -> Task<void> {
      co_await sleep_for(*executor, 5ms);
      executor->cancel(*operation);
    }(loop, &read));
    const int result = co_await read;
    co_await gate.close();
    co_return result;
  }(executor.get(), pipe[0]));
  EXPECT_EQ(canceled, -ECANCELED);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

// A number that another thread puts into memory; see runtime/poller.h for the protocol.
class Mailbox final : public Poller {
 public:
  explicit Mailbox(UringExecutor& loop) : loop_(loop), arrived_(loop) { loop.add_poller(*this); }
  ~Mailbox() { loop_.remove_poller(*this); }

  // From any one thread.
  void put(int number) {
    posted_.store(number);
    if (asleep_.load() && asleep_.exchange(false)) loop_.submit([] {});
  }
  Task<void> wait_for(int number) {
    while (taken_ < number) {
      arrived_.reset();
      co_await arrived_.wait();
    }
  }
  int polls() const { return polls_; }

  void poll() override {
    polls_++;
    if (!ready()) return;
    taken_ = posted_.load();
    arrived_.set();
  }
  bool ready() const override { return posted_.load() != taken_; }
  void sleeping(bool asleep) override { asleep_.store(asleep); }

 private:
  UringExecutor& loop_;
  std::atomic<int> posted_ = 0;
  std::atomic<bool> asleep_ = false;
  int taken_ = 0;
  int polls_ = 0;
  Event arrived_;
};

class PollerTest : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Waiting, PollerTest, testing::Bool(),
                         [](const auto& of) { return of.param ? "spinning" : "blocking"; });

// A wake-up that is lost would leave both loops asleep for ever.
TEST_P(PollerTest, two_loops_exchange_numbers_through_memory) {
  constexpr int kRounds = 5000;
  auto here = make_executor({.spin = GetParam()});
  auto there = make_executor({.spin = GetParam()});
  auto mine = std::make_unique<Mailbox>(*here);
  auto theirs = std::make_unique<Mailbox>(*there);
  const auto exchange = [](Mailbox* own, Mailbox* other, bool begins) -> Task<void> {
    for (int i = 1; i <= kRounds; i++) {
      if (begins) other->put(i);
      co_await own->wait_for(i);
      if (!begins) other->put(i);
    }
  };
  std::thread thread([&] { blocking_run(*there, exchange(theirs.get(), mine.get(), false)); });
  blocking_run(*here, exchange(mine.get(), theirs.get(), true));
  thread.join();
}

TEST(UringExecutorTest, removed_poller_is_not_asked_any_more) {
  // Removes itself and the one behind it, whose turn would be next.
  struct Remover final : Poller {
    void poll() override {
      loop->remove_poller(*this);
      loop->remove_poller(*other);
    }
    bool ready() const override { return false; }
    void sleeping(bool) override {}
    UringExecutor* loop = nullptr;
    Mailbox* other = nullptr;
  };
  auto executor = make_executor();
  Remover remover;
  remover.loop = executor.get();
  executor->add_poller(remover);
  Mailbox mailbox(*executor);
  remover.other = &mailbox;
  blocking_run(*executor, sleep_task(executor.get(), 1ms));
  EXPECT_EQ(mailbox.polls(), 0);
  executor->add_poller(mailbox);
  blocking_run(*executor, sleep_task(executor.get(), 1ms));
  EXPECT_GT(mailbox.polls(), 0);
}

TEST(UringExecutorTest, loop_with_a_quiet_poller_uses_no_cpu) {
  auto executor = make_executor();
  const Mailbox mailbox(*executor);
  const int64_t before = thread_cpu_us();
  blocking_run(*executor, sleep_task(executor.get(), 200ms));
  EXPECT_LT(thread_cpu_us() - before, 20'000);
}

struct FakeWait final : UringPolled {
  FakeWait(UringExecutor& executor, bool* come) : come_(come) { executor.poll_while_awake(*this); }
  bool poll() override {
    asked++;
    return *come_;
  }
  void arm() override { armed = true; }
  int asked = 0;
  bool armed = false;
  bool* come_;
};

TEST(UringExecutorTest, only_the_latest_of_many_waits_are_asked_and_none_when_it_sleeps) {
  auto executor = make_executor({.spin = false});
  bool come = false;
  std::vector<std::unique_ptr<FakeWait>> waits;
  for (int i = 0; i < 6; i++) waits.push_back(std::make_unique<FakeWait>(*executor, &come));
  EXPECT_TRUE(waits[0]->armed);
  EXPECT_TRUE(waits[1]->armed);
  EXPECT_FALSE(waits[2]->armed);
  blocking_run(*executor, sleep_task(executor.get(), 1ms));
  for (const auto& wait : waits) EXPECT_TRUE(wait->armed);
  EXPECT_EQ(waits[0]->asked, 0);
  EXPECT_GT(waits[5]->asked, 0);
}

}  // namespace
}  // namespace firn
