// SmallStore: a whole store on devices in memory, with something of everything in it: for checks, for tests
// and fuzzers that damage it. And forging: changing what lies behind checksums and making these match.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "codec/crc32c.h"
#include "runtime/blocking_run.h"
#include "vos/check.h"
#include "vos/crash_device_test.h"
#include "vos/inspect.h"
#include "vos/page.h"
#include "vos/store.h"

namespace firn::vos {

class SmallStore {
 public:
  // Empty devices.
  SmallStore() = default;
  // A store of several pages with single values, arrays, overwritten and punched ones, in two containers and
  // placement groups: part of it in a checkpoint, part in the log. The devices are as after a crash.
  static const SmallStore& sample() {
    static const std::unique_ptr<SmallStore> store = make_sample();
    return *store;
  }
  // As `other` has them.
  void copy_devices(const SmallStore& other) {
    log.current = other.log.current;
    main.current = other.main.current;
    log.unflushed.clear();
    main.unflushed.clear();
  }

  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime.executor(), std::move(task));
  }
  CheckReport check(bool data = true) {
    CrashDevice log_device(runtime.executor(), log, plan);
    CrashDevice main_device(runtime.executor(), main, plan);
    return run(check_store(log_device, main_device, {.data = data}));
  }
  Result<std::unique_ptr<Store>> open() {
    return run(Store::open(runtime, device(log), device(main),
                           {.cache_bytes = 4 << 20, .retention = {.readable_from = kEpochNone}}));
  }
  Result<IndexImage> index() {
    CrashDevice main_device(runtime.executor(), main, plan);
    return run(load_index(main_device));
  }

  static Update single(std::string dkey, uint64_t bytes) {
    Update update;
    update.object = {PgIndex{static_cast<uint32_t>(dkey.size() % 3)}, ContainerId{Uuid{{1}}}, ObjectId{1, 1}};
    update.dkey = std::move(dkey);
    update.items.push_back({.akey = "value", .record_bytes = bytes});
    return update;
  }
  static Update array(std::string dkey, Recx recx, uint64_t record_bytes) {
    Update update;
    update.object = {PgIndex{7}, ContainerId{Uuid{{2}}}, ObjectId{2, 9}};
    update.dkey = std::move(dkey);
    update.items.push_back(
        {.akey = "array", .kind = ValueKind::array, .record_bytes = record_bytes, .recxs = {recx}});
    return update;
  }
  static Task<Result<Epoch>> put(Store* store, Update update) {
    uint64_t bytes = 0;
    for (const UpdateItem& item : update.items) bytes += item.data_bytes();
    const std::string payload(static_cast<size_t>(bytes), static_cast<char>('a' + update.dkey.size() % 26));
    const ByteView part = as_bytes(payload);
    co_return co_await store->update(std::move(update), {&part, 1});
  }

  // --- forging; the store has a checkpoint that loads

  // Changes a page of the index and all checksums that lead to it.
  void forge_page(PageId id, const std::function<void(MutableBytes)>& change) {
    IndexImage image = *index();
    const PageTable::Place place = *image.table.find(id);
    const MutableBytes page = main_bytes(place.block.value, kPageBytes);
    change(page);
    image.table.set(id, {place.block, seal_page(page)});
    forge_table(image);
  }
  // Writes the page table's chunks as the image has them, and all that leads to them.
  void forge_table(IndexImage& image) {
    for (uint32_t i = 0; i < image.root.chunks.size(); i++) {
      const MutableBytes chunk = main_bytes(image.root.chunks[i].block, kPageTableChunkBytes);
      image.table.chunk_image(i, chunk);
      image.root.chunks[i].crc = crc32c(chunk);
    }
    forge_root(image);
  }
  void forge_root(const IndexImage& image) {
    Superblock superblock = image.superblock;
    superblock.root = forge_blob(image, BlobKind::root, superblock.root, image.root.encode());
    CrashDevice main_device(runtime.executor(), main, plan);
    for (uint32_t slot = 0; slot < kSuperblockSlots; slot++) {
      FIRN_ASSERT(run(write_superblock(main_device, superblock, slot)).has_value());
    }
  }
  // Gives the reference to the new content, which has to fit into the old one's place.
  BlobRef forge_blob(const IndexImage& image, BlobKind kind, BlobRef old, std::string bytes) {
    CrashDevice main_device(runtime.executor(), main, plan);
    const BlobIdentity identity{kind, image.superblock.store, image.superblock.checkpoint};
    const LoadedBlob blob = *run(read_blob(main_device, identity, old));
    FIRN_ASSERT(bytes.size() <= blob_capacity(blob.runs));
    return *run(write_blob(main_device, identity, bytes, blob.runs));
  }
  MutableBytes main_bytes(uint64_t block, uint64_t bytes) {
    return MutableBytes(main.current).subspan(block * kBlockBytes, bytes);
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium log{1 << 20};
  Medium main{4 << 20};

 private:
  std::unique_ptr<BlockDevice> device(Medium& medium) {
    return std::make_unique<CrashDevice>(runtime.executor(), medium, plan);
  }
  static Task<Result<void>> fill(Store* store, int from, int to) {
    for (int i = from; i < to; i++) {
      const std::string name = "dkey " + std::string(static_cast<size_t>(i % 40), 'x') + std::to_string(i);
      FIRN_CO_CHECK(co_await put(store, single(name, i % 9 == 0 ? 5000 : 10 + static_cast<uint64_t>(i))));
      const uint64_t start = static_cast<uint64_t>(i % 7) * 100;
      FIRN_CO_CHECK(co_await put(store, array("chunk " + std::to_string(i % 11), {start, 150}, 8)));
      if (i % 20 == 3) FIRN_CO_CHECK(co_await put(store, array("large", {start, 70'000}, 1)));
      if (i % 20 != 5) continue;
      Punch punch;
      punch.object = single(name, 1).object;
      punch.dkey = name;
      if (i % 40 == 5) punch.akeys = {"value"};
      FIRN_CO_CHECK(co_await store->punch(punch));
      Update hole = array("large", {0, 5'000'000}, 0);
      hole.items[0].punch = true;
      FIRN_CO_CHECK(co_await put(store, hole));
    }
    co_return Result<void>();
  }
  static std::unique_ptr<SmallStore> make_sample() {
    auto made = std::make_unique<SmallStore>();
    const auto log_device = made->device(made->log);
    const auto main_device = made->device(made->main);
    FIRN_ASSERT(made->run(Store::format(made->runtime, *log_device, *main_device, {.store = Uuid{{1, 2, 3}}}))
                    .has_value());
    auto store = *made->open();
    FIRN_ASSERT(made->run(fill(store.get(), 0, 120)).has_value());
    FIRN_ASSERT(made->run(store->checkpoint()).has_value());
    FIRN_ASSERT(made->run(fill(store.get(), 120, 150)).has_value());
    const auto as_after_crash = std::pair(made->log.current, made->main.current);
    FIRN_ASSERT(made->run(store->close()).has_value());
    std::tie(made->log.current, made->main.current) = as_after_crash;
    return made;
  }
};

}  // namespace firn::vos
