// Entries that replay gathers: their order, and when there are enough.
#include "vos/replay_window.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn::vos {
namespace {

std::vector<std::string> sorted(ReplayWindow& window) {
  window.sort();
  std::vector<std::string> entries;
  for (size_t i = 0; i < window.size(); i++) {
    const auto entry = window.entry(i);
    entries.push_back(std::string(entry.key) + "=" + std::string(entry.value));
  }
  return entries;
}

TEST(ReplayWindow, gives_entries_in_the_order_of_keys) {
  ReplayWindow window(1 << 20);
  // The same front, also of a key that ends there; ties beyond the first eight bytes behind it.
  for (const char* key : {"front 12345678b", "front 12345678a", "front ", "front 2", "front 1"}) {
    window.add({key, "v"}, Lsn{1});
  }
  EXPECT_EQ(sorted(window), (std::vector<std::string>{"front =v", "front 1=v", "front 12345678a=v",
                                                      "front 12345678b=v", "front 2=v"}));
}

TEST(ReplayWindow, sorts_many_keys_that_differ_late_and_end_early) {
  Rng rng(1);
  std::vector<std::string> keys;
  for (int i = 0; i < 2000; i++) {
    std::string key = "front";
    for (uint64_t parts = rng.below(4); parts > 0; parts--)
      key += std::string(7, '\0') + (rng.below(2) == 0 ? 'a' : '\0');
    keys.push_back(key + std::string(rng.below(3), '\0'));
  }
  ReplayWindow window(1 << 20);
  for (const std::string& key : keys) window.add({key, "v"}, Lsn{1});
  std::ranges::sort(keys);
  window.sort();
  for (size_t i = 0; i < keys.size(); i++) EXPECT_EQ(window.entry(i).key, keys[i]) << i;
}

TEST(ReplayWindow, entries_of_one_key_stay_in_the_order_they_came) {
  ReplayWindow window(1 << 20);
  for (int i = 0; i < 100; i++) {
    window.add({"b", std::to_string(i)}, Lsn{static_cast<uint64_t>(i)});
    window.add({"a", ""}, Lsn{7});
  }
  window.sort();
  for (size_t i = 0; i < 100; i++) {
    EXPECT_EQ(window.entry(100 + i).value, std::to_string(i));
    EXPECT_EQ(window.entry(100 + i).lsn, Lsn{i});
  }
}

TEST(ReplayWindow, is_full_at_its_length_and_empty_when_cleared) {
  ReplayWindow window(1000);
  while (!window.is_full()) window.add({std::string(100, 'k'), std::string(100, 'v')}, Lsn{1});
  EXPECT_LE(window.size(), 5U);
  window.clear();
  EXPECT_FALSE(window.is_full());
  window.add({"other", "v"}, Lsn{2});
  EXPECT_EQ(sorted(window), std::vector<std::string>{"other=v"});
}

}  // namespace
}  // namespace firn::vos
