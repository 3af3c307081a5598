// What is remembered of objects without punches.
#include "vos/punch_memo.h"

#include <gtest/gtest.h>

namespace firn::vos {
namespace {

ObjectRef object(uint64_t number) { return {PgIndex{1}, ContainerId{}, ObjectId{.hi = 5, .lo = number}}; }

TEST(PunchMemo, knows_what_it_was_told_until_a_punch_comes) {
  PunchMemo memo;
  EXPECT_FALSE(memo.is_unpunched(object(1)));
  EXPECT_FALSE(memo.is_unpunched({}));
  memo.remember_unpunched(object(1));
  EXPECT_TRUE(memo.is_unpunched(object(1)));
  EXPECT_FALSE(memo.is_unpunched(object(2)));
  memo.forget(object(2));
  EXPECT_TRUE(memo.is_unpunched(object(1)));
  memo.forget(object(1));
  EXPECT_FALSE(memo.is_unpunched(object(1)));
}

// However many there are, it never takes one object for another.
TEST(PunchMemo, forgets_but_does_not_mistake) {
  PunchMemo memo;
  for (uint64_t i = 0; i < 100'000; i += 2) memo.remember_unpunched(object(i));
  size_t known = 0;
  for (uint64_t i = 0; i < 100'000; i++) {
    const bool unpunched = memo.is_unpunched(object(i));
    EXPECT_FALSE(unpunched && i % 2 == 1);
    known += unpunched;
  }
  EXPECT_GT(known, 1000u);
}

}  // namespace
}  // namespace firn::vos
