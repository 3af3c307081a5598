// What a new pool will look like: capacities, numbers of placement groups, the first map.
#include "control/pool_plan.h"

#include <gtest/gtest.h>

#include "control/manual_runtime_test.h"
#include "model/limits.h"

namespace firn::control {
namespace {

constexpr uint64_t kMebi = 1 << 20;
constexpr uint64_t kGibi = 1 << 30;

PoolCreateRequest request(uint64_t capacity_bytes, uint32_t pg_count = 0) {
  PoolCreateRequest made;
  made.label = "tank";
  made.capacity_bytes = capacity_bytes;
  made.pg_count = pg_count;
  return made;
}

TEST(PoolPlan, capacity_is_shared_evenly_in_whole_mebibytes) {
  const PoolPlan plan = ok(plan_pool(request(100 * kMebi + 5), 3, kGibi));
  EXPECT_EQ(plan.capacity_bytes_per_target, 33 * kMebi);
  EXPECT_EQ(plan.pg_count, kPlacementGroupsDefault);
}

TEST(PoolPlan, capacity_0_is_the_disk_less_a_twentieth) {
  EXPECT_EQ(ok(plan_pool(request(0), 2, 2000 * kMebi)).capacity_bytes_per_target, 950 * kMebi);
  EXPECT_EQ(code_of(plan_pool(request(0), 2, 32 * kMebi)), Code::no_space);
}

TEST(PoolPlan, refuses_what_cannot_be) {
  const auto small = plan_pool(request(63 * kMebi), 4, kGibi);
  ASSERT_EQ(code_of(small), Code::invalid);
  EXPECT_NE(small.error().remedy().find("64 MiB"), std::string::npos) << small.error().remedy();
  EXPECT_TRUE(plan_pool(request(64 * kMebi), 4, kGibi));
  EXPECT_EQ(code_of(plan_pool(request(2 * kGibi), 4, kGibi)), Code::no_space);
  for (const uint32_t bad : {3u, 1000u, kPlacementGroupsMax * 2, 2u}) {
    EXPECT_EQ(code_of(plan_pool(request(kGibi, bad), 4, kGibi)), Code::invalid) << bad;
  }
}

TEST(PoolPlan, every_target_gets_placement_groups) {
  EXPECT_EQ(ok(plan_pool(request(0, 4), 4, kGibi)).pg_count, 4u);
  EXPECT_EQ(ok(plan_pool(request(0), 3000, 1000 * kGibi)).pg_count, 4096u);
}

TEST(PoolPlan, first_map_has_all_targets_and_no_uri) {
  const PoolMap map = first_map(PoolId{}, Rank{7}, 3, 64);
  EXPECT_EQ(map.version, MapVersion{1});
  EXPECT_EQ(map.pg_count(), 64u);
  ASSERT_EQ(map.targets.size(), 3u);
  EXPECT_EQ(map.targets[2].engine_target, 2u);
  EXPECT_EQ(map.targets[2].rank, Rank{7});
  EXPECT_TRUE(map.targets[2].uri.empty());
  EXPECT_NE(map.primary(PgIndex{0}), map.primary(PgIndex{1}));
}

}  // namespace
}  // namespace firn::control
