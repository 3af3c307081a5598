// Tests of the tree against a model.
#include "vos/tree.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/when_all.h"
#include "vos/tree_rig_test.h"

namespace firn::vos {
namespace {

// Keys as the store makes them: long common beginnings, and ends that differ late.
std::string structured_key(Rng& rng) {
  std::string key(20, 'c');
  key += static_cast<char>('a' + rng.below(3));
  key += std::string(rng.below(3) * 30, 'd');
  for (uint64_t i = rng.below(4); i > 0; i--) key += static_cast<char>(rng.below(3) * 127);
  key += std::to_string(rng.below(400));
  return key;
}

std::string random_value(Rng& rng) {
  return std::string(rng.chance(1, 10) ? rng.below(kTreeValueBytesMax + 1) : rng.below(40), 'v');
}

void expect_cursor_agrees(TreeRig& rig, const std::string& key) {
  Tree::Cursor cursor(*rig.tree);
  auto expected = rig.model.lower_bound(key);
  const bool found = rig.retry([&] { return cursor.seek(key); });
  ASSERT_EQ(found, expected != rig.model.end());
  if (found) {
    EXPECT_EQ(cursor.key(), expected->first);
    EXPECT_EQ(cursor.value(), expected->second);
  }
  const bool before = rig.retry([&] { return cursor.seek_before(key); });
  ASSERT_EQ(before, expected != rig.model.begin());
  if (before) EXPECT_EQ(cursor.key(), std::prev(expected)->first);
}

// Walks a few steps in both directions and compares each with the model.
void expect_walk_agrees(TreeRig& rig, const std::string& start, Rng& rng) {
  Tree::Cursor cursor(*rig.tree);
  if (!rig.retry([&] { return cursor.seek(start); })) return;
  auto at = rig.model.lower_bound(start);
  for (uint32_t step = 0; step < 40; step++) {
    const bool forward = rng.chance(1, 2);
    const auto moved = forward ? cursor.next() : cursor.previous();
    if (!moved.has_value()) {
      rig.load(moved.error().page);
      ASSERT_TRUE(rig.retry([&] { return cursor.seek(at->first); }));
      continue;
    }
    const bool end = forward ? std::next(at) == rig.model.end() : at == rig.model.begin();
    ASSERT_EQ(*moved, !end);
    if (end) return;
    at = forward ? std::next(at) : std::prev(at);
    ASSERT_EQ(cursor.key(), at->first);
  }
}

void churn(TreeRig& rig, Rng& rng, uint32_t operations, uint32_t insert_percent) {
  for (uint32_t i = 0; i < operations; i++) {
    const std::string key = structured_key(rng);
    if (rng.below(100) < insert_percent) {
      rig.insert(key, random_value(rng));
    } else {
      rig.erase(key);
    }
    if (i % 16 != 0) continue;
    const std::string other = structured_key(rng);
    const auto expected = rig.model.find(other);
    EXPECT_EQ(rig.find(other),
              expected == rig.model.end() ? std::nullopt : std::optional<std::string>(expected->second));
    expect_cursor_agrees(rig, other);
    expect_walk_agrees(rig, structured_key(rng), rng);
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Tree, empty_tree_has_nothing) {
  TreeRig rig;
  Tree::Cursor cursor(*rig.tree);
  EXPECT_FALSE(*cursor.seek(""));
  EXPECT_FALSE(*cursor.seek_before("z"));
  EXPECT_EQ(rig.find("a"), std::nullopt);
  EXPECT_FALSE(rig.tree->erase("a"));
}

TEST(Tree, agrees_with_model_in_memory) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    TreeRig rig;
    Rng rng(seed);
    churn(rig, rng, 6000, 70);
    rig.expect_equal_to_model();
    churn(rig, rng, 6000, 25);
    rig.expect_equal_to_model();
  }
}

TEST(Tree, agrees_with_model_in_a_cache_smaller_than_the_tree) {
  TreeRig rig(48);
  Rng rng(7);
  for (uint32_t round = 0; round < 12; round++) {
    for (uint32_t i = 0; i < 150; i++)
      rig.insert(structured_key(rng), std::string(600 + rng.below(600), 'w'));
    churn(rig, rng, 300, round % 3 == 2 ? 20 : 60);
    rig.checkpoint();
    rig.pages->trim();
    rig.expect_equal_to_model();
  }
  EXPECT_GT(rig.device.reads(), 100u);
  EXPECT_GT(rig.pages->page_count(), rig.pages->limit_pages());
}

TEST(Tree, becomes_one_empty_leaf_when_all_is_erased) {
  TreeRig rig;
  Rng rng(3);
  for (uint32_t i = 0; i < 3000; i++) rig.insert(structured_key(rng), random_value(rng));
  EXPECT_GT(rig.pages->page_count(), 5u);
  while (!rig.model.empty()) {
    auto at = rig.model.lower_bound(structured_key(rng));
    rig.erase(std::string(at == rig.model.end() ? rig.model.begin()->first : at->first));
  }
  rig.expect_equal_to_model();
  EXPECT_EQ(rig.pages->page_count(), 1u);
  rig.insert("again", "x");
  rig.expect_equal_to_model();
}

std::string number_key(uint64_t i) {
  char bytes[8];
  store_big<uint64_t>(bytes, i);
  return "prefix" + std::string(bytes, sizeof bytes);
}

TEST(Tree, ascending_inserts_fill_pages) {
  TreeRig rig;
  const std::string value(80, 'v');
  for (uint64_t i = 0; i < 20000; i++) rig.insert(number_key(i), value);
  rig.expect_equal_to_model();
  const uint64_t entries_per_page = kPageBytes / (80 + 3 + kPageEntryOverhead);
  EXPECT_LT(rig.pages->page_count(), 20000 / entries_per_page * 115 / 100 + 2);
}

TEST(Tree, descending_inserts_agree) {
  TreeRig rig;
  for (uint64_t i = 5000; i > 0; i--) rig.insert(number_key(i), "v");
  rig.expect_equal_to_model();
  for (uint64_t i = 1; i <= 5000; i++) rig.erase(number_key(i));
  rig.expect_equal_to_model();
}

TEST(Tree, longest_keys_and_values_fit) {
  TreeRig rig;
  Rng rng(5);
  for (uint32_t i = 0; i < 300; i++) {
    std::string key(kTreeKeyBytesMax, static_cast<char>('a' + rng.below(2)));
    for (uint32_t j = 0; j < 3; j++) key[rng.below(key.size())] = 'x';
    key.resize(rng.chance(1, 2) ? key.size() : rng.below(key.size()));
    rig.insert(key, std::string(rng.chance(1, 2) ? kTreeValueBytesMax : 0, 'v'));
    if (i % 20 == 0) rig.check_structure();
  }
  rig.expect_equal_to_model();
  while (!rig.model.empty()) {
    rig.erase(std::string(rig.model.begin()->first));
    if (rig.model.size() % 20 == 0) rig.check_structure();
  }
  EXPECT_EQ(rig.pages->page_count(), 1u);
}

TEST(Tree, keys_that_are_prefixes_of_each_other) {
  TreeRig rig;
  std::string key;
  for (uint32_t i = 0; i < 2000; i++) {
    rig.insert(key, std::to_string(i));
    key.push_back(i % 7 == 0 ? 'b' : '\0');
  }
  rig.expect_equal_to_model();
  for (uint32_t i = 0; i < 2000; i += 3) rig.erase(key.substr(0, i));
  rig.expect_equal_to_model();
}

TEST(Tree, one_key_that_breaks_a_long_prefix_is_put_beside_a_full_page) {
  for (const char* foreign : {"a", "z"}) {
    TreeRig rig;
    const std::string prefix(4000, 'p');
    for (uint64_t i = 0; rig.pages->page_count() == 1; i++)
      rig.insert(prefix + number_key(i * 7919 % 65536), "v");
    rig.insert(foreign, "alone");
    rig.insert(std::string("p") + foreign, "alone");
    rig.insert(std::string(3000, 'p') + foreign, "alone");
    rig.expect_equal_to_model();
  }
}

TEST(Tree, values_can_grow_and_shrink_in_place) {
  TreeRig rig;
  Rng rng(9);
  for (uint32_t i = 0; i < 5000; i++) {
    rig.insert(number_key(rng.below(50)), std::string(rng.below(kTreeValueBytesMax + 1), 'v'));
  }
  rig.expect_equal_to_model();
}

TEST(Tree, lsn_of_an_entry_covers_its_change_wherever_it_moves) {
  TreeRig rig;
  for (uint64_t i = 0; i < 3000; i++) rig.insert(number_key(i), std::to_string(i + 1));  // the rig's lsn
  Tree::Cursor cursor(*rig.tree);
  for (bool more = *cursor.seek(""); more; more = *cursor.next()) {
    EXPECT_GE(cursor.lsn().value, std::stoull(std::string(cursor.value())));
  }
}

TEST(Tree, lsn_is_not_forgotten_when_a_page_is_dropped) {
  TreeRig rig(16);
  for (uint64_t i = 0; i < 3000; i++) rig.insert(number_key(i), std::string(200, 'v'));
  const uint64_t newest = rig.epoch.value;
  rig.checkpoint();
  for (uint32_t i = 0; i < 3; i++) rig.contents();
  rig.insert(number_key(0), "v");
  Tree::Cursor cursor(*rig.tree);
  ASSERT_TRUE(rig.retry([&] { return cursor.seek(number_key(2999)); }));
  ASSERT_GT(rig.device.reads(), 0u);
  EXPECT_EQ(cursor.lsn().value, newest);
}

TEST(Tree, many_prepares_in_one_step_go_over_the_limit_instead_of_failing) {
  TreeRig rig(16);
  for (uint64_t i = 0; i < 20000; i++) rig.insert(number_key(i), std::string(60, 'v'));
  rig.checkpoint();
  rig.pages->trim();
  rig.contents();
  rig.contents();
  ASSERT_LT(rig.pages->resident_pages(), rig.pages->page_count());
  const auto prepare_all = [&]() -> Faultable<void> {
    for (uint64_t i = 0; i < 20000; i += 50) {
      if (auto prepared = rig.tree->prepare(number_key(i)); !prepared.has_value()) return prepared;
    }
    return {};
  };
  rig.retry(prepare_all);
  EXPECT_GT(rig.pages->resident_pages(), rig.pages->limit_pages());
}

Faultable<void> prepare_keys(Tree& tree, uint64_t seed, uint32_t count) {
  Rng rng(seed);
  for (uint32_t i = 0; i < count; i++) FIRN_CHECK(tree.prepare(number_key(rng.below(20000))));
  return {};
}
Task<void> prepare_keys_loading(TreeRig* rig, uint64_t seed) {
  for (;;) {
    const auto prepared = prepare_keys(*rig->tree, seed, 40);
    if (prepared.has_value()) co_return;
    const auto loaded = co_await rig->pages->load(prepared.error().page);
    EXPECT_TRUE(loaded.has_value());
  }
}

TEST(Tree, operations_that_need_more_than_the_cache_at_the_same_time_all_get_on) {
  TreeRig rig(16);
  for (uint64_t i = 0; i < 20000; i++) rig.insert(number_key(i), std::string(60, 'v'));
  rig.checkpoint();
  rig.pages->trim();
  std::vector<Task<void>> operations;
  for (uint64_t seed = 1; seed <= 30; seed++) operations.push_back(prepare_keys_loading(&rig, seed));
  blocking_run(rig.runtime.executor(), when_all(std::move(operations)));
  EXPECT_LT(rig.device.reads(), 30u * 40);
}

// Keys from `from` on that a walk over what is newer than `since` meets.
std::vector<std::string> keys_newer(TreeRig& rig, std::string from, Epoch since) {
  std::vector<std::string> keys;
  Tree::Cursor cursor(*rig.tree);
  for (bool more = rig.retry([&] { return cursor.seek_newer(from, since); }); more;) {
    keys.emplace_back(cursor.key());
    const auto moved = cursor.next_newer(since);
    if (moved.has_value()) {
      more = *moved;
      continue;
    }
    rig.load(moved.error().page);
    from = keys.back() + '\0';
    more = rig.retry([&] { return cursor.seek_newer(from, since); });
  }
  return keys;
}

TEST(Tree, walk_over_what_is_newer_misses_nothing) {
  TreeRig rig(48);
  Rng rng(21);
  for (uint32_t round = 0; round < 12; round++) {
    churn(rig, rng, 1500, round % 3 == 2 ? 30 : 80);
    rig.checkpoint();
    const Epoch since = rig.epoch;
    std::vector<std::string> changed;
    for (uint32_t i = 0; i < 1 + rng.below(30); i++) {
      changed.push_back(structured_key(rng));
      rig.insert(changed.back(), random_value(rng));
    }
    const std::string from = structured_key(rng);
    const auto keys = keys_newer(rig, from, since);
    EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
    for (const std::string& key : keys) EXPECT_TRUE(key >= from && rig.model.contains(key));
    for (const std::string& key : changed) {
      EXPECT_EQ(key >= from, std::binary_search(keys.begin(), keys.end(), key)) << round;
    }
    EXPECT_TRUE(keys_newer(rig, {}, rig.epoch).size() <= 1) << "only a root that is a leaf is looked at";
    EXPECT_EQ(keys_newer(rig, {}, kEpochNone).size(), rig.model.size());
  }
}

TEST(Tree, walk_over_what_is_newer_reads_only_pages_that_changed) {
  constexpr uint64_t kKeys = 60000;
  constexpr uint64_t kChanged = 20;
  TreeRig rig(4096, 16384);
  for (uint64_t i = 0; i < kKeys; i++) rig.insert(number_key(i), std::string(60, 'v'));
  const Epoch since = rig.epoch;
  for (uint64_t i = 0; i < kChanged; i++) rig.insert(number_key(i * 2999), std::string(60, 'w'));
  rig.checkpoint();
  rig.reopen();
  const uint64_t before = rig.device.reads();
  EXPECT_GE(keys_newer(rig, {}, since).size(), kChanged);
  EXPECT_LE(rig.device.reads() - before, kChanged + 4);  // a leaf each, and the few inner pages
  EXPECT_GT(rig.pages->page_count(), 10 * kChanged);
}

TEST(TreeDeathTest, cursor_must_not_be_used_after_a_change) {
  TreeRig rig;
  rig.insert("a", "1");
  Tree::Cursor cursor(*rig.tree);
  ASSERT_TRUE(*cursor.seek("a"));
  rig.insert("b", "2");
  EXPECT_DEATH((void)cursor.next(), "version");
}

}  // namespace
}  // namespace firn::vos
