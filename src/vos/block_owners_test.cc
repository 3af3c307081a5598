// Who uses which block: clashes and gaps.
#include "vos/block_owners.h"

#include <gtest/gtest.h>

namespace firn::vos {
namespace {

using Kind = BlockOwner::Kind;

TEST(BlockOwners, blocks_with_one_owner_each_are_right) {
  BlockOwners owners;
  owners.add({6, 4}, {Kind::free, 0});
  owners.add({0, 2}, {Kind::superblocks, 0});
  owners.add({2, 3}, {Kind::page, 1});
  owners.add({5, 1}, {Kind::data, 1});
  const auto verdict = owners.judge(10);
  EXPECT_TRUE(verdict.clashes.empty());
  EXPECT_TRUE(verdict.unowned.empty());
}

TEST(BlockOwners, blocks_of_two_owners_are_a_clash_of_both) {
  BlockOwners owners;
  owners.add({0, 10}, {Kind::free, 0});
  owners.add({4, 2}, {Kind::data, 7});
  owners.add({8, 4}, {Kind::page, 3});
  const auto clashes = owners.judge(12).clashes;
  ASSERT_EQ(clashes.size(), 2u);
  EXPECT_EQ(clashes[0].blocks, (BlockRange{4, 2}));
  EXPECT_EQ(clashes[0].first, (BlockOwner{Kind::free, 0}));
  EXPECT_EQ(clashes[0].second, (BlockOwner{Kind::data, 7}));
  EXPECT_EQ(clashes[1].blocks, (BlockRange{8, 2}));
}

TEST(BlockOwners, one_owner_that_uses_blocks_twice_is_a_clash) {
  BlockOwners owners;
  owners.add({0, 4}, {Kind::data, 7});
  owners.add({2, 2}, {Kind::data, 7});
  EXPECT_EQ(owners.judge(4).clashes.size(), 1u);
}

TEST(BlockOwners, blocks_of_nobody_are_found_between_and_behind) {
  BlockOwners owners;
  owners.add({2, 2}, {Kind::free, 0});
  owners.add({6, 2}, {Kind::free, 0});
  const std::vector<BlockRange> expected = {{0, 2}, {4, 2}, {8, 2}};
  EXPECT_EQ(owners.judge(10).unowned, expected);
}

}  // namespace
}  // namespace firn::vos
