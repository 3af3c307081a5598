// The free list as a value, and its bytes.
#include "vos/free_list.h"

#include <gtest/gtest.h>

#include "base/endian.h"

namespace firn::vos {
namespace {

using Ranges = std::vector<BlockRange>;

TEST(FreeList, sorts_and_merges_neighbours) {
  const FreeList list({{10, 2}, {2, 3}, {5, 5}, {20, 1}});
  EXPECT_EQ(list.ranges(), (Ranges{{2, 10}, {20, 1}}));
  EXPECT_EQ(list.blocks(), 11u);
}

TEST(FreeList, adjust_takes_and_gives) {
  FreeList list({{2, 10}, {20, 4}});
  list.adjust({{20, 4}, {4, 2}, {2, 1}}, {{12, 8}, {30, 1}});
  EXPECT_EQ(list.ranges(), (Ranges{{3, 1}, {6, 14}, {30, 1}}));
}

TEST(FreeList, tells_what_overlaps) {
  const FreeList list({{5, 5}, {20, 1}});
  EXPECT_FALSE(list.overlaps({2, 3}));
  EXPECT_TRUE(list.overlaps({2, 4}));
  EXPECT_TRUE(list.overlaps({9, 1}));
  EXPECT_FALSE(list.overlaps({10, 10}));
  EXPECT_TRUE(list.overlaps({10, 11}));
  EXPECT_TRUE(list.overlaps({2, 90}));
  EXPECT_FALSE(FreeList().overlaps({2, 90}));
}

TEST(FreeListDeathTest, taking_what_is_not_free_is_a_broken_invariant) {
  FreeList list({{2, 10}});
  EXPECT_DEATH(list.adjust({{11, 2}}, {}), "range.end");
  EXPECT_DEATH(list.adjust({}, {{11, 2}}), "end");
}

TEST(FreeList, contains_what_lies_within_one_range) {
  const FreeList list({{2, 10}, {20, 4}});
  EXPECT_TRUE(list.contains({2, 10}));
  EXPECT_TRUE(list.contains({21, 3}));
  EXPECT_FALSE(list.contains({1, 2}));
  EXPECT_FALSE(list.contains({11, 2}));
  EXPECT_FALSE(list.contains({12, 1}));
  EXPECT_FALSE(list.contains({21, UINT64_MAX}));
  EXPECT_FALSE(FreeList().contains({2, 1}));
}

TEST(FreeList, survives_encoding) {
  const FreeList list({{2, 10}, {20, 4}, {99, 1}});
  const auto back = FreeList::decode(list.encode(), 2, 100);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->ranges(), list.ranges());
  const auto empty = FreeList::decode("", 2, 100);
  ASSERT_TRUE(empty.has_value());
  EXPECT_TRUE(empty->ranges().empty());
}

Code decode_code(std::vector<BlockRange> ranges, size_t drop_bytes = 0) {
  std::string bytes(ranges.size() * FreeList::kRangeBytes, '\0');
  for (size_t i = 0; i < ranges.size(); i++) {
    store_little(&bytes[i * 16], ranges[i].first);
    store_little(&bytes[i * 16 + 8], ranges[i].blocks);
  }
  const auto list = FreeList::decode(std::string_view(bytes).substr(drop_bytes), 2, 100);
  return list ? Code{} : list.error().code();
}

TEST(FreeList, refuses_bytes_that_are_not_a_list) {
  EXPECT_EQ(decode_code({{2, 98}}), Code{});
  EXPECT_EQ(decode_code({{2, 98}}, 1), Code::corrupt);
  EXPECT_EQ(decode_code({{1, 5}}), Code::corrupt);
  EXPECT_EQ(decode_code({{2, 99}}), Code::corrupt);
  EXPECT_EQ(decode_code({{2, UINT64_MAX}}), Code::corrupt);
  EXPECT_EQ(decode_code({{UINT64_MAX, 1}}), Code::corrupt);
  EXPECT_EQ(decode_code({{2, 0}}), Code::corrupt);
  EXPECT_EQ(decode_code({{2, 3}, {5, 1}}), Code::corrupt);
  EXPECT_EQ(decode_code({{8, 3}, {2, 1}}), Code::corrupt);
}

}  // namespace
}  // namespace firn::vos
