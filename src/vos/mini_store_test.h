// MiniStore: the smallest store on a Core: named values, some with data in the main device. What the tests of
// the durability layer run on, and their check that every block has exactly one owner.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/endian.h"
#include "codec/crc32c.h"
#include "runtime/blocking_run.h"
#include "vos/core.h"
#include "vos/crash_device_test.h"

namespace firn::vos {

// The record, and the value in the tree: data runs as (block, bytes), the crc of the data, and text.
struct MiniValue {
  std::vector<Run> runs;
  uint32_t crc = 0;
  std::string text;

  std::string encode(const std::string& key) const {
    std::string out;
    const auto put = [&](uint64_t v) {
      out.append(8, '\0');
      store_little(out.data() + out.size() - 8, v);
    };
    put(runs.size());
    for (const Run run : runs) {
      put(run.first.value);
      put(run.bytes);
    }
    put(crc);
    put(key.size());
    return out + key + text;
  }
  static MiniValue decode(std::string_view in, std::string* key) {
    const auto get = [&] {
      const auto v = load_little<uint64_t>(in.data());
      in.remove_prefix(8);
      return v;
    };
    MiniValue value;
    value.runs.resize(get());
    for (Run& run : value.runs) {
      run.first = BlockIndex{get()};
      run.bytes = get();
    }
    value.crc = static_cast<uint32_t>(get());
    const uint64_t key_bytes = get();
    key->assign(in.substr(0, key_bytes));
    value.text.assign(in.substr(key_bytes));
    return value;
  }
};

class MiniStore final : public ReplayVisitor {
 public:
  explicit MiniStore(std::unique_ptr<Core> opened) : core(std::move(opened)) {}

  Result<void> claim(std::string_view record) override {
    std::string key;
    for (const Run run : MiniValue::decode(record, &key).runs) FIRN_CHECK(core->space.claim(run));
    return {};
  }
  Task<Result<void>> apply(std::string_view record, Lsn end) override {
    std::string key;
    const MiniValue value = MiniValue::decode(record, &key);
    FIRN_CO_CHECK(co_await prepare(key));
    change(key, std::string(record), end);
    for (const Run run : value.runs) core->space.settle(run);
    remember(key);
    co_return Result<void>();
  }
  Task<Result<void>> catch_up() override { co_return Result<void>(); }

  // The old value's runs are released: nobody reads here while it writes.
  Task<Result<void>> put(std::string key, std::string text, uint64_t data_bytes) {
    MiniValue value;
    value.text = std::move(text);
    if (data_bytes > 0) {
      FIRN_CO_TRY(value.runs, co_await core->allocate(data_bytes, SpaceUse::ordinary));
      const std::string data(data_bytes, key.back());
      value.crc = crc32c(as_bytes(data));
      auto written = co_await write_data(value.runs, data);
      if (!written) {
        for (const Run run : value.runs) core->space.abandon(run);
        co_return written;
      }
    }
    auto lsn = co_await append(key, value);
    if (!lsn) {
      for (const Run run : value.runs) core->space.abandon(run);
      co_return std::move(lsn).error();
    }
    core->start_checkpoint_if_due();
    co_return co_await core->log().wait_durable(*lsn);
  }
  // As aggregation does: not logged.
  Task<Result<void>> remove(std::string key) {
    FIRN_CO_CHECK(co_await prepare(key));
    const auto old = core->tree.find(key);
    if (!old->has_value()) co_return Result<void>();
    std::string ignored;
    const auto runs = MiniValue::decode(**old, &ignored).runs;
    EXPECT_TRUE(core->tree.erase(key));
    for (const Run run : runs) core->space.release(run);
    co_return Result<void>();
  }
  // All that is there, data checked.
  Task<Result<std::map<std::string, std::string>>> read_all() {
    std::map<std::string, std::string> all;
    for (const auto& [key, value] : co_await entries()) {
      std::string name;
      const MiniValue decoded = MiniValue::decode(value, &name);
      EXPECT_EQ(name, key);
      uint32_t crc = 0;
      for (const Run run : decoded.runs) {
        Buffer data(run.bytes);
        FIRN_CO_CHECK(co_await core->main_device->read(run.first.value * kBlockBytes, data.bytes()));
        crc = crc32c(data.bytes(), crc);
      }
      if (crc != decoded.crc) co_return fail(Code::corrupt, "data does not match").on("key", key);
      all[key] = decoded.text;
    }
    co_return all;
  }

  // Every block of the device has exactly one owner. Nothing is in progress.
  Task<void> check_space() {
    std::vector<BlockRange> owned = core->space.free_ranges();
    for (const Run run : core->checkpoint_state().blob_runs) owned.push_back(range_of(run));
    for (const ChunkRef& chunk : core->checkpoint_state().chunks) {
      owned.push_back({chunk.block, Space::kPageBlocks});
    }
    const PageTable& table = core->pages.table();
    for (uint64_t id = 1; id < table.id_end().value; id++) {
      if (const auto place = table.find(PageId{id}))
        owned.push_back({place->block.value, Space::kPageBlocks});
    }
    for (const auto& [key, value] : co_await entries()) {
      std::string name;
      for (const Run run : MiniValue::decode(value, &name).runs) owned.push_back(range_of(run));
    }
    const FreeList all(owned);  // asserts that none overlap
    EXPECT_EQ(all.blocks() + core->space.stats().pending_blocks, core->space.stats().total_blocks);
    EXPECT_EQ(core->space.stats().in_flight_blocks, 0u);
  }

  std::unique_ptr<Core> core;

 private:
  Task<Result<void>> prepare(std::string key) {
    while (true) {
      const auto ready = core->tree.prepare(key);
      if (ready) co_return Result<void>();
      FIRN_CO_CHECK(co_await core->pages.load(ready.error().page));
    }
  }
  Task<std::map<std::string, std::string>> entries() {
    std::map<std::string, std::string> all;
    std::string after;
    while (true) {
      Tree::Cursor cursor(core->tree);
      const auto found = cursor.seek(after);
      if (!found) {
        const auto loaded = co_await core->pages.load(found.error().page);
        EXPECT_TRUE(loaded.has_value()) << loaded.error().message();
        if (!loaded) co_return all;
        continue;
      }
      if (!*found) co_return all;
      all.emplace(cursor.key(), cursor.value());
      after = std::string(cursor.key()) + '\0';
    }
  }
  Task<Result<void>> write_data(std::vector<Run> runs, std::string data) {
    size_t at = 0;
    for (const Run run : runs) {
      const ByteView part = as_bytes(std::string_view(data).substr(at, run.bytes));
      FIRN_CO_CHECK(co_await core->main_device->write(run.first.value * kBlockBytes, {&part, 1}));
      at += run.bytes;
    }
    co_return Result<void>();
  }
  Task<Result<Lsn>> append(std::string key, MiniValue value) {
    const std::string record = value.encode(key);
    while (true) {
      FIRN_CO_CHECK(co_await core->admit(record.size(), SpaceUse::ordinary));
      FIRN_CO_CHECK(co_await prepare(key));
      if (core->has_room(record.size(), SpaceUse::ordinary)) break;
    }
    FIRN_CO_TRY(const Lsn lsn, core->log().append(record, !value.runs.empty()));
    change(key, record, lsn);
    for (const Run run : value.runs) core->space.settle(run);
    remember(key);
    co_return lsn;
  }
  // One synchronous step; the key is prepared.
  void change(const std::string& key, const std::string& record, Lsn lsn) {
    const auto old = core->tree.find(key);
    std::string ignored;
    if (old->has_value()) {
      for (const Run run : MiniValue::decode(**old, &ignored).runs) core->space.release(run);
    }
    core->tree.insert(key, record, core->clock.next(core->runtime.wall_time()), lsn);
  }
  void remember(const std::string& key) {
    core->requests.remember({ClientId{1}, RequestSequence{crc32c(as_bytes(key)) + 1ull}}, core->clock.last(),
                            PgIndex{0});
  }
};

// A store's two devices and what happens to them. Those of every fourth seed can only be written in pages.
struct MiniWorld {
  explicit MiniWorld(uint64_t seed, uint64_t main_bytes = 8 << 20) : runtime(seed), main_medium(main_bytes) {
    log_medium.alignment = main_medium.alignment = seed % 4 == 3 ? BlockDevice::kAlignmentMax : 1;
  }

  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime.executor(), std::move(task));
  }
  Result<void> format() {
    CrashDevice log(runtime.executor(), log_medium, plan);
    CrashDevice main(runtime.executor(), main_medium, plan);
    return run(Core::format(runtime, log, main, {.store = store}));
  }
  static Task<Result<std::unique_ptr<MiniStore>>> open_store(MiniWorld* world) {
    auto& executor = world->runtime.executor();
    FIRN_CO_TRY(auto core,
                co_await Core::open(world->runtime,
                                    std::make_unique<CrashDevice>(executor, world->log_medium, world->plan),
                                    std::make_unique<CrashDevice>(executor, world->main_medium, world->plan),
                                    world->options));
    auto opened = std::make_unique<MiniStore>(std::move(core));
    FIRN_CO_CHECK(co_await opened->core->replay(*opened));
    co_return opened;
  }
  Result<std::unique_ptr<MiniStore>> open() { return run(open_store(this)); }
  void crash() {
    log_medium.crash(runtime.rng());
    main_medium.crash(runtime.rng());
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium log_medium{1 << 20};
  Medium main_medium;
  Uuid store{{1, 2, 3, 4}};
  StoreOptions options{.cache_bytes = 1 << 20, .log_bytes_per_checkpoint = 256 << 10};
};

}  // namespace firn::vos
