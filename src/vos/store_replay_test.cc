// Replay as a store's users see it: after a crash the store holds what it held.
#include <tuple>

#include <gtest/gtest.h>

#include "codec/crc32c.h"
#include "model/limits.h"
#include "model/wire.h"
#include "vos/small_store_test.h"

namespace firn::vos {
namespace {

constexpr PgIndex kPg{3};
constexpr uint64_t kLogBytes = 64 << 20;

class StoreReplay : public testing::Test {
 protected:
  StoreReplay() {
    const auto log = device(log_);
    const auto main = device(main_);
    FIRN_ASSERT(run(Store::format(runtime_, *log, *main, {.store = Uuid{{1}}})).has_value());
    open();
  }
  void TearDown() override { EXPECT_TRUE(run(store_->close()).has_value()); }

  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime_.executor(), std::move(task));
  }
  std::unique_ptr<BlockDevice> device(Medium& medium) {
    return std::make_unique<CrashDevice>(runtime_.executor(), medium, plan_);
  }
  void open() {
    const StoreOptions options = {.cache_bytes = 128 << 20,
                                  .log_bytes_per_checkpoint = kLogBytes,
                                  .retention = {.readable_from = kEpochNone}};
    auto opened = run(Store::open(runtime_, device(log_), device(main_), options));
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    store_ = *std::move(opened);
  }
  // The devices are as they are now.
  void crash_and_open() {
    ASSERT_EQ(store_->stats().checkpoints, 0U) << "all is in the log";
    const auto devices = std::pair(log_.current, main_.current);
    ASSERT_TRUE(run(store_->close()).has_value());
    std::tie(log_.current, main_.current) = devices;
    open();
  }
  static ObjectRef object(uint64_t number) { return {kPg, ContainerId{Uuid{{1}}}, ObjectId{1, number}}; }
  Epoch put(uint64_t number, const std::string& dkey, std::string text, RequestId request = {}) {
    const ByteView value = as_bytes(text);
    Update update{.object = object(number), .dkey = dkey, .request = request};
    update.items.push_back({.akey = "a", .record_bytes = text.size(), .checksums = {crc32c(value)}});
    const auto epoch = run(store_->update(std::move(update), {&value, 1}));
    EXPECT_TRUE(epoch.has_value());
    return *epoch;
  }
  // All records with their epochs, and their data.
  std::pair<std::vector<std::string>, std::string> content() {
    const auto diff = run(store_->diff({.pg = kPg, .bytes_max = kRequestDataBytesMax}));
    EXPECT_TRUE(diff.has_value() && diff->end);
    std::vector<std::string> records;
    for (const StoreRecord& record : diff->records) records.push_back(encode(record));
    return {records, std::string(as_text(diff->payload.bytes()))};
  }

  TestRuntime runtime_{7};
  FaultPlan plan_;
  Medium log_{kLogBytes};
  Medium main_{96 << 20};
  std::unique_ptr<Store> store_;
};

TEST_F(StoreReplay, what_came_after_the_removal_of_a_tail_is_not_removed) {
  put(9, "kept", "1");
  const Epoch above = put(1, "kept", "2");
  const RequestId lost{ClientId{5}, RequestSequence{1}};
  put(5, "gone", "3", lost);
  put(1, "gone", std::string(5000, '4'));
  ASSERT_TRUE(run(store_->remove_tail(kPg, above, {})).has_value());
  put(5, "came later", "5");
  put(1, "came later", std::string(5000, '6'));
  const auto before = content();
  EXPECT_EQ(before.first.size(), 4U);
  crash_and_open();
  EXPECT_EQ(content(), before);
  EXPECT_GT(put(5, "gone", "again", lost), above) << "the request is not remembered";
  EXPECT_EQ(content().first.size(), 5U);
}

TEST_F(StoreReplay, versions_and_punches_of_one_key_are_as_they_were) {
  for (uint64_t i = 0; i < 200; i++) {
    const std::string dkey = "key " + std::to_string(i * 37 % 10);
    put(i % 3, dkey, std::string(i % 50 == 7 ? 3000 : 10, static_cast<char>('a' + i % 26)));
    Punch punch{.object = object(i % 3)};
    if (i % 4 != 0) punch.dkey = dkey;
    if (i % 4 == 2) punch.akeys = {"a"};
    if (i % 9 == 4) ASSERT_TRUE(run(store_->punch(std::move(punch))).has_value());
  }
  const auto before = content();
  const Usage usage = store_->usage(ContainerId{Uuid{{1}}});
  crash_and_open();
  EXPECT_EQ(content(), before);
  EXPECT_EQ(store_->usage(ContainerId{Uuid{{1}}}), usage);
}

// Longer than what the reader of the log, and replay, hold at a time.
TEST_F(StoreReplay, long_log_is_replayed_whole) {
  for (uint64_t i = 0; i < 18'000; i++) put(i % 7, std::to_string(i * 7919 % 18'000), std::string(1000, 'x'));
  ASSERT_GT(store_->stats().log_bytes, 17U << 20);
  const auto before = content();
  crash_and_open();
  EXPECT_EQ(content(), before);
}

}  // namespace
}  // namespace firn::vos
