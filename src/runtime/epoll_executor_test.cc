// Tests of what the epoll loop does beyond every loop's duties: it goes from thread to thread, and stands
// still.
#include "runtime/epoll_executor.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "runtime/blocking_run.h"
#include "runtime/epoll_socket.h"
#include "runtime/gate.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"

namespace firn {
namespace {

struct EpollExecutorTest : ::testing::Test {
  EpollExecutorTest() : loop_(*EpollExecutor::create()), sockets_(*loop_) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    mine_ = sockets_.adopt(ends[0]);
    other_ = Descriptor(ends[1]);
  }
  void send_from_outside(std::string_view text) {
    EXPECT_EQ(::send(other_.number(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  static Task<void> receive(Socket* socket, std::string* target) {
    auto received = co_await socket->receive({reinterpret_cast<std::byte*>(target->data()), target->size()});
    EXPECT_TRUE(received.has_value());
    target->resize(received.value_or(0));
  }

  std::unique_ptr<EpollExecutor> loop_;
  EpollSockets sockets_;
  std::unique_ptr<Socket> mine_;
  Descriptor other_;
};

struct Alarm final : Timer {
  explicit Alarm(std::string* of) : log(of) {}
  void fire() override { *log += "alarm "; }
  std::string* log;
};

TEST_F(EpollExecutorTest, goes_on_in_another_thread) {
  Gate gate(*loop_);
  std::string text(10, ' ');
  std::thread([&] {
    gate.spawn(receive(mine_.get(), &text));
    loop_->run(loop_->now());
  }).join();
  EXPECT_EQ(gate.size(), 1u);
  std::thread([&] {
    send_from_outside("hello");
    blocking_run(*loop_, gate.close());
  }).join();
  EXPECT_EQ(text, "hello");
}

// What another thread leaves for a poller: found while the loop is awake, told when it sleeps.
struct Mailbox final : Poller {
  explicit Mailbox(EpollExecutor& of) : loop(of) { loop.add_poller(*this); }
  ~Mailbox() { loop.remove_poller(*this); }
  void poll() override {
    while (taken < left.load()) {
      taken++;
      loop.stop();
    }
  }
  bool ready() const override { return taken < left.load(); }
  void sleeping(bool asleep) override { announced.store(asleep); }
  void leave() {
    left++;
    if (announced.exchange(false)) loop.submit([] {});
  }
  EpollExecutor& loop;
  int taken = 0;
  std::atomic<int> left = 0;
  std::atomic<bool> announced = false;
};

TEST_F(EpollExecutorTest, asks_pollers_awake_and_is_woken_for_them) {
  Mailbox mailbox(*loop_);
  constexpr int kRounds = 200;
  std::atomic<int> seen = 0;
  std::thread other([&] {
    for (int i = 0; i < kRounds; i++) {
      while (seen.load() < i) std::this_thread::yield();
      if (i % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      mailbox.leave();
    }
  });
  while (mailbox.taken < kRounds) {
    loop_->run();
    seen = mailbox.taken;
  }
  other.join();
}

TEST_F(EpollExecutorTest, busy_pollers_do_not_keep_sockets_out) {
  Mailbox mailbox(*loop_);
  Gate gate(*loop_);
  std::string text(10, ' ');
  gate.spawn(receive(mine_.get(), &text));
  loop_->run(loop_->now());
  send_from_outside("hello");
  for (int turn = 0; turn < 100 && gate.size() > 0; turn++) {
    mailbox.left++;
    loop_->run();
  }
  EXPECT_EQ(text, "hello");
  blocking_run(*loop_, gate.close());
}

// A caller that was away for longer than it had allowed for the answer.
TEST_F(EpollExecutorTest, what_has_arrived_is_seen_before_timers_fire) {
  std::string log;
  Alarm alarm(&log);
  Gate gate(*loop_);
  std::string text(10, ' ');
  gate.spawn([](Socket* socket, std::string* target, Executor* executor, Alarm* timer,
                std::string* out) -> Task<void> {
    co_await receive(socket, target);
    *out += *target;
    executor->disarm(*timer);
  }(mine_.get(), &text, loop_.get(), &alarm, &log));
  loop_->arm(alarm, loop_->now() + 1ms);
  loop_->run(loop_->now());
  send_from_outside("answer");
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  blocking_run(*loop_, gate.close());
  EXPECT_EQ(log, "answer");
}

TEST_F(EpollExecutorTest, runs_until_a_time) {
  const MonotonicTime until = loop_->now() + 5ms;
  loop_->run(until);
  EXPECT_GE(loop_->now(), until);
}

TEST_F(EpollExecutorTest, stops_at_once_when_it_was_told_before_it_ran) {
  loop_->stop();
  loop_->run();
}

TEST_F(EpollExecutorTest, work_submitted_while_nobody_runs_it_waits) {
  bool done = false;
  loop_->submit([&] { done = true; });
  EXPECT_FALSE(done);
  loop_->run(loop_->now());
  EXPECT_TRUE(done);
}

// The last bytes and the end come together: the end must not be missed.
TEST_F(EpollExecutorTest, end_of_a_stream_is_seen_behind_its_last_bytes) {
  send_from_outside("last");
  other_.reset();
  std::string text(10, ' ');
  blocking_run(*loop_, receive(mine_.get(), &text));
  EXPECT_EQ(text, "last");
  text.assign(10, ' ');
  blocking_run(*loop_, receive(mine_.get(), &text));
  EXPECT_EQ(text, "");
}

}  // namespace
}  // namespace firn
