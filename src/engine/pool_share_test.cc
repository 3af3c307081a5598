// What a target serves of a pool.
#include "engine/pool_share.h"

#include <gtest/gtest.h>

namespace firn::engine {
namespace {

PoolMap map_of_two_targets() {
  PoolMap map;
  map.version = MapVersion{5};
  map.targets = {{Rank{0}, "", 0}, {Rank{0}, "", 1}};
  map.pg_members = {TargetIndex{0}, TargetIndex{1}, TargetIndex{0}, TargetIndex{1}};
  return map;
}

Code check(const PoolShare& share, uint64_t version, uint32_t pg) {
  const auto result = share.check(MapVersion{version}, PgIndex{pg});
  return result ? Code{} : result.error().code();
}

TEST(PoolShare, serves_the_groups_whose_primary_it_is) {
  const auto share = PoolShare::of(map_of_two_targets(), {Rank{0}, 1});
  ASSERT_TRUE(share);
  EXPECT_EQ(check(*share, 5, 1), Code{});
  EXPECT_EQ(check(*share, 5, 3), Code{});
  EXPECT_EQ(check(*share, 5, 0), Code::stale);
  EXPECT_EQ(check(*share, 5, 4), Code::invalid);
  EXPECT_EQ(check(*share, 4, 1), Code::stale);
  EXPECT_EQ(check(*share, 6, 1), Code::stale);
}

TEST(PoolShare, needs_the_target_in_the_map) {
  EXPECT_FALSE(PoolShare::of(map_of_two_targets(), {Rank{0}, 2}));
  EXPECT_FALSE(PoolShare::of(map_of_two_targets(), {Rank{1}, 0}));
}

}  // namespace
}  // namespace firn::engine
