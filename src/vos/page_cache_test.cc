// Tests of residency, loading, and checkpoints during which the tree changes.
#include "vos/page_cache.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/when_all.h"
#include "vos/tree_rig_test.h"

namespace firn::vos {
namespace {

std::string random_key(Rng& rng, uint64_t keys) { return "key" + std::to_string(rng.below(keys)); }

void fill(TreeRig& rig, Rng& rng, uint32_t count, uint64_t keys) {
  for (uint32_t i = 0; i < count; i++) rig.insert(random_key(rng, keys), std::string(rng.below(300), 'v'));
}

TEST(PageCache, checkpoint_holds_the_tree_as_it_was_at_its_point) {
  for (uint64_t seed = 1; seed <= 6; seed++) {
    TreeRig rig(64);
    Rng rng(seed);
    fill(rig, rng, 4000, 3000);
    for (uint32_t round = 0; round < 6; round++) {
      const bool shrinking = round % 2 == 1;
      rig.checkpoint([&] {
        for (uint32_t i = 0; i < 12; i++) {
          const std::string key = random_key(rng, 3000);
          if (rng.chance(shrinking ? 9 : 3, 10)) {
            rig.erase(key);
          } else {
            rig.insert(key, std::string(rng.below(300), 'w'));
          }
        }
      });
      rig.expect_equal_to_model();
      const bool crash = rng.chance(1, 2);
      if (crash) {
        rig.reopen();
        rig.expect_equal_to_model();
      }
    }
  }
}

TEST(PageCache, checkpoint_survives_that_everything_is_erased_and_written_anew_meanwhile) {
  TreeRig rig(64);
  Rng rng(11);
  fill(rig, rng, 3000, 1000);
  rig.checkpoint();
  fill(rig, rng, 500, 1000);
  bool first = true;
  rig.checkpoint([&] {
    if (!std::exchange(first, false)) return;
    while (!rig.model.empty())
      rig.erase(std::string(rig.model.begin()->first));  // all pages but one are freed …
    fill(rig, rng, 2000, 1000);                          // … and their ids used again
  });
  const Model newest = rig.model;
  rig.expect_equal_to_model();
  rig.reopen();
  rig.expect_equal_to_model();
  EXPECT_FALSE(rig.model == newest);
  fill(rig, rng, 100, 1000);
  rig.checkpoint();
  rig.reopen();
  rig.expect_equal_to_model();
}

TEST(PageCache, abandoned_checkpoint_leaves_all_to_the_next) {
  for (const size_t pages_written : {0, 3, 1000}) {
    TreeRig rig(64);
    Rng rng(13);
    const auto change = [&] {
      fill(rig, rng, 50, 2000);
      for (uint32_t i = 0; i < 100; i++) rig.erase(random_key(rng, 2000));
    };
    fill(rig, rng, 3000, 2000);
    rig.checkpoint();
    for (uint32_t i = 0; i < 10; i++) change();
    rig.abandon_checkpoint(pages_written, change);
    rig.expect_equal_to_model();
    change();
    rig.checkpoint(change);
    rig.expect_equal_to_model();
    rig.reopen();
    rig.expect_equal_to_model();
  }
}

TEST(PageCache, only_changed_pages_and_chunks_are_written_again) {
  TreeRig rig;
  Rng rng(1);
  fill(rig, rng, 5000, 5000);
  rig.checkpoint();
  EXPECT_EQ(rig.pages->dirty_pages(), 0u);
  EXPECT_FALSE(rig.pages->table().chunk_changed(0));
  rig.insert("key1", "v");
  EXPECT_LE(rig.pages->dirty_pages(), 3u);
  const auto checkpoint = rig.pages->begin_checkpoint();
  EXPECT_LE(checkpoint.pages.size(), 3u);
  EXPECT_TRUE(checkpoint.freed_blocks.empty());
}

TEST(PageCache, stays_near_its_limit_when_pages_are_clean) {
  TreeRig rig(128);
  Rng rng(2);
  fill(rig, rng, 20000, 20000);
  ASSERT_GT(rig.pages->page_count(), 150u);
  EXPECT_EQ(rig.pages->resident_pages(), rig.pages->page_count());  // all dirty: nothing can go
  rig.checkpoint();
  rig.pages->trim();
  EXPECT_EQ(rig.pages->resident_pages(), rig.pages->limit_pages());
  for (uint32_t i = 0; i < 2000; i++) {
    rig.find(random_key(rng, 20000));
    // Most of so few pages were used since the last few arrivals, and are spared.
    ASSERT_LE(rig.pages->resident_pages(), rig.pages->limit_pages() + 16);
  }
}

TEST(PageCache, memory_beyond_the_limit_is_given_back) {
  TreeRig rig(256);
  Rng rng(5);
  fill(rig, rng, 60000, 60000);  // all dirty: far beyond the limit
  const uint64_t slab_pages = PageMemory::kPagesPerSlab;
  ASSERT_GT(rig.pages->memory_pages(), rig.pages->limit_pages() + 2 * slab_pages);
  rig.checkpoint();
  EXPECT_LT(rig.pages->memory_pages(), rig.pages->limit_pages() + slab_pages);
  rig.expect_equal_to_model();
}

TEST(PageCache, tables_count_towards_the_limit) {
  TreeRig rig(256);
  Rng rng(6);
  fill(rig, rng, 20000, 20000);
  rig.pages->count_tables(0);
  const uint64_t limit = rig.pages->limit_pages();
  EXPECT_LT(limit, 256u);
  rig.pages->count_tables(uint64_t{20} * kPageBytes);
  EXPECT_EQ(rig.pages->limit_pages(), limit - 20);
  rig.pages->count_tables(uint64_t{1000} * kPageBytes);
  EXPECT_EQ(rig.pages->limit_pages(), 128u);  // never less than half
}

TEST(PageCache, loads_of_one_page_share_one_read) {
  TreeRig rig;
  rig.insert("a", "1");
  rig.checkpoint();
  rig.reopen();
  const PageId root = rig.tree->root();
  std::vector<Task<Result<void>>> loads;
  for (uint32_t i = 0; i < 5; i++) loads.push_back(rig.pages->load(root));
  EXPECT_TRUE(blocking_run(rig.runtime.executor(), when_all_ok(std::move(loads))).has_value());
  EXPECT_EQ(rig.device.reads(), 1u);
  EXPECT_EQ(rig.find("a"), "1");
}

TEST(PageCache, failed_read_is_told_to_all_who_wait_and_may_be_repeated) {
  TreeRig rig;
  rig.insert("a", "1");
  rig.checkpoint();
  rig.reopen();
  rig.device.fail_reads = true;
  std::vector<Task<Result<void>>> loads;
  for (uint32_t i = 0; i < 3; i++) loads.push_back(rig.pages->load(rig.tree->root()));
  const auto results = blocking_run(rig.runtime.executor(), when_all(std::move(loads)));
  for (const auto& result : results) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), Code::io);
  }
  rig.device.fail_reads = false;
  EXPECT_EQ(rig.find("a"), "1");
}

Code load_code(TreeRig& rig, PageId page, std::string* message = nullptr) {
  const auto loaded = blocking_run(rig.runtime.executor(), rig.pages->load(page));
  EXPECT_FALSE(loaded.has_value());
  if (message != nullptr && !loaded.has_value()) *message = loaded.error().message();
  return loaded.has_value() ? Code{} : loaded.error().code();
}

TEST(PageCache, damaged_page_is_refused_with_its_name_and_place) {
  TreeRig rig;
  rig.insert("a", "1");
  rig.checkpoint();
  rig.reopen();
  const PageId root = rig.tree->root();
  const uint64_t block = rig.pages->table().find(root)->block.value;
  rig.device.bytes()[block * kBlockBytes + 9999] ^= std::byte{4};
  std::string message;
  EXPECT_EQ(load_code(rig, root, &message), Code::corrupt);
  EXPECT_NE(message.find("page=" + std::to_string(root.value)), std::string::npos) << message;
  EXPECT_NE(message.find("block=" + std::to_string(block)), std::string::npos) << message;
}

TEST(PageCache, older_state_of_a_page_is_refused) {
  TreeRig rig;
  rig.insert("a", "1");
  rig.checkpoint();
  const PageId root = rig.tree->root();
  const auto place_of_root = [&] { return rig.pages->table().find(root)->block.value * kBlockBytes; };
  const Buffer old = Buffer::copy_of(rig.device.bytes().subspan(place_of_root(), kPageBytes));
  rig.insert("a", "2");
  rig.checkpoint();
  copy_bytes(rig.device.bytes().subspan(place_of_root(), kPageBytes), old.bytes());  // a write was lost
  rig.reopen();
  EXPECT_EQ(load_code(rig, root), Code::corrupt);
}

TEST(PageCache, reference_to_a_page_that_does_not_exist_is_corrupt) {
  TreeRig rig;
  EXPECT_EQ(load_code(rig, PageId{77}), Code::corrupt);
}

}  // namespace
}  // namespace firn::vos
