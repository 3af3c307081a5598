// Tests of the gate.
#include "runtime/gate.h"

#include <gtest/gtest.h>

#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace firn {
namespace {

Task<void> sleep_then_count(Executor* executor, Duration duration, int* count) {
  co_await sleep_for(*executor, duration);
  ++*count;
}

Task<void> close_then_mark(Gate* gate, bool* done) {
  co_await gate->close();
  *done = true;
}

TEST(GateTest, close_waits_for_all_tasks) {
  ManualExecutor executor;
  int count = 0;
  bool done = false;
  Gate closer(executor);
  {
    Gate gate(executor);
    gate.spawn(sleep_then_count(&executor, 5ms, &count));
    gate.spawn(sleep_then_count(&executor, 10ms, &count));
    EXPECT_EQ(gate.size(), 2u);
    closer.spawn(close_then_mark(&gate, &done));
    EXPECT_TRUE(gate.closing());
    executor.advance(6ms);
    EXPECT_EQ(gate.size(), 1u);
    EXPECT_FALSE(done);
    executor.run();
  }
  EXPECT_TRUE(done);
  EXPECT_EQ(count, 2);
}

TEST(GateTest, task_that_never_waits_ends_within_spawn) {
  ManualExecutor executor;
  int count = 0;
  Gate gate(executor);
  gate.spawn([](int* out) -> Task<void> {
    ++*out;
    co_return;
  }(&count));
  EXPECT_EQ(gate.size(), 0u);
  EXPECT_EQ(count, 1);
}

TEST(GateTest, task_may_spawn_while_the_gate_closes) {
  ManualExecutor executor;
  int count = 0;
  bool done = false;
  Gate closer(executor);
  Gate gate(executor);
  gate.spawn([](Executor* loop, Gate* self, int* out) -> Task<void> {
    co_await sleep_for(*loop, 1ms);
    self->spawn(sleep_then_count(loop, 1ms, out));
  }(&executor, &gate, &count));
  closer.spawn(close_then_mark(&gate, &done));
  executor.run();
  EXPECT_TRUE(done);
  EXPECT_EQ(count, 1);
}

TEST(GateDeathTest, destruction_with_a_running_task_is_a_defect) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        ManualExecutor executor;
        int count = 0;
        Gate gate(executor);
        gate.spawn(sleep_then_count(&executor, 5ms, &count));
      },
      "size_ == 0");
}

}  // namespace
}  // namespace firn
