// Tests of strong integer types.
#include "base/strong.h"

#include <cstdint>
#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

namespace firn {
namespace {

using PgIndex = Strong<struct PgIndexTag, uint32_t>;
using Rank = Strong<struct RankTag, uint32_t>;

static_assert(!std::is_convertible_v<uint32_t, PgIndex>);
static_assert(!std::is_convertible_v<PgIndex, Rank>);
static_assert(!std::is_constructible_v<PgIndex, Rank>);
static_assert(sizeof(PgIndex) == sizeof(uint32_t));

TEST(StrongTest, compares_and_hashes_like_its_value) {
  EXPECT_LT(PgIndex{1}, PgIndex{2});
  EXPECT_EQ(PgIndex{}, PgIndex{0});
  const std::unordered_set<PgIndex> set = {PgIndex{1}, PgIndex{2}, PgIndex{1}};
  EXPECT_EQ(set.size(), 2u);
}

}  // namespace
}  // namespace firn
