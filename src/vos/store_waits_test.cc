// What operations say of their waits, on devices that take their time and nothing else that does.
#include <gtest/gtest.h>

#include "runtime/blocking_run.h"
#include "vos/crash_device_test.h"
#include "vos/store.h"

namespace firn::vos {
namespace {

constexpr uint64_t kLogBytes = 4 << 20;
constexpr uint64_t kMainBytes = 64 << 20;

// Each of its operations takes so long.
class SlowDevice final : public BlockDevice {
 public:
  SlowDevice(Executor& executor, std::vector<std::byte>& bytes, Duration time)
      : executor_(executor), bytes_(bytes), time_(time) {}

  uint64_t size_bytes() const override { return bytes_.size(); }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override {
    assert_within(offset, target.size());
    co_await sleep_for(executor_, time_);
    std::memcpy(target.data(), &bytes_[offset], target.size());
    co_return Result<void>();
  }
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override {
    assert_within(offset, total_bytes(parts));
    co_await sleep_for(executor_, time_);
    for (const ByteView part : parts) {
      std::memcpy(&bytes_[offset], part.data(), part.size());
      offset += part.size();
    }
    co_return Result<void>();
  }
  Task<Result<void>> flush() override {
    co_await sleep_for(executor_, time_);
    co_return Result<void>();
  }
  Task<Result<void>> discard(uint64_t, uint64_t) override { co_return Result<void>(); }

 private:
  Executor& executor_;
  std::vector<std::byte>& bytes_;
  const Duration time_;
};

class StoreWaitsTest : public testing::Test {
 public:
  ~StoreWaitsTest() override { EXPECT_TRUE(run(store_->close()).has_value()); }

 protected:
  StoreWaitsTest() {
    const auto log = device(log_, 0ms);
    const auto main = device(main_, 0ms);
    EXPECT_TRUE(run(Store::format(runtime_, *log, *main, {.store = Uuid{{7}}})).has_value());
    open();
  }

  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime_.executor(), std::move(task));
  }
  std::unique_ptr<BlockDevice> device(std::vector<std::byte>& bytes, Duration time) {
    return std::make_unique<SlowDevice>(runtime_.executor(), bytes, time);
  }
  void open() {
    auto store = run(Store::open(runtime_, device(log_, 3ms), device(main_, 5ms), {.cache_bytes = 4 << 20}));
    ASSERT_TRUE(store.has_value()) << store.error().message();
    store_ = *std::move(store);
  }
  void open_again() {
    ASSERT_TRUE(run(store_->close()).has_value());
    open();
  }
  static ObjectRef object() { return {PgIndex{1}, ContainerId{Uuid{{1}}}, ObjectId{1, 1}}; }

  // The waits of one operation, which have to be all the time that it took.
  template <class T>
  StoreWaits timed(Task<Result<T>> operation) {
    waits_ = {};
    const MonotonicTime begun = runtime_.now();
    const auto result = run(std::move(operation));
    EXPECT_TRUE(result.has_value());
    const auto took_ns = static_cast<uint64_t>((runtime_.now() - begun).count());
    EXPECT_EQ(waits_.room_ns + waits_.pages_ns + waits_.data_ns + waits_.log_ns, took_ns);
    return waits_;
  }
  StoreWaits put(size_t bytes) {
    Update update{.object = object(), .dkey = "key", .waits = &waits_};
    update.items.push_back({.akey = "value", .record_bytes = bytes});
    const std::string value(bytes, 'v');
    const ByteView part = as_bytes(value);
    return timed(store_->update(std::move(update), {&part, 1}));
  }
  StoreWaits get() {
    Fetch fetch{.object = object(), .dkey = "key", .waits = &waits_};
    fetch.items.push_back({.akey = "value", .capacity_bytes = 1 << 20});
    return timed(store_->fetch(std::move(fetch)));
  }

  TestRuntime runtime_;
  std::vector<std::byte> log_ = std::vector<std::byte>(kLogBytes);
  std::vector<std::byte> main_ = std::vector<std::byte>(kMainBytes);
  std::unique_ptr<Store> store_;
  StoreWaits waits_;
};

TEST_F(StoreWaitsTest, a_small_update_waits_for_the_log) {
  const StoreWaits waits = put(64);
  EXPECT_GT(waits.log_ns, 0u);
  EXPECT_EQ(waits.data_ns, 0u);
}

TEST_F(StoreWaitsTest, a_large_update_waits_for_its_data_too) {
  const StoreWaits waits = put(256 << 10);
  EXPECT_GT(waits.log_ns, 0u);
  EXPECT_GT(waits.data_ns, 0u);
}

TEST_F(StoreWaitsTest, a_fetch_waits_for_pages_and_data_that_are_not_in_memory) {
  put(256 << 10);
  open_again();
  const StoreWaits cold = get();
  EXPECT_GT(cold.pages_ns, 0u);
  EXPECT_GT(cold.data_ns, 0u);
  const StoreWaits warm = get();
  EXPECT_EQ(warm.pages_ns, 0u);
  EXPECT_EQ(warm.data_ns, cold.data_ns);
}

TEST_F(StoreWaitsTest, punches_and_walks_tell_theirs) {
  put(64);
  Punch punch{.object = object(), .dkey = "key", .waits = &waits_};
  EXPECT_GT(timed(store_->punch(std::move(punch))).log_ns, 0u);
  open_again();
  List list{.object = object(), .waits = &waits_};
  EXPECT_GT(timed(store_->list(std::move(list))).pages_ns, 0u);
  open_again();
  Query query{.object = object(), .find_dkey = true, .waits = &waits_};
  EXPECT_GT(timed(store_->query(std::move(query))).pages_ns, 0u);
}

}  // namespace
}  // namespace firn::vos
