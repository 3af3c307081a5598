// Tests of handles: only the right cookie of the right kind finds anything.
#include "capi/handle_table.h"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace firn::capi {
namespace {

struct Apple {
  static constexpr HandleKind kKind = HandleKind::pool;
  int seeds = 5;
};
struct Pear {
  static constexpr HandleKind kKind = HandleKind::container;
};

TEST(HandleTable, finds_what_was_added_by_its_kind_only) {
  HandleTable table;
  const daos_handle_t handle = table.add(std::make_shared<Apple>());
  EXPECT_EQ(handle.cookie & 0xf, DAOS_HTYPE_POOL);
  ASSERT_TRUE(table.find<Apple>(handle));
  EXPECT_EQ(table.find<Apple>(handle)->seeds, 5);
  EXPECT_FALSE(table.find<Pear>(handle));
  EXPECT_FALSE(table.find<Pear>({(handle.cookie & ~0xfull) | DAOS_HTYPE_CO}));
}

TEST(HandleTable, stale_and_garbage_cookies_find_nothing) {
  HandleTable table;
  const daos_handle_t old = table.add(std::make_shared<Apple>());
  EXPECT_TRUE(table.remove<Apple>(old));
  EXPECT_FALSE(table.remove<Apple>(old));
  const daos_handle_t next = table.add(std::make_shared<Apple>());  // the same slot
  EXPECT_NE(next.cookie, old.cookie);
  EXPECT_FALSE(table.find<Apple>(old));
  EXPECT_TRUE(table.find<Apple>(next));
  const std::vector<uint64_t> garbage = {0, UINT64_MAX, DAOS_HTYPE_POOL | 1ull << 36, next.cookie + 16};
  for (const uint64_t cookie : garbage) {
    EXPECT_FALSE(table.find<Apple>({cookie})) << cookie;
    EXPECT_FALSE(table.remove<Apple>({cookie})) << cookie;
  }
}

TEST(HandleTable, target_lives_while_somebody_uses_it) {
  HandleTable table;
  const std::weak_ptr<Apple> watched = [&] {
    const daos_handle_t handle = table.add(std::make_shared<Apple>());
    const auto used = table.find<Apple>(handle);
    table.clear();
    EXPECT_FALSE(table.find<Apple>(handle));
    EXPECT_EQ(used->seeds, 5);
    return std::weak_ptr<Apple>(used);
  }();
  EXPECT_TRUE(watched.expired());
}

TEST(HandleTable, cookies_are_never_given_out_twice) {
  HandleTable table;
  std::set<uint64_t> cookies;
  for (int round = 0; round < 100; round++) {
    for (int i = 0; i < 3; i++)
      EXPECT_TRUE(cookies.insert(table.add(std::make_shared<Apple>()).cookie).second);
    table.clear();
  }
}

}  // namespace
}  // namespace firn::capi
