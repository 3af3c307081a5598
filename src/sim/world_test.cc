// Whole worlds: a toy service under crashes and every other fault, replayed by its seed.
#include "sim/world.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/sleep.h"
#include "sim/nemesis.h"
#include "sim/toy_counter_test.h"

namespace firn::sim {
namespace {

using toy::Counting;

struct SwarmRun {
  uint64_t hash = 0;
  uint64_t counted = 0;
  bool lost = false;
  bool live = false;
};

// A swarm-configured run with a nemesis, then healed: liveness.
SwarmRun run_swarm(uint64_t seed, bool flush_is_a_lie = false) {
  WorldOptions options = WorldOptions::swarm(seed);
  options.disk.flush_is_a_lie = flush_is_a_lie;
  Counting counting(seed, options);
  NemesisOptions troubles = NemesisOptions::swarm(seed, {counting.server, counting.client}, 1);
  troubles.victims = {counting.server};
  troubles.pause = {10ms, 1s};
  troubles.down_time = {1ms, 500ms};
  Nemesis nemesis(counting.world, troubles);
  nemesis.start();
  counting.counter().count_to(UINT64_MAX);
  counting.world.run_for(5s);
  nemesis.stop();
  counting.world.heal();
  SwarmRun run;
  run.counted = counting.findings.acknowledged;
  run.live = counting.reach(run.counted + 20, 100s);
  run.lost = counting.findings.lost_acknowledged;
  run.hash = counting.world.hash();
  return run;
}

TEST(world, same_seed_same_hash) {
  for (uint64_t seed = 0; seed < 10; seed++)
    EXPECT_EQ(run_swarm(seed).hash, run_swarm(seed).hash) << "seed " << seed;
}

TEST(world, different_seeds_different_hashes) {
  std::set<uint64_t> hashes;
  for (uint64_t seed = 0; seed < 30; seed++) hashes.insert(run_swarm(seed).hash);
  EXPECT_EQ(hashes.size(), 30u);
}

TEST(world, service_loses_nothing_and_lives_after_healing) {
  uint64_t counted = 0;
  for (uint64_t seed = 0; seed < 100; seed++) {
    const SwarmRun run = run_swarm(seed);
    EXPECT_FALSE(run.lost) << "seed " << seed;
    EXPECT_TRUE(run.live) << "seed " << seed;
    counted += run.counted;
  }
  EXPECT_GT(counted, 10'000u);
}

TEST(world, service_on_a_flush_that_lies_is_caught) {
  int caught = 0;
  for (uint64_t seed = 0; seed < 100; seed++) caught += run_swarm(seed, true).lost;
  EXPECT_GT(caught, 10);
}

TEST(world, service_survives_a_crash_at_every_nth_io) {
  uint64_t nth = 1;
  for (;; nth++) {
    Counting counting(nth);
    FaultPlan& plan = counting.world.disk(counting.server).plan();
    plan.at_nth(nth, FaultAction::crash);
    counting.counter().count_to(10);
    counting.world.run_until([&] { return plan.triggered() || counting.findings.acknowledged == 10; }, 10s);
    if (!plan.triggered()) break;
    EXPECT_FALSE(counting.world.is_up(counting.server));
    counting.world.start(counting.server);
    EXPECT_TRUE(counting.reach(10, 60s)) << "nth " << nth;
    EXPECT_FALSE(counting.findings.lost_acknowledged) << "nth " << nth;
  }
  EXPECT_GT(nth, 20u);
}

TEST(world, restarted_node_recovers_what_it_had_acknowledged) {
  Counting counting(1);
  counting.counter().count_to(5);
  ASSERT_TRUE(counting.reach(5, 10s));
  counting.world.restart(counting.server);
  EXPECT_EQ(counting.world.context(counting.server).life_number(), 2u);
  counting.world.run_for(1s);
  EXPECT_EQ(counting.findings.recovered, 5u);
}

TEST(world, stopped_node_has_run_its_destructors_and_starts_anew) {
  Counting counting(1);
  counting.counter().count_to(5);
  ASSERT_TRUE(counting.reach(5, 10s));
  EXPECT_TRUE(counting.world.stop(counting.client, 10s));
  EXPECT_TRUE(counting.world.stop(counting.server, 10s));
  counting.world.start_all();
  counting.counter().count_to(7);
  EXPECT_TRUE(counting.reach(7, 10s));
  EXPECT_TRUE(counting.world.stop(counting.client, 10s));
  EXPECT_TRUE(counting.world.stop(counting.server, 10s));
}

Task<int> seven_after(Executor* executor, Duration delay) {
  co_await sleep_for(*executor, delay);
  co_return 7;
}

TEST(world, runs_a_task_until_it_ends_or_the_limit_or_the_nodes_death) {
  World world(1);
  const NodeIndex node = world.add_node("node");
  world.start(node);
  Executor* const executor = &world.runtime(node).executor();
  EXPECT_EQ(world.run(node, seven_after(executor, 1s), 2s), 7);
  EXPECT_EQ(world.run(node, seven_after(executor, 3s), 2s), std::nullopt);
  world.after(1s, [&] { world.kill(node); });
  EXPECT_EQ(world.run(node, seven_after(executor, 2s), 3s), std::nullopt);
  EXPECT_FALSE(world.is_up(node));
}

TEST(world, wall_clocks_differ_and_monotonic_time_does_not_jump) {
  WorldOptions options;
  options.clock.wall_offset_max = 10s;
  options.clock.wall_drift_ppm_max = 500;
  World world(3, options);
  const NodeIndex a = world.add_node("a");
  const NodeIndex b = world.add_node("b");
  world.start_all();
  const int64_t difference = world.runtime(a).wall_time().ns - world.runtime(b).wall_time().ns;
  EXPECT_NE(difference, 0);
  EXPECT_LE(std::abs(difference), Duration(20s).count());
  world.run_for(1000s);
  EXPECT_NE(world.runtime(a).wall_time().ns - world.runtime(b).wall_time().ns, difference);
  EXPECT_EQ(world.runtime(a).now(), MonotonicTime{} + 1000s);
}

TEST(world, log_lines_carry_time_and_node) {
  World world(1);
  const NodeIndex node = world.add_node("node");
  world.start(node);
  world.run_for(1500ms);
  const uint64_t before = world.hash();
  world.runtime(node).log().warning("pool=tank state=degraded");
  EXPECT_EQ(world.log_lines().all().back(), "1.500000000 node.0 warning pool=tank state=degraded");
  EXPECT_NE(world.hash(), before);
}

TEST(world, killing_a_node_in_its_start_is_a_crash) {
  World world(1);
  NodeIndex node;
  node = world.add_node("node", [&](NodeContext&) {
    world.kill(node);
    return std::make_unique<NodeProgram>();
  });
  world.start(node);
  EXPECT_FALSE(world.is_up(node));
  EXPECT_EQ(world.program(node), nullptr);
}

TEST(world, freeze_stops_a_node_and_thaw_continues_it) {
  Counting counting(1);
  counting.counter().count_to(1000);
  ASSERT_TRUE(counting.reach(5, 10s));
  counting.world.freeze(counting.server);
  counting.world.run_for(1s);
  const uint64_t frozen_at = counting.findings.acknowledged;
  counting.world.run_for(5s);
  EXPECT_EQ(counting.findings.acknowledged, frozen_at);
  counting.world.heal();
  EXPECT_TRUE(counting.reach(frozen_at + 5, 10s));
}

}  // namespace
}  // namespace firn::sim
