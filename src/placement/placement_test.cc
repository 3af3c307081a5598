// Placement: balance, spread, and that the hashes never change.
#include "placement/placement.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "model/io.h"
#include "model/object_id.h"

namespace firn::placement {
namespace {

ObjectId object(uint64_t number, ObjectType type, uint32_t groups) {
  return make_object_id({0, number}, type, object_class(kOrdinalUnprotected, groups), 1);
}

std::vector<size_t> counts(const std::vector<TargetIndex>& members, uint32_t target_count) {
  std::vector<size_t> per_target(target_count);
  for (const TargetIndex target : members) per_target[target.value]++;
  return per_target;
}

size_t spread(const std::vector<size_t>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  return high - low;
}

std::vector<TargetIndex> members_in_place(const std::vector<TargetIndex>& all, uint32_t per_pg,
                                          uint32_t place) {
  std::vector<TargetIndex> chosen;
  for (size_t i = place; i < all.size(); i += per_pg) chosen.push_back(all[i]);
  return chosen;
}

struct Shape {
  uint32_t pg_count, target_count, members_per_pg;
};
std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const uint32_t pg_count : {1u, 2u, 64u, 1024u}) {
    for (uint32_t target_count = 1; target_count <= 24; target_count++) {
      for (uint32_t per_pg = 1; per_pg <= std::min(target_count, 9u); per_pg++) {
        all.push_back({pg_count, target_count, per_pg});
      }
    }
  }
  return all;
}

TEST(Placement, members_are_balanced_within_one) {
  for (const auto [pg_count, target_count, per_pg] : shapes()) {
    const auto members = initial_members(pg_count, target_count, per_pg);
    ASSERT_EQ(members.size(), size_t{pg_count} * per_pg);
    ASSERT_LE(spread(counts(members, target_count)), 1u) << pg_count << ' ' << target_count << ' ' << per_pg;
    for (uint32_t place = 0; place < per_pg; place++) {
      const auto in_place = counts(members_in_place(members, per_pg, place), target_count);
      ASSERT_LE(spread(in_place), 1u) << pg_count << ' ' << target_count << ' ' << per_pg << ' ' << place;
    }
  }
}

TEST(Placement, members_of_a_group_are_distinct) {
  for (const auto [pg_count, target_count, per_pg] : shapes()) {
    const auto members = initial_members(pg_count, target_count, per_pg);
    for (size_t pg = 0; pg < pg_count; pg++) {
      const auto begin = members.begin() + static_cast<ptrdiff_t>(pg * per_pg);
      const std::set<TargetIndex> distinct(begin, begin + per_pg);
      ASSERT_EQ(distinct.size(), per_pg) << pg_count << ' ' << target_count << ' ' << per_pg;
    }
  }
}

TEST(Placement, neighbours_have_distinct_primaries) {
  for (const uint32_t target_count : {1u, 2u, 3u, 7u, 16u}) {
    const auto primaries = initial_members(1024, target_count, 1);
    for (size_t first = 0; first + target_count <= primaries.size(); first++) {
      const auto begin = primaries.begin() + static_cast<ptrdiff_t>(first);
      ASSERT_EQ(std::set<TargetIndex>(begin, begin + target_count).size(), target_count);
    }
  }
}

TEST(Placement, a_lost_targets_groups_have_all_others_as_second_member) {
  const auto members = initial_members(1024, 8, 2);
  std::set<TargetIndex> seconds;
  for (size_t pg = 0; pg < 1024; pg++) {
    if (members[pg * 2] == TargetIndex{3}) seconds.insert(members[pg * 2 + 1]);
  }
  EXPECT_EQ(seconds.size(), 7u);
}

TEST(Placement, groups_of_an_object_are_neighbours) {
  const ObjectId wide = object(42, ObjectType::multi_hashed, 8);
  for (uint32_t group = 1; group < 8; group++) {
    EXPECT_EQ(pg_of(wide, group, 1024).value, (pg_of(wide, 0, 1024).value + group) % 1024);
  }
  EXPECT_EQ(pg_of(wide, 7, 1), PgIndex{0});
}

TEST(Placement, objects_spread_evenly_over_placement_groups) {
  constexpr uint32_t kPgs = 64;
  std::vector<size_t> per_pg(kPgs);
  for (uint64_t i = 0; i < 64000; i++) per_pg[pg_of(object(i, ObjectType::multi_hashed, 1), 0, kPgs).value]++;
  const auto [low, high] = std::ranges::minmax(per_pg);
  EXPECT_GT(low, 850u);  // 1000 expected, standard deviation 31
  EXPECT_LT(high, 1150u);
}

TEST(Placement, hashed_dkeys_spread_evenly_over_groups) {
  const ObjectId wide = object(1, ObjectType::multi_hashed, 10);
  std::vector<size_t> per_group(10);
  for (int i = 0; i < 10000; i++) per_group[group_of(wide, "file-" + std::to_string(i))]++;
  const auto [low, high] = std::ranges::minmax(per_group);
  EXPECT_GT(low, 850u);
  EXPECT_LT(high, 1150u);
}

TEST(Placement, chunks_of_arrays_go_round) {
  const ObjectId array = object(1, ObjectType::array_byte, 3);
  EXPECT_EQ(group_of(array, uint64_key(0)), 0u);
  for (uint64_t chunk = 0; chunk < 9; chunk++) EXPECT_EQ(group_of(array, uint64_key(chunk + 1)), chunk % 3);
  EXPECT_LT(group_of(array, "no number"), 3u);
}

TEST(Placement, trailing_zeros_make_another_key) {
  const ObjectId wide = object(1, ObjectType::multi_hashed, 65000);
  EXPECT_NE(group_of(wide, "a"), group_of(wide, std::string_view("a\0", 2)));
  EXPECT_NE(group_of(wide, ""), group_of(wide, std::string_view("\0", 1)));
}

// Stored data depends on these numbers: if this test fails, the code is wrong and not the test.
TEST(Placement, hashes_are_the_format) {
  const auto pg = [](uint64_t hi, uint64_t lo) { return pg_of({hi, lo}, 0, 65536).value; };
  EXPECT_EQ(pg(0, 0), 54463u);
  EXPECT_EQ(pg(0, 1), 43767u);
  EXPECT_EQ(pg(1, 0), 54712u);
  EXPECT_EQ(pg(0x0b01000100000000, 0x123456789abcdef), 7870u);
  const ObjectId wide = object(1, ObjectType::multi_hashed, 65000);
  EXPECT_EQ(group_of(wide, ""), 32535u);
  EXPECT_EQ(group_of(wide, "a"), 21102u);
  EXPECT_EQ(group_of(wide, "eight by"), 20112u);
  EXPECT_EQ(group_of(wide, "more than eight bytes"), 18278u);
}

}  // namespace
}  // namespace firn::placement
