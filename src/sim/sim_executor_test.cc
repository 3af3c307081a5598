// The executor's contract (runtime/executor.h) in simulated threads.
#include "sim/sim_executor.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/gate.h"
#include "runtime/sleep.h"
#include "sim/world.h"

namespace firn::sim {
namespace {

struct CountingTimer final : Timer {
  explicit CountingTimer(Executor& of) : executor(of) {}
  void fire() override { fired_at.push_back(executor.now()); }
  Executor& executor;
  std::vector<MonotonicTime> fired_at;
};

Task<void> append_after_yields(Executor* executor, std::string* text, char letter) {
  for (int i = 0; i < 3; i++) {
    co_await yield(*executor);
    *text += letter;
  }
}

Task<void> run_three(Executor* executor, std::string* text) {
  Gate gate(*executor);
  for (const char letter : {'a', 'b', 'c'}) gate.spawn(append_after_yields(executor, text, letter));
  co_await gate.close();
}

struct OneNode {
  explicit OneNode(uint64_t seed = 1, uint32_t threads = 1) : world(seed) {
    node = world.add_node("node", {}, {.thread_count = threads});
    world.start(node);
  }
  SimExecutor& executor(uint32_t thread = 0) { return world.runtime(node, thread).executor(); }
  World world;
  NodeIndex node;
};

TEST(sim_executor, posts_run_in_order_in_later_turns) {
  OneNode one;
  std::string text;
  EXPECT_TRUE(one.world.run(one.node, run_three(&one.executor(), &text), 1s));
  EXPECT_EQ(text, "abcabcabc");
}

TEST(sim_executor, timers_fire_once_and_never_early) {
  OneNode one;
  CountingTimer late(one.executor());
  CountingTimer early(one.executor());
  CountingTimer disarmed(one.executor());
  one.executor().arm(late, MonotonicTime{} + 20ms);
  one.executor().arm(early, MonotonicTime{} + 10ms);
  one.executor().arm(disarmed, MonotonicTime{} + 5ms);
  one.executor().disarm(disarmed);
  one.world.run_for(1s);
  ASSERT_EQ(early.fired_at.size(), 1u);
  ASSERT_EQ(late.fired_at.size(), 1u);
  EXPECT_TRUE(disarmed.fired_at.empty());
  EXPECT_GE(early.fired_at[0], MonotonicTime{} + 10ms);
  EXPECT_LT(early.fired_at[0], MonotonicTime{} + 11ms);
  EXPECT_GE(late.fired_at[0], MonotonicTime{} + 20ms);
}

TEST(sim_executor, rearmed_timer_forgets_its_old_time) {
  OneNode one;
  CountingTimer timer(one.executor());
  one.executor().arm(timer, MonotonicTime{} + 10ms);
  one.executor().arm(timer, MonotonicTime{} + 30ms);
  one.world.run_for(20ms);
  EXPECT_TRUE(timer.fired_at.empty());
  one.world.run_for(20ms);
  EXPECT_EQ(timer.fired_at.size(), 1u);
}

Task<void> sleep_many_times(Executor* executor) {
  for (int i = 0; i < 1000; i++) co_await sleep_for(*executor, 100us);
}

TEST(sim_executor, timers_that_come_and_go_leave_no_events_behind) {
  OneNode one;
  CountingTimer deadline(one.executor());
  one.executor().arm(deadline, MonotonicTime{} + 1000s);
  EXPECT_TRUE(one.world.run(one.node, sleep_many_times(&one.executor()), 1s));
  const uint64_t before = one.world.loop().events_run();
  one.world.run_for(2000s);
  EXPECT_LE(one.world.loop().events_run() - before, 3u);
  EXPECT_EQ(deadline.fired_at.size(), 1u);
}

TEST(sim_executor, submitted_work_of_one_thread_arrives_in_order) {
  OneNode one(7, 2);
  std::vector<int> arrived;
  for (int i = 0; i < 100; i++) one.executor(1).submit([&arrived, i] { arrived.push_back(i); });
  one.world.run_for(1s);
  ASSERT_EQ(arrived.size(), 100u);
  EXPECT_TRUE(std::ranges::is_sorted(arrived));
}

TEST(sim_executor, killed_node_runs_nothing_any_more) {
  OneNode one;
  CountingTimer& timer =
      *new CountingTimer(one.executor());  // armed for ever, so never destroyed: the node's memory
  one.executor().arm(timer, MonotonicTime{} + 10ms);
  bool ran = false;
  one.executor().submit([&ran] { ran = true; });
  SimExecutor& dead = one.executor();
  one.world.kill(one.node);
  dead.submit([&ran] { ran = true; });
  one.world.run_for(1s);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(timer.fired_at.empty());
}

TEST(sim_executor, frozen_node_goes_on_when_thawed) {
  OneNode one;
  CountingTimer timer(one.executor());
  one.executor().arm(timer, MonotonicTime{} + 10ms);
  one.world.freeze(one.node);
  one.world.run_for(1s);
  EXPECT_TRUE(timer.fired_at.empty());
  one.world.unfreeze(one.node);
  one.world.run_for(1ms);
  ASSERT_EQ(timer.fired_at.size(), 1u);
  EXPECT_GE(timer.fired_at[0], MonotonicTime{} + 1s);
}

TEST(sim_executor, clock_origins_may_differ) {
  WorldOptions options;
  options.clock.monotonic_origins_differ = true;
  World world(3, options);
  const NodeIndex a = world.add_node("a");
  const NodeIndex b = world.add_node("b");
  world.start_all();
  EXPECT_NE(world.runtime(a).now(), world.runtime(b).now());
  CountingTimer timer(world.runtime(a).executor());
  const MonotonicTime at = world.runtime(a).now() + 10ms;
  world.runtime(a).executor().arm(timer, at);
  world.run_for(1s);
  ASSERT_EQ(timer.fired_at.size(), 1u);
  EXPECT_GE(timer.fired_at[0], at);
  EXPECT_LT(timer.fired_at[0], at + 1ms);
}

TEST(sim_executor_death, use_from_another_thread_is_a_bug) {
  OneNode one(1, 2);
  one.executor(0).submit([&] { one.executor(1).post(std::noop_coroutine()); });
  EXPECT_DEATH(one.world.run_for(1s), "may_act_for");
}

}  // namespace
}  // namespace firn::sim
