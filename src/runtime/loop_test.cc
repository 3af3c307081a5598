// Tests of what every event loop does, on each kind.
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "runtime/blocking_run.h"
#include "runtime/epoll_executor.h"
#include "runtime/sleep.h"
#include "runtime/sync.h"
#include "runtime/uring_executor.h"
#include "runtime/when_all.h"

namespace firn {
namespace {

template <class Loop>
struct LoopTest : ::testing::Test {
  std::unique_ptr<Loop> make() {
    auto executor = Loop::create();
    if (!executor) assert_failed(executor.error().message().c_str(), __FILE__, __LINE__);
    return *std::move(executor);
  }
};

using Loops = ::testing::Types<UringExecutor, EpollExecutor>;
TYPED_TEST_SUITE(LoopTest, Loops);

int64_t thread_cpu_us() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000 + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

Task<void> sleep_task(Executor* executor, Duration duration) { co_await sleep_for(*executor, duration); }

TYPED_TEST(LoopTest, timers_fire_in_order_and_never_early) {
  auto executor = this->make();
  std::vector<int> log;
  std::vector<Task<void>> tasks;
  for (int ms : {15, 5, 10, 0}) {
    tasks.push_back([](Executor* loop, int length, std::vector<int>* out) -> Task<void> {
      const MonotonicTime until = loop->now() + std::chrono::milliseconds(length);
      co_await sleep_until(*loop, until);
      EXPECT_GE(loop->now(), until);
      out->push_back(length);
    }(executor.get(), ms, &log));
  }
  blocking_run(*executor, when_all(std::move(tasks)));
  EXPECT_EQ(log, (std::vector<int>{0, 5, 10, 15}));
}

TYPED_TEST(LoopTest, blocked_loop_uses_no_cpu) {
  auto executor = this->make();
  const int64_t before = thread_cpu_us();
  blocking_run(*executor, sleep_task(executor.get(), 200ms));
  EXPECT_LT(thread_cpu_us() - before, 20'000);
}

TYPED_TEST(LoopTest, loop_runs_again_after_it_was_stopped) {
  auto executor = this->make();
  for (int round = 0; round < 3; round++) blocking_run(*executor, sleep_task(executor.get(), 1ms));
}

TYPED_TEST(LoopTest, task_that_never_waits_is_run_too) {
  auto executor = this->make();
  EXPECT_EQ(blocking_run(*executor, []() -> Task<int> { co_return 3; }()), 3);
}

TYPED_TEST(LoopTest, created_here_runs_in_another_thread) {
  auto executor = this->make();
  std::thread thread([&] { executor->run(); });
  executor->submit([&] { executor->stop(); });
  thread.join();
}

TYPED_TEST(LoopTest, submitted_work_keeps_its_order_per_thread) {
  constexpr int kThreads = 2;
  constexpr int kPerThread = 50'000;
  auto executor = this->make();
  std::vector<int> next(kThreads);
  int total = 0;
  std::vector<std::thread> threads;
  for (int id = 0; id < kThreads; id++) {
    threads.emplace_back([&, id] {
      for (int i = 0; i < kPerThread; i++) {
        executor->submit([&, id, i] {
          EXPECT_EQ(next[id]++, i);
          if (++total == kThreads * kPerThread) executor->stop();
        });
        if (i % 1000 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    });
  }
  executor->run();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(total, kThreads * kPerThread);
}

TYPED_TEST(LoopTest, two_loops_wake_each_other) {
  constexpr int kRounds = 2000;
  auto here = this->make();
  auto there = this->make();
  std::thread thread([&] { there->run(); });
  blocking_run(*here, [](Executor* from, Executor* to) -> Task<void> {
    for (int i = 0; i < kRounds; i++) {
      OneShot<int> reply(*from);
      to->submit([&reply, from, i] { from->submit([&reply, i] { reply.set(i); }); });
      EXPECT_EQ(co_await reply.wait(), i);
      if (i % 100 == 0) co_await sleep_for(*from, 1ms);  // both sides asleep
    }
  }(here.get(), there.get()));
  there->submit([&] { there->stop(); });
  thread.join();
}

TYPED_TEST(LoopTest, work_that_was_never_run_is_destroyed) {
  auto witness = std::make_shared<int>(1);
  {
    auto executor = this->make();
    executor->submit([witness] {});
    EXPECT_EQ(witness.use_count(), 2);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

}  // namespace
}  // namespace firn
