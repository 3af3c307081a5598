// Who owns which block, and when it may be used again.
#include "vos/space.h"

#include <utility>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn::vos {
namespace {

using Ranges = std::vector<BlockRange>;
using BlockRun = Run;  // gtest has a Run of its own
constexpr uint64_t kBlock = kBlockBytes;

BlockRun allocate_one(Space& space, uint64_t blocks, SpaceUse use = SpaceUse::ordinary) {
  auto runs = space.allocate(blocks * kBlock, use);
  EXPECT_TRUE(runs.has_value());
  EXPECT_EQ(runs->size(), 1u);
  return runs->front();
}

TEST(Space, prefers_one_piece_and_the_best_fit) {
  Space space(100, 0, FreeList({{2, 10}, {20, 3}, {40, 50}}));
  EXPECT_EQ(allocate_one(space, 3), (BlockRun{BlockIndex{20}, 3 * kBlock}));
  EXPECT_EQ(allocate_one(space, 4), (BlockRun{BlockIndex{2}, 4 * kBlock}));
  const auto bytes = space.allocate(2 * kBlock + 1, SpaceUse::ordinary);
  EXPECT_EQ(bytes->front(), (BlockRun{BlockIndex{6}, 2 * kBlock + 1}));
  EXPECT_EQ(space.free_ranges(), (Ranges{{9, 3}, {40, 50}}));
  EXPECT_EQ(space.stats().in_flight_blocks, 10u);
}

TEST(Space, takes_what_was_used_before_first) {
  Space space(1000, 0, FreeList({{10, 4}, {30, 17}, {60, 940}}));  // [60, 1000) was never used
  EXPECT_EQ(allocate_one(space, 3), (BlockRun{BlockIndex{10}, 3 * kBlock}));
  EXPECT_EQ(allocate_one(space, 20), (BlockRun{BlockIndex{60}, 20 * kBlock})) << "nothing used is that long";
  const auto piece = [&](uint64_t blocks) {
    return *space.allocate_piece(blocks * kBlock, SpaceUse::checkpoint);
  };
  EXPECT_EQ(piece(40), (BlockRun{BlockIndex{30}, 17 * kBlock})) << "long enough to be worth a write";
  EXPECT_EQ(piece(40), (BlockRun{BlockIndex{80}, 40 * kBlock})) << "only single blocks are left";
  space.abandon({BlockIndex{80}, 40 * kBlock});
  EXPECT_EQ(allocate_one(space, 50), (BlockRun{BlockIndex{80}, 50 * kBlock})) << "goes on where it is free";
  EXPECT_EQ(space.free_ranges(), (Ranges{{13, 1}, {130, 870}}));
  EXPECT_EQ(allocate_one(space, 870), (BlockRun{BlockIndex{130}, 870 * kBlock}));
  EXPECT_EQ(space.stats().free_blocks, 1u);
}

TEST(Space, cuts_into_pieces_when_fragmented_but_not_too_many) {
  std::vector<BlockRange> holes;
  for (uint64_t i = 0; i < 20; i++) holes.push_back({10 + i * 3, 2});
  Space space(100, 0, FreeList(holes));
  const auto runs = space.allocate(7 * kBlock - 100, SpaceUse::ordinary);
  ASSERT_TRUE(runs.has_value());
  ASSERT_EQ(runs->size(), 4u);
  EXPECT_EQ(runs->front().bytes, 2 * kBlock);
  EXPECT_EQ(runs->back().bytes, kBlock - 100);
  const SpaceStats before = space.stats();
  const auto too_many = space.allocate(17 * kBlock, SpaceUse::ordinary);
  ASSERT_FALSE(too_many.has_value());
  EXPECT_EQ(too_many.error().code(), Code::no_space);
  EXPECT_EQ(space.stats().free_blocks, before.free_blocks);
  EXPECT_FALSE(space.allocate_page(SpaceUse::checkpoint).has_value());
}

TEST(Space, leaves_the_reserve_to_those_who_free_space) {
  Space space(102, 10);
  EXPECT_EQ(space.stats().reserve_blocks, 10u);
  space.set_checkpoint_need(20);
  EXPECT_FALSE(space.allocate(71 * kBlock, SpaceUse::ordinary).has_value());
  allocate_one(space, 70);
  EXPECT_FALSE(space.allocate(1, SpaceUse::ordinary).has_value());
  allocate_one(space, 10, SpaceUse::reserved);
  EXPECT_FALSE(space.allocate(1, SpaceUse::reserved).has_value());
  allocate_one(space, 20, SpaceUse::checkpoint);
  EXPECT_FALSE(space.allocate(1, SpaceUse::checkpoint).has_value());
}

TEST(Space, abandoned_runs_are_free_at_once) {
  Space space(100, 0);
  const BlockRun run = allocate_one(space, 5);
  space.abandon(run);
  EXPECT_EQ(space.free_ranges(), (Ranges{{2, 98}}));
  const BlockRun longer = allocate_one(space, 5);
  EXPECT_EQ(space.shorten(longer, 2 * kBlock), (BlockRun{BlockIndex{2}, 2 * kBlock}));
  EXPECT_EQ(space.free_ranges(), (Ranges{{4, 96}}));
}

TEST(Space, released_blocks_wait_for_the_next_checkpoint) {
  Space space(100, 0);
  const BlockRun run = allocate_one(space, 98);
  space.settle(run);
  space.begin_checkpoint();
  space.release({BlockIndex{2}, 10 * kBlock});
  space.end_checkpoint({});
  EXPECT_EQ(space.stats().free_blocks, 0u);  // released behind the point
  EXPECT_EQ(space.released_blocks(), 10u);
  space.begin_checkpoint();
  EXPECT_EQ(space.released_blocks(), 0u);
  EXPECT_EQ(space.stats().pending_blocks, 10u);
  EXPECT_TRUE(space.reclaimable());
  space.abort_checkpoint();
  EXPECT_FALSE(space.allocate(1, SpaceUse::checkpoint).has_value());
  space.begin_checkpoint();
  space.end_checkpoint({BlockRun{BlockIndex{50}, 1}});
  EXPECT_EQ(space.free_ranges(), (Ranges{{2, 10}, {50, 1}}));
  EXPECT_FALSE(space.reclaimable());
}

TEST(Space, released_blocks_wait_for_readers_that_may_see_them) {
  Space space(100, 0);
  space.settle(allocate_one(space, 98));
  Space::Reader old_reader = space.begin_read();
  space.release({BlockIndex{2}, 10 * kBlock});
  space.begin_checkpoint();
  Space::Reader new_reader = space.begin_read();
  space.end_checkpoint({});
  EXPECT_EQ(space.stats().free_blocks, 0u);
  old_reader = Space::Reader();
  EXPECT_EQ(space.stats().free_blocks, 10u);
  Space::Reader moved = std::move(new_reader);
}

TEST(Space, snapshot_counts_in_flight_and_pending_as_free) {
  Space space(100, 0);
  const BlockRun settled = allocate_one(space, 10);
  space.settle(settled);
  const BlockRun in_flight = allocate_one(space, 10);
  space.release({BlockIndex{2}, 4 * kBlock});
  const FreeList list = space.begin_checkpoint();
  EXPECT_EQ(list.ranges(), (Ranges{{2, 4}, {12, 88}}));
  space.settle(in_flight);
  space.end_checkpoint({});
}

TEST(Space, claims_at_replay_only_what_is_free) {
  Space space(100, 0, FreeList({{10, 20}}));
  ASSERT_TRUE(space.claim({BlockIndex{12}, 2 * kBlock}).has_value());
  EXPECT_EQ(space.free_ranges(), (Ranges{{10, 2}, {14, 16}}));
  for (const BlockRun bad : {BlockRun{BlockIndex{13}, 1}, BlockRun{BlockIndex{11}, 2 * kBlock},
                             BlockRun{BlockIndex{29}, 2 * kBlock}, BlockRun{BlockIndex{5}, 1},
                             BlockRun{BlockIndex{0}, 1}, BlockRun{BlockIndex{UINT64_MAX}, 1},
                             BlockRun{BlockIndex{20}, UINT64_MAX}, BlockRun{BlockIndex{20}, 0}}) {
    const auto claimed = space.claim(bad);
    ASSERT_FALSE(claimed.has_value());
    EXPECT_EQ(claimed.error().code(), Code::corrupt);
  }
  space.settle({BlockIndex{12}, 2 * kBlock});
  EXPECT_EQ(space.stats().in_flight_blocks, 0u);
}

TEST(Space, adds_up_whatever_happens) {
  Rng rng(7);
  Space space(2000, 5);
  std::vector<BlockRun> in_flight;
  std::vector<BlockRun> used;
  uint64_t pending = 0;
  const auto take_any = [&](std::vector<BlockRun>& runs) {
    std::swap(runs[rng.below(runs.size())], runs.back());
    const BlockRun run = runs.back();
    runs.pop_back();
    return run;
  };
  for (int step = 0; step < 20000; step++) {
    const uint64_t what = rng.below(10);
    if (what < 4) {
      if (auto runs = space.allocate(rng.between(1, 20 * kBlock), SpaceUse::ordinary)) {
        in_flight.insert(in_flight.end(), runs->begin(), runs->end());
      }
    } else if (what < 6 && !in_flight.empty()) {
      const BlockRun run = take_any(in_flight);
      space.settle(run);
      used.push_back(run);
    } else if (what == 6 && !in_flight.empty()) {
      space.abandon(take_any(in_flight));
    } else if (what < 9 && !used.empty()) {
      const BlockRun run = take_any(used);
      space.release(run);
      pending += run.blocks();
    } else if (what == 9) {
      space.begin_checkpoint();
      space.end_checkpoint({});
      space.has_room(1998, SpaceUse::checkpoint);  // reclaims all
      pending = 0;
    }
    uint64_t used_blocks = 0;
    for (const BlockRun run : used) used_blocks += run.blocks();
    ASSERT_EQ(space.stats().used_blocks(), used_blocks);
    ASSERT_EQ(space.stats().pending_blocks, pending);
  }
}

}  // namespace
}  // namespace firn::vos
