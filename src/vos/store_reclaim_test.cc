// Reclaiming as a store's users see it: cost of aggregation, merging, removal, usage, damage.
#include <algorithm>
#include <tuple>

#include <gtest/gtest.h>

#include "runtime/sleep.h"
#include "vos/key_codec.h"
#include "vos/small_store_test.h"
#include "vos/tree.h"

namespace firn::vos {
namespace {

class StoreReclaim : public testing::Test {
 protected:
  StoreReclaim() { store_.copy_devices(SmallStore::sample()); }

  std::unique_ptr<Store> open() {
    auto opened = store_.open();
    FIRN_ASSERT(opened.has_value());
    return *std::move(opened);
  }
  template <class T>
  T run(Task<T> task) {
    return store_.run(std::move(task));
  }
  void close(std::unique_ptr<Store> store) {
    EXPECT_TRUE(run(store->close()).has_value());
    const CheckReport report = store_.check();
    for (const Finding& finding : report.findings) {
      if (finding.damage) ADD_FAILURE() << finding.text();
    }
  }
  // The devices are as they are now.
  void crash(std::unique_ptr<Store> store) {
    const auto devices = std::pair(store_.log.current, store_.main.current);
    EXPECT_TRUE(run(store->close()).has_value());
    std::tie(store_.log.current, store_.main.current) = devices;
  }
  static Task<Result<void>> until_removed(Store* store, Executor* executor) {
    while (store->stats().removals > 0) co_await sleep_for(*executor, 1ms);
    co_return Result<void>();
  }
  static Fetch fetch_of(const Update& update) {
    Fetch fetch;
    fetch.object = update.object;
    fetch.dkey = update.dkey;
    const UpdateItem& item = update.items.front();
    fetch.items.push_back(
        {.akey = item.akey, .kind = item.kind, .recxs = item.recxs, .capacity_bytes = UINT64_MAX});
    return fetch;
  }

  SmallStore store_;
};

TEST_F(StoreReclaim, overlapping_versions_become_one_piece) {
  auto store = open();
  uint64_t end = 0;
  for (int i = 0; i < 200; i++) {
    const auto start = static_cast<uint64_t>(i) * 37 % 900;
    end = std::max(end, start + 100);
    ASSERT_TRUE(run(SmallStore::put(store.get(), SmallStore::array("merged", {start, 100}, 8))).has_value());
  }
  const Usage before = store->usage(ContainerId{Uuid{{2}}});
  store->set_retention({});
  ASSERT_TRUE(run(store->aggregate(kEpochMax)).has_value());
  const Usage after = store->usage(ContainerId{Uuid{{2}}});
  EXPECT_GE(before.entries - after.entries, 199u);
  const auto found = run(store->fetch(fetch_of(SmallStore::array("merged", {0, end}, 8))));
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(found->items[0].extents.size(), 1u);
  EXPECT_EQ(found->payload.size(), end * 8);
  close(std::move(store));
}

// Looks at what was overwritten, and not at the rest of the store.
TEST_F(StoreReclaim, aggregation_reads_only_where_something_was_overwritten) {
  auto store = open();
  store->set_retention({});
  for (int i = 0; i < 3000; i++) {
    const Update update = SmallStore::single("some dkey " + std::to_string(i), 100);
    ASSERT_TRUE(run(SmallStore::put(store.get(), update)).has_value());
  }
  ASSERT_TRUE(run(store->aggregate(kEpochMax)).has_value());  // everything once, after opening
  for (const int i : {5, 1700, 2999}) {
    const Update update = SmallStore::single("some dkey " + std::to_string(i), 100);
    ASSERT_TRUE(run(SmallStore::put(store.get(), update)).has_value());
  }
  const StoreStats before = store->stats();
  ASSERT_TRUE(run(store->aggregate(kEpochMax)).has_value());
  const StoreStats after = store->stats();
  EXPECT_EQ(before.usage.entries - after.usage.entries, 3u);
  EXPECT_LE(after.aggregated_entries - before.aggregated_entries, 6u);
  close(std::move(store));
}

TEST_F(StoreReclaim, removed_container_is_gone_at_once_and_stays_so) {
  const ContainerId container{Uuid{{1}}};
  const Update update = SmallStore::single("a dkey of it", 700);
  auto store = open();
  ASSERT_TRUE(run(SmallStore::put(store.get(), update)).has_value());
  EXPECT_GT(store->usage(container).entries, 0u);
  ASSERT_TRUE(run(store->remove_container(container)).has_value());
  EXPECT_EQ(run(store->fetch(fetch_of(update)))->items[0].record_bytes, 0u);
  EXPECT_EQ(run(SmallStore::put(store.get(), update)).error().code(), Code::not_found);
  ASSERT_TRUE(run(store->remove_container(container)).has_value()) << "repeating it is harmless";
  crash(std::move(store));  // in the middle of it

  store = open();
  EXPECT_EQ(run(store->fetch(fetch_of(update)))->items[0].record_bytes, 0u);
  EXPECT_EQ(run(SmallStore::put(store.get(), update)).error().code(), Code::not_found);
  ASSERT_TRUE(run(until_removed(store.get(), &store_.runtime.executor())).has_value());
  EXPECT_EQ(store->usage(container), Usage{});
  EXPECT_GT(store->stats().usage.entries, 0u) << "the other container is still there";
  close(std::move(store));
  store = open();
  EXPECT_EQ(run(SmallStore::put(store.get(), update)).error().code(), Code::not_found);
  close(std::move(store));
}

TEST_F(StoreReclaim, removed_group_is_closed_until_it_is_through_and_then_empty) {
  const Update update = SmallStore::array("chunk 3", {0, 50}, 8);
  auto store = open();
  ASSERT_TRUE(run(store->remove_group(update.object.pg)).has_value());
  EXPECT_EQ(run(SmallStore::put(store.get(), update)).error().code(), Code::busy);
  ASSERT_TRUE(run(until_removed(store.get(), &store_.runtime.executor())).has_value());
  EXPECT_EQ(store->usage(update.object.container), Usage{});
  ASSERT_TRUE(run(SmallStore::put(store.get(), update)).has_value());
  crash(std::move(store));  // what came later survives

  store = open();
  EXPECT_EQ(run(store->fetch(fetch_of(update)))->items[0].record_bytes, 8u);
  EXPECT_EQ(store->usage(update.object.container).value_bytes, 400u);
  close(std::move(store));
}

TEST_F(StoreReclaim, usage_is_exact_after_a_crash) {
  auto store = open();
  ASSERT_TRUE(run(SmallStore::put(store.get(), SmallStore::single("new", 9000))).has_value());
  const Usage before = store->stats().usage;
  crash(std::move(store));
  store = open();
  EXPECT_EQ(store->stats().usage, before);
  close(std::move(store));  // compares with the tree
}

TEST_F(StoreReclaim, scrub_of_a_sound_store_reads_all_and_finds_nothing) {
  auto store = open();
  ASSERT_TRUE(run(store->checkpoint()).has_value());
  const auto report = run(store->scrub({.bytes_per_second = 1ull << 40}));
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->damage_count, 0u);
  EXPECT_EQ(report->pages, store->stats().pages);
  EXPECT_GT(report->records, 10u);
  close(std::move(store));
}

TEST_F(StoreReclaim, scrub_names_damaged_data_and_all_else_stays_usable) {
  auto store = open();
  const Update victim = SmallStore::array("the victim of it", {0, 5000}, 8);
  ASSERT_TRUE(run(SmallStore::put(store.get(), victim)).has_value());
  ASSERT_TRUE(run(store->checkpoint()).has_value());
  const std::string pattern(8192, static_cast<char>('a' + victim.dkey.size() % 26));
  auto& bytes = store_.main.current;
  const auto at = std::search(bytes.begin(), bytes.end(), as_bytes(pattern).begin(), as_bytes(pattern).end());
  ASSERT_TRUE(at != bytes.end());
  *(at + 100) ^= std::byte{1};
  const auto report = run(store->scrub({.bytes_per_second = 1ull << 40}));
  ASSERT_TRUE(report.has_value()) << report.error().message();
  ASSERT_EQ(report->damage_count, 1u);
  const Damage& damage = report->damages[0];
  EXPECT_EQ(damage.pg, victim.object.pg);
  EXPECT_EQ(damage.container, victim.object.container);
  EXPECT_EQ(damage.object, victim.object.object);
  EXPECT_EQ(damage.dkey, victim.dkey);
  EXPECT_EQ(damage.akey, "array");
  EXPECT_EQ(damage.recx, (Recx{0, 5000}));
  EXPECT_EQ(run(store->fetch(fetch_of(victim))).error().code(), Code::corrupt);
  EXPECT_TRUE(run(store->fetch(fetch_of(SmallStore::array("chunk 3", {0, 50}, 8)))).has_value());
  ASSERT_TRUE(run(SmallStore::put(store.get(), victim)).has_value()) << "writing it again mends it";
  EXPECT_TRUE(run(store->fetch(fetch_of(victim))).has_value());
  EXPECT_TRUE(run(store->close()).has_value());
}

TEST_F(StoreReclaim, damaged_page_costs_its_entries_and_no_more) {
  auto store = open();
  ASSERT_TRUE(run(store->close()).has_value());
  const IndexImage index = *store_.index();
  std::vector<PageId> leaves;
  for (uint64_t id = 1; id < index.table.id_end().value; id++) {
    const auto place = index.table.find(PageId{id});
    if (place && Page(store_.main_bytes(place->block.value, kPageBytes).data()).level() == 0) {
      leaves.push_back(PageId{id});
    }
  }
  ASSERT_GE(leaves.size(), 3u);
  const PageId victim = leaves[1];
  store_.main_bytes(index.table.find(victim)->block.value, kPageBytes)[9000] ^= std::byte{4};

  store = open();
  const auto report = run(store->scrub({.bytes_per_second = 1ull << 40}));
  ASSERT_TRUE(report.has_value()) << report.error().message();
  ASSERT_EQ(report->damage_count, 1u);
  EXPECT_EQ(report->damages[0].page, victim.value);
  EXPECT_GT(report->records, 0u) << "data behind the page was not looked at";
  const KeyRange lost{report->damages[0].key_begin, report->damages[0].key_end};
  // Aggregation of the rest, updates elsewhere and checkpoints go on.
  store->set_retention({});
  ASSERT_TRUE(run(store->aggregate(kEpochMax)).has_value());
  int readable = 0;
  for (int i = 0; i < 40; i++) {
    const Update update = SmallStore::single("dkey " + std::to_string(i), 100);
    const std::string key = dkey_prefix(update.object, update.dkey);
    if (key >= lost.begin && (lost.end.empty() || key < lost.end)) continue;
    const auto done = run(SmallStore::put(store.get(), update));
    readable += done.has_value() ? 1 : 0;
  }
  EXPECT_GT(readable, 0);
  EXPECT_TRUE(run(store->checkpoint()).has_value());
  EXPECT_TRUE(run(store->close()).has_value());
}

}  // namespace
}  // namespace firn::vos
