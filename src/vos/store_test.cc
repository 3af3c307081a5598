// The store as its users see it: limits, damage, repeated requests, reads while changes wait. The semantics
// are tested against a reference model in tests/model.
#include "vos/store.h"

#include <gtest/gtest.h>

#include "codec/crc32c.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"
#include "sim/world.h"

namespace firn::vos {
namespace {

class StoreTest : public testing::Test {
 public:
  ~StoreTest() override {
    if (store_ != nullptr) EXPECT_TRUE(run(store_->close()).has_value());
  }

 protected:
  StoreTest() : world_(1), node_(world_.add_node("store")) {
    world_.start_all();
    store_ = *run(make(this));
  }

  static Task<Result<std::unique_ptr<Store>>> make(StoreTest* self) {
    Runtime& runtime = self->world_.runtime(self->node_);
    FIRN_CO_TRY(auto log, co_await runtime.storage().create("log", 4 << 20));
    FIRN_CO_TRY(auto main, co_await runtime.storage().create("main", 64 << 20));
    FormatOptions format;
    format.store.bytes[0] = 1;
    FIRN_CO_CHECK(co_await Store::format(runtime, *log, *main, format));
    co_return co_await Store::open(runtime, std::move(log), std::move(main), {});
  }
  template <class T>
  T run(Task<T> task) {
    auto result = world_.run(node_, std::move(task), 100s);
    EXPECT_TRUE(result.has_value());
    return std::move(*result);
  }
  static Task<int> until_removed(Store* store, Executor* executor) {
    while (store->stats().removals > 0) co_await sleep_for(*executor, 1ms);
    co_return 0;
  }
  static Task<Result<Epoch>> put(Store* store, Update update, std::string payload) {
    const std::vector<ByteView> parts = {as_bytes(payload)};
    co_return co_await store->update(std::move(update), parts);
  }

  static Task<Result<void>> prepare_one(Store* store, Prepare prepare, ByteView payload) {
    const std::vector<ByteView> parts = {payload};
    co_return co_await store->prepare(std::move(prepare), parts);
  }

  static Update single(Key dkey, uint64_t bytes) {
    Update update;
    update.object.object = ObjectId{1, 1};
    update.dkey = std::move(dkey);
    UpdateItem& item = update.items.emplace_back();
    item.akey = "akey";
    item.record_bytes = bytes;
    return update;
  }
  static Fetch fetch_of(const Update& update) {
    Fetch fetch;
    fetch.object = update.object;
    fetch.dkey = update.dkey;
    for (const UpdateItem& item : update.items) {
      FetchItem& wanted = fetch.items.emplace_back();
      wanted.akey = item.akey;
      wanted.kind = item.kind;
      wanted.recxs = item.recxs;
      wanted.capacity_bytes = UINT64_MAX;
    }
    return fetch;
  }

  sim::World world_;
  sim::NodeIndex node_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, value_of_the_largest_size_comes_back) {
  const std::string payload(kRequestDataBytesMax, 'v');
  const Update update = single("d", payload.size());
  ASSERT_TRUE(run(put(store_.get(), update, payload)).has_value());
  const auto found = run(store_->fetch(fetch_of(update)));
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(as_text(found->payload.bytes()), payload);
}

// As in DAOS, where a length of 0 punches: the key exists, and nothing is there.
TEST_F(StoreTest, empty_value_is_a_punched_one) {
  const Update update = single("d", 0);
  ASSERT_TRUE(run(put(store_.get(), update, "")).has_value());
  Fetch fetch = fetch_of(update);
  fetch.conditions = Condition::akey_fetch;
  const auto found = run(store_->fetch(fetch));
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(found->items[0].record_bytes, 0u);
  EXPECT_FALSE(found->items[0].sent);
}

// Marks of reads need not be looked at by those who take the next epoch.
TEST_F(StoreTest, update_comes_after_what_a_transaction_has_read) {
  Fetch fetch = fetch_of(single("d", 1));
  fetch.transaction.uuid.bytes[0] = 7;
  fetch.epoch = Epoch{store_->newest_epoch().value + 1'000'000'000};
  ASSERT_TRUE(run(store_->fetch(fetch)).has_value());
  const auto updated = run(put(store_.get(), single("d", 1), "1"));
  ASSERT_TRUE(updated.has_value());
  EXPECT_GT(*updated, fetch.epoch);
}

TEST_F(StoreTest, transaction_does_not_write_into_what_another_has_read) {
  const Update update = single("d", 1);
  Fetch fetch = fetch_of(update);
  fetch.transaction.uuid.bytes[0] = 7;
  fetch.epoch = Epoch{store_->newest_epoch().value + 1000};
  ASSERT_TRUE(run(store_->fetch(fetch)).has_value());
  const auto prepare = [&](uint8_t transaction, uint64_t epoch) {
    Prepare request{.id = {}, .epoch = Epoch{epoch}, .updates = {update}, .punches = {}};
    request.id.transaction.uuid.bytes[0] = transaction;
    const ByteView value = as_bytes("1");
    const auto done = run(prepare_one(store_.get(), std::move(request), value));
    return done ? std::optional<Code>() : std::optional(done.error().code());
  };
  EXPECT_EQ(prepare(8, fetch.epoch.value), Code::restart);
  EXPECT_EQ(prepare(7, fetch.epoch.value), std::nullopt) << "its own read is in the way";
  EXPECT_EQ(prepare(8, fetch.epoch.value + 1), Code::in_doubt);
  EXPECT_EQ(run(store_->fetch(fetch)).error().code(), Code::in_doubt);
  EXPECT_FALSE(run(store_->fetch(fetch)).error().subject("transaction").empty());
  ASSERT_TRUE(run(store_->commit({fetch.transaction, PgIndex{0}})).has_value());
  EXPECT_EQ(as_text(run(store_->fetch(fetch))->payload.bytes()), "1");
}

TEST_F(StoreTest, value_above_the_capacity_is_not_sent) {
  const Update update = single("d", 10);
  ASSERT_TRUE(run(put(store_.get(), update, "0123456789")).has_value());
  Fetch fetch = fetch_of(update);
  fetch.items[0].capacity_bytes = 9;
  const auto found = run(store_->fetch(fetch));
  EXPECT_EQ(found->items[0].record_bytes, 10u);
  EXPECT_FALSE(found->items[0].sent);
  EXPECT_TRUE(found->payload.empty());
}

TEST_F(StoreTest, damaged_data_is_not_returned) {
  const std::string payload(20'000, 'p');
  const Update update = single("d", payload.size());
  ASSERT_TRUE(run(put(store_.get(), update, payload)).has_value());
  ASSERT_TRUE(run(store_->checkpoint()).has_value());  // until then the log has it
  // Wherever it lies: every block but the index is the value's.
  sim::SimDisk& disk = world_.disk(node_);
  const auto bytes = disk.peek("main", 0, 64 << 20);
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t at = all.find(std::string(1000, 'p'));
  ASSERT_NE(at, std::string_view::npos);
  ASSERT_TRUE(disk.flip_bit("main", at + 500, 3));
  const auto found = run(store_->fetch(fetch_of(update)));
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code(), Code::corrupt);
  EXPECT_NE(found.error().message().find("dkey"), std::string::npos);
}

TEST_F(StoreTest, repeated_request_is_answered_as_the_first_time) {
  Update update = single("d", 1);
  update.request = {ClientId{1}, RequestSequence{5}};
  const auto first = run(put(store_.get(), update, "1"));
  const auto again = run(put(store_.get(), update, "2"));
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(as_text(run(store_->fetch(fetch_of(update)))->payload.bytes()), "1");
  Update later = single("e", 1);
  later.request = {ClientId{1}, RequestSequence{7}};
  later.completed_below = RequestSequence{6};
  ASSERT_TRUE(run(put(store_.get(), later, "1")).has_value());
  EXPECT_EQ(run(put(store_.get(), update, "2")).error().code(), Code::invalid);
}

Task<Result<Epoch>> twice(Task<Result<Epoch>> a, Task<Result<Epoch>> b) {
  std::vector<Task<Result<Epoch>>> tasks;
  tasks.push_back(std::move(a));
  tasks.push_back(std::move(b));
  auto results = co_await when_all(std::move(tasks));
  EXPECT_EQ(*results[0], *results[1]);
  co_return *results[0];
}

// Seed 1358 of the simulated cluster: the duplicate came when the key that it was refused for had been
// removed.
TEST_F(StoreTest, refused_request_is_refused_again_when_its_condition_has_come_true) {
  const Update first = single("dkey", 3);
  ASSERT_TRUE(run(put(store_.get(), first, "abc")).has_value());
  Update insert = single("dkey", 3);
  insert.conditions = Condition::dkey_insert;
  insert.request = {ClientId{1}, RequestSequence{2}};
  auto refused = run(put(store_.get(), insert, "xyz"));
  ASSERT_FALSE(refused.has_value());
  ASSERT_EQ(refused.error().code(), Code::exists);
  ASSERT_TRUE(run(store_->punch({.object = first.object, .dkey = "dkey"})).has_value());
  auto duplicate = run(put(store_.get(), insert, "xyz"));
  ASSERT_FALSE(duplicate.has_value());
  EXPECT_EQ(duplicate.error().code(), Code::exists);
  EXPECT_EQ(run(store_->fetch(fetch_of(first)))->items[0].record_bytes, 0u);
}

TEST_F(StoreTest, request_that_is_sent_twice_at_once_happens_once) {
  Update update = single("d", 20'000);
  update.request = {ClientId{1}, RequestSequence{5}};
  const std::string payload(20'000, 'a');
  ASSERT_TRUE(run(twice(put(store_.get(), update, payload), put(store_.get(), update, payload))).has_value());
}

TEST_F(StoreTest, akey_keeps_its_kind_and_record_size) {
  ASSERT_TRUE(run(put(store_.get(), single("d", 1), "1")).has_value());
  Update array = single("d", 4);
  array.items[0].kind = ValueKind::array;
  array.items[0].recxs = {{0, 1}};
  const auto refused = run(put(store_.get(), array, "1234"));
  EXPECT_EQ(refused.error().code(), Code::invalid);
  EXPECT_NE(refused.error().message().find("the akey holds a single value"), std::string::npos);
  array.dkey = "e";
  ASSERT_TRUE(run(put(store_.get(), array, "1234")).has_value());
  array.items[0].record_bytes = 2;
  EXPECT_EQ(run(put(store_.get(), array, "12")).error().code(), Code::invalid);
  Punch punch;
  punch.object = array.object;
  punch.dkey = array.dkey;
  ASSERT_TRUE(run(store_->punch(punch)).has_value());
  EXPECT_TRUE(run(put(store_.get(), array, "12")).has_value());
}

TEST_F(StoreTest, punch_of_what_is_missing_is_refused_only_on_condition) {
  Punch punch;
  punch.object.object = ObjectId{5, 5};
  punch.dkey = "nothing";
  EXPECT_TRUE(run(store_->punch(punch)).has_value());
  punch.conditions = Condition::punch;
  EXPECT_EQ(run(store_->punch(punch)).error().code(), Code::not_found);
  punch.conditions = Condition::dkey_insert;
  EXPECT_EQ(run(store_->punch(punch)).error().code(), Code::invalid);
}

TEST_F(StoreTest, punch_of_what_has_changed_since_is_refused) {
  const Update update = single("dkey", 4);
  ASSERT_TRUE(run(put(store_.get(), update, "seen")).has_value());
  Punch punch;
  punch.object = update.object;
  punch.dkey = update.dkey;
  punch.unchanged_since = store_->newest_epoch();
  ASSERT_TRUE(run(put(store_.get(), update, "news")).has_value());
  EXPECT_EQ(run(store_->punch(punch)).error().code(), Code::restart);
  punch.akeys = {update.items[0].akey};
  EXPECT_EQ(run(store_->punch(punch)).error().code(), Code::restart);
  ASSERT_TRUE(run(put(store_.get(), single("other", 1), "x")).has_value());
  punch.unchanged_since = Epoch{store_->newest_epoch().value - 1};
  EXPECT_TRUE(run(store_->punch(punch)).has_value());
}

// An update of many akeys and extents, all or nothing, with pages that split on the way.
TEST_F(StoreTest, update_of_the_most_items_and_extents) {
  Update update = single("d", 1);
  update.items.clear();
  std::string payload;
  for (uint32_t i = 0; i < kItemsPerRequestMax; i++) {
    UpdateItem& item = update.items.emplace_back();
    item.akey = uint64_key(i);
    item.kind = ValueKind::array;
    item.record_bytes = 3;
    for (uint64_t j = 0; j < kExtentsPerRequestMax / kItemsPerRequestMax; j++)
      item.recxs.push_back({j * 10, 5});
    payload += std::string(item.data_bytes(), static_cast<char>(i));
  }
  const auto done = run(put(store_.get(), update, payload));
  ASSERT_TRUE(done.has_value()) << done.error().message();
  const auto found = run(store_->fetch(fetch_of(update)));
  ASSERT_TRUE(found.has_value()) << found.error().message();
  EXPECT_EQ(as_text(found->payload.bytes()), payload);
}

TEST_F(StoreTest, aggregation_gives_space_back) {
  store_->set_retention({.readable_from = kEpochNone});
  const uint64_t before = store_->stats().free_bytes;
  for (int i = 0; i < 20; i++) {
    ASSERT_TRUE(run(put(store_.get(), single("d", 1 << 20), std::string(1 << 20, 'x'))).has_value());
  }
  const uint64_t full = store_->stats().free_bytes;
  EXPECT_LT(full, before - (19 << 20));
  store_->set_retention({});
  ASSERT_TRUE(run(store_->aggregate(store_->newest_epoch())).has_value());
  EXPECT_GT(store_->stats().free_bytes, full + (18 << 20));
  ASSERT_TRUE(run(store_->remove_container({})).has_value());
  run(until_removed(store_.get(), &world_.runtime(node_).executor()));
  EXPECT_GT(store_->stats().free_bytes, before - (1 << 20));
}

}  // namespace
}  // namespace firn::vos
