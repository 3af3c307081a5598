// Tests of what is remembered of garbage.
#include "vos/garbage.h"

#include <string>

#include <gtest/gtest.h>

namespace firn::vos {
namespace {

constexpr uint64_t kMemory = 4096;

TEST(Garbage, prefixes_come_in_order_once_all_their_writes_may_be_aggregated) {
  Garbage garbage(kMemory);
  garbage.add("b", Epoch{20}, 7);
  garbage.add("a", Epoch{10}, 1);
  garbage.add("a", Epoch{12}, 1);
  EXPECT_EQ(garbage.amount().bytes, 9u);
  EXPECT_EQ(garbage.next("", Epoch{11}), std::nullopt);
  EXPECT_EQ(garbage.next("", Epoch{12}), "a");
  EXPECT_EQ(garbage.next("a", Epoch{12}), std::nullopt);
  EXPECT_EQ(garbage.next("a", Epoch{20}), "b");
  EXPECT_FALSE(garbage.needs_walk());
}

TEST(Garbage, looking_at_a_prefix_forgets_what_is_beneath_but_not_later_writes) {
  Garbage garbage(kMemory);
  garbage.add("object", Epoch{5}, 0);
  garbage.add("object dkey 1", Epoch{4}, 0);
  garbage.add("object dkey 2", Epoch{9}, 0);
  garbage.add("other", Epoch{4}, 0);
  garbage.looked_at("object", Epoch{6});
  EXPECT_EQ(garbage.next("", Epoch{6}), "other");
  EXPECT_EQ(garbage.next("", Epoch{9}), "object dkey 2");
}

TEST(Garbage, memory_is_bounded_and_an_overflow_asks_for_a_walk) {
  Garbage garbage(kMemory);
  garbage.cleaned(Epoch{1});
  uint64_t epoch = 2;
  for (; !garbage.needs_walk(); epoch++) {
    ASSERT_LT(epoch, 1000u);
    garbage.add("prefix " + std::to_string(epoch), Epoch{epoch}, 0);
    EXPECT_LE(garbage.memory_bytes(), kMemory);
  }
  EXPECT_EQ(garbage.memory_bytes(), 0u);
  EXPECT_EQ(garbage.clean_upto(), Epoch{1});
  garbage.begin_walk(Epoch{epoch});
  garbage.add("later", Epoch{epoch + 1}, 0);
  garbage.cleaned(Epoch{epoch});
  EXPECT_FALSE(garbage.needs_walk());
  EXPECT_EQ(garbage.next("", kEpochMax), "later");
}

TEST(Garbage, an_aggregation_below_what_was_forgotten_does_not_end_the_need_of_a_walk) {
  Garbage garbage(kMemory);
  garbage.begin_walk(Epoch{50});
  garbage.cleaned(Epoch{30});
  EXPECT_TRUE(garbage.needs_walk());
  garbage.cleaned(Epoch{50});
  EXPECT_FALSE(garbage.needs_walk());
}

TEST(Garbage, epoch_that_is_readable_no_longer_asks_for_a_walk_above_it) {
  Garbage garbage(kMemory);
  garbage.begin_walk(Epoch{50});
  garbage.cleaned(Epoch{50});
  garbage.add_all_above(Epoch{20});
  EXPECT_TRUE(garbage.needs_walk());
  EXPECT_EQ(garbage.clean_upto(), Epoch{20});
}

}  // namespace
}  // namespace firn::vos
