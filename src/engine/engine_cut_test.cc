// A channel that breaks at each message of a scenario, and in the middle of its data: every operation is
// carried out exactly once and says so. Conditions tell: an insert that was carried out and then repeated
// would find itself.
#include <string>

#include <gtest/gtest.h>

#include "engine/sim_cluster_test.h"

namespace firn::engine {
namespace {

using sim::CutPoint;

void expect_ok(const Result<ChangeReply>& reply) {
  EXPECT_TRUE(reply.has_value()) << reply.error().message();
}

// Values in the index, and outside of it.
void run_scenario(SimCluster& cluster) {
  const TestObject object = cluster.object(1);
  for (const size_t bytes : {20, 30'000}) {
    const std::string key = std::to_string(bytes);
    const std::string first(bytes, 'a');
    const std::string second(bytes, 'b');
    expect_ok(cluster.update(object, key, first, Condition::dkey_insert));
    EXPECT_EQ(cluster.get(object, key), first);
    expect_ok(cluster.update(object, key, second, Condition::dkey_update));
    EXPECT_EQ(cluster.get(object, key), second);
    PunchRequest punch = object.punch_dkey(key);
    punch.conditions = Condition::punch;
    expect_ok(cluster.call(std::move(punch), object.target()));
    EXPECT_EQ(cluster.get(object, key), "");
    expect_ok(cluster.update(object, key, first, Condition::dkey_insert));
  }
  auto refused = cluster.update(object, "20", "x", Condition::dkey_insert);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Code::exists);
  EXPECT_EQ(cluster.get(object, "20"), std::string(20, 'a'));
}

// How many frames were cut.
uint64_t cut_at_each_frame(CutPoint point, const sim::WorldOptions& options) {
  for (uint64_t nth = 1;; nth++) {
    SCOPED_TRACE("frame " + std::to_string(nth));
    SimCluster cluster(nth, options);
    cluster.create();
    cluster.world.network().cut_plan().at_frame(nth, point);
    run_scenario(cluster);
    if (!cluster.world.network().cut_plan().triggered() || testing::Test::HasFailure()) return nth - 1;
  }
}

// 16 operations, each with a request and an answer.
constexpr uint64_t kFramesMin = 32;

TEST(EngineBehindCutChannels, frames_that_do_not_arrive) {
  EXPECT_GE(cut_at_each_frame(CutPoint::before, {}), kFramesMin);
}

TEST(EngineBehindCutChannels, frames_that_arrive_as_the_last) {
  EXPECT_GE(cut_at_each_frame(CutPoint::behind, {}), kFramesMin);
}

TEST(EngineBehindCutChannels, frames_cut_in_their_data) {
  EXPECT_GE(cut_at_each_frame(CutPoint::inside, {}), kFramesMin);
}

TEST(EngineBehindCutChannels, and_other_frames_late_lost_and_doubled) {
  sim::WorldOptions options;
  options.network.slow = {100'000};
  options.network.lost = {20'000};
  options.network.duplicated = {100'000};
  options.network.split = {500'000};
  EXPECT_GE(cut_at_each_frame(CutPoint::behind, options), kFramesMin);
}

}  // namespace
}  // namespace firn::engine
