// TreeRig: a tree on a device in memory with a model beside it, checkpoints and reopening; what the tests of
// the page layer share.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/buffer.h"
#include "base/rng.h"
#include "runtime/blocking_run.h"
#include "vos/memory_device_test.h"
#include "vos/page.h"
#include "vos/page_cache.h"
#include "vos/tree.h"

namespace firn::vos {

using Model = std::map<std::string, std::string>;

class TreeRig {
 public:
  explicit TreeRig(uint64_t cache_pages = 1024, uint64_t device_pages = 2048)
      : device(runtime.executor(), device_pages * kPageBytes), cache_pages_(cache_pages) {
    for (uint64_t page = device_pages - 1; page > 0; page--)
      free_blocks_.push_back(page * (kPageBytes / kBlockBytes));
    pages = std::make_unique<PageCache>(runtime, device, cache_pages_ * kPageBytes);
    tree = std::make_unique<Tree>(*pages);
    tree->create();
  }

  // Loads pages until `operation`, which returns a Faultable, goes through; gives its value.
  template <class Operation>
  auto retry(Operation operation) {
    for (uint32_t faults = 0;; faults++) {
      FIRN_ASSERT(faults < 10000);
      auto result = operation();
      if (result.has_value()) {
        if constexpr (std::is_void_v<typename decltype(result)::value_type>) {
          return;
        } else {
          return *std::move(result);
        }
      }
      load(result.error().page);
    }
  }
  void load(PageId page) {
    auto loaded = blocking_run(runtime.executor(), pages->load(page));
    if (!loaded.has_value()) ADD_FAILURE() << loaded.error().message();
    FIRN_ASSERT(loaded.has_value());
  }

  void insert(std::string_view key, std::string_view value) {
    retry([&] { return tree->prepare(key); });
    epoch.value++;
    tree->insert(key, value, epoch, Lsn{epoch.value});
    model.insert_or_assign(std::string(key), std::string(value));
  }
  void erase(std::string_view key) {
    retry([&] { return tree->prepare(key); });
    EXPECT_EQ(tree->erase(key), model.erase(std::string(key)) == 1) << key;
  }
  std::optional<std::string> find(std::string_view key) {
    return retry([&] { return tree->find(key); });
  }

  // All entries, by a cursor from the first key on.
  Model contents() {
    Model all;
    Tree::Cursor cursor(*tree);
    std::string at;
    bool more = retry([&] { return cursor.seek(at); });
    while (more) {
      EXPECT_TRUE(all.empty() || all.rbegin()->first < cursor.key());
      all.emplace(cursor.key(), cursor.value());
      at = cursor.key();
      auto moved = cursor.next();
      if (moved.has_value()) {
        more = *moved;
        continue;
      }
      load(moved.error().page);
      at.push_back('\0');  // the smallest key behind
      more = retry([&] { return cursor.seek(at); });
    }
    return all;
  }
  void expect_equal_to_model() {
    const Model all = contents();
    EXPECT_EQ(all.size(), model.size());
    EXPECT_TRUE(all == model);
    check_structure();
  }

  // Every page is sound and says the truth about what is beneath it; pages are reached once and are all there
  // are.
  void check_structure() {
    uint64_t reached = 0;
    check_subtree(tree->root(), {}, std::nullopt, reached);
    EXPECT_EQ(reached, pages->page_count());
  }
  Epoch check_subtree(PageId id, const std::string& from, const std::optional<std::string>& to,
                      uint64_t& reached) {
    Buffer image(kPageBytes);
    copy_page(id, image);
    reached++;
    const auto sound = validate_page(image.bytes());
    EXPECT_TRUE(sound.has_value()) << sound.error().message();
    const Page page(image.data());
    EXPECT_EQ(page.id(), id);
    EXPECT_TRUE(page.count() > 0 || id == tree->root());
    Epoch newest;
    for (uint32_t slot = 0; slot < page.count(); slot++) {
      std::string key = std::string(page.prefix()).append(page.suffix(slot));
      if (page.level() > 0 && slot == 0) key = from;
      EXPECT_LE(from, key);
      EXPECT_TRUE(!to.has_value() || key < *to);
      if (page.level() == 0) continue;
      std::optional<std::string> end = to;
      if (slot + 1 < page.count()) end = std::string(page.prefix()).append(page.suffix(slot + 1));
      const Epoch beneath = check_subtree(page.child(slot), key, end, reached);
      EXPECT_EQ(beneath, page.child_epoch(slot));
      newest = std::max(newest, beneath);
    }
    EXPECT_LE(newest, page.newest_epoch());
    return page.newest_epoch();
  }

  // Takes a checkpoint; `between` runs after each page is written, while the checkpoint is in progress.
  void checkpoint(const std::function<void()>& between = [] {}) {
    PageCache::Checkpoint checkpoint = pages->begin_checkpoint();
    checkpoint_root = tree->root();
    checkpoint_model = model;
    free_when_durable(checkpoint.freed_blocks);
    for (const PageId page : checkpoint.pages) {
      write_page(page, between);
      between();
    }
    for (uint32_t chunk = 0; chunk < pages->table().chunk_count(); chunk++) {
      if (!pages->table().chunk_changed(chunk)) continue;
      chunks_.resize(pages->table().chunk_count());
      chunks_[chunk] = Buffer(kPageTableChunkBytes);
      pages->table().chunk_image(chunk, chunks_[chunk].bytes());
      pages->table().chunk_written(chunk);
    }
    pages->end_checkpoint();
    for (const uint64_t block : freed_) {
      EXPECT_EQ(used_blocks_.erase(block), 1u);
      free_blocks_.push_back(block);
    }
    freed_.clear();
  }
  // Writes the first pages of a checkpoint that then fails.
  void abandon_checkpoint(size_t pages_written, const std::function<void()>& between) {
    PageCache::Checkpoint checkpoint = pages->begin_checkpoint();
    free_when_durable(checkpoint.freed_blocks);
    checkpoint.pages.resize(std::min(pages_written, checkpoint.pages.size()));
    for (const PageId page : checkpoint.pages) write_page(page, between);
    between();
    pages->abandon_checkpoint();
  }
  // As after a crash: what the last checkpoint holds.
  void reopen() {
    tree.reset();
    pages = std::make_unique<PageCache>(runtime, device, cache_pages_ * kPageBytes);
    tree = std::make_unique<Tree>(*pages);
    for (uint32_t chunk = 0; chunk < chunks_.size(); chunk++) {
      EXPECT_TRUE(pages->table().load_chunk(chunk, chunks_[chunk].bytes()).has_value());
    }
    pages->table_loaded();
    tree->open(checkpoint_root);
    model = checkpoint_model;
    EXPECT_EQ(pages->page_count(), used_blocks_.size());
  }

  MemoryRuntime runtime;
  MemoryDevice device;
  std::unique_ptr<PageCache> pages;
  std::unique_ptr<Tree> tree;
  Model model;
  Epoch epoch;
  PageId checkpoint_root;
  Model checkpoint_model;

 private:
  void copy_page(PageId id, Buffer& image) {
    if (pages->find(id) == nullptr) load(id);
    copy_bytes(image.bytes(), {pages->find(id)->page, kPageBytes});
  }
  void free_when_durable(const std::vector<BlockIndex>& blocks) {
    for (const BlockIndex block : blocks) freed_.push_back(block.value);
  }
  void write_page(PageId page, const std::function<void()>& between) {
    const BlockIndex place{free_blocks_.back()};
    free_blocks_.pop_back();
    EXPECT_TRUE(used_blocks_.insert(place.value).second);
    const ByteView image = pages->checkpoint_image(page);
    const Buffer before = Buffer::copy_of(image);
    between();  // the image must stand still while the device reads it
    EXPECT_EQ(std::memcmp(before.data(), image.data(), kPageBytes), 0);
    const ByteView parts[] = {image};
    EXPECT_TRUE(blocking_run(runtime.executor(), device.write(place.value * kBlockBytes, parts)).has_value());
    if (const auto old = pages->checkpoint_page_written(page, place)) freed_.push_back(old->value);
  }

  uint64_t cache_pages_;
  std::vector<uint64_t> free_blocks_;
  std::set<uint64_t> used_blocks_;
  std::vector<uint64_t> freed_;  // when the next checkpoint is durable
  std::vector<Buffer> chunks_;
};

}  // namespace firn::vos
