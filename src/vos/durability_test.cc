// When changes are answered, and what a crash leaves of them; and which devices may be formatted.
#include <gtest/gtest.h>

#include "codec/crc32c.h"
#include "runtime/blocking_run.h"
#include "runtime/sleep.h"
#include "vos/crash_device_test.h"
#include "vos/store.h"

namespace firn::vos {
namespace {

// On devices that can only be written in pages.
class DurabilityTest : public testing::Test {
 protected:
  DurabilityTest() { log_.alignment = main_.alignment = BlockDevice::kAlignmentMax; }
  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime_.executor(), std::move(task));
  }
  std::unique_ptr<BlockDevice> device(Medium& medium) {
    return std::make_unique<CrashDevice>(runtime_.executor(), medium, plan_);
  }
  Result<void> format(bool overwrite = false) {
    const auto log = device(log_);
    const auto main = device(main_);
    return run(Store::format(runtime_, *log, *main, {.store = Uuid{{1}}, .overwrite = overwrite}));
  }
  void open(Durability durability) {
    auto opened = run(Store::open(runtime_, device(log_), device(main_), {.durability = durability}));
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    store_ = *std::move(opened);
  }
  void crash() {
    plan_.crash_at = plan_.operations;
    ASSERT_FALSE(run(store_->close()).has_value());
    store_.reset();
    log_.crash(runtime_.rng());
    main_.crash(runtime_.rng());
    plan_ = {};
  }

  static Task<Result<Epoch>> put_number(Store* store, uint64_t number) {
    std::string text = std::to_string(number);
    if (number % 2 == 1) text.resize(5000, '.');  // stored outside of its record
    const ByteView value = as_bytes(text);
    Update update{.object = {.object = ObjectId{1, 1}}, .dkey = uint64_key(number)};
    update.items.push_back({.akey = "a", .record_bytes = text.size(), .checksums = {crc32c(value)}});
    co_return co_await store->update(std::move(update), {&value, 1});
  }
  void put(uint64_t number) { ASSERT_TRUE(run(put_number(store_.get(), number)).has_value()); }
  bool has(uint64_t number) {
    Fetch fetch{.object = {.object = ObjectId{1, 1}}, .dkey = uint64_key(number)};
    fetch.items.push_back({.akey = "a", .capacity_bytes = 10'000});
    const auto found = run(store_->fetch(std::move(fetch)));
    EXPECT_TRUE(found.has_value());
    return !found->payload.empty();
  }
  void sleep(Duration time) {
    run([](Executor* executor, Duration duration) -> Task<bool> {
      co_await sleep_for(*executor, duration);
      co_return true;
    }(&runtime_.executor(), time));
  }

  TestRuntime runtime_{7};
  FaultPlan plan_;
  Medium log_{1 << 20};
  Medium main_{8 << 20};
  std::unique_ptr<Store> store_;
};

TEST_F(DurabilityTest, stable_is_answered_when_it_is_on_the_medium) {
  ASSERT_TRUE(format().has_value());
  open(Durability::stable);
  put(1);
  crash();
  open(Durability::stable);
  EXPECT_TRUE(has(1));
  EXPECT_TRUE(run(store_->close()).has_value());
}

TEST_F(DurabilityTest, relaxed_is_answered_before_and_durable_after_its_delay) {
  ASSERT_TRUE(format().has_value());
  open(Durability::relaxed);
  const uint64_t operations = plan_.operations;
  put(2);
  EXPECT_TRUE(has(2));
  EXPECT_EQ(plan_.operations, operations) << "nothing was written yet";
  sleep(StoreOptions{}.relaxed_delay + 5ms);
  put(4);
  crash();
  open(Durability::relaxed);
  EXPECT_TRUE(has(2));
  EXPECT_FALSE(has(4));
  EXPECT_TRUE(run(store_->close()).has_value());
}

TEST_F(DurabilityTest, a_crash_of_a_relaxed_store_leaves_a_state_it_had) {
  ASSERT_TRUE(format().has_value());
  uint64_t number = 0;
  for (int life = 0; life < 20; life++) {
    open(Durability::relaxed);
    const uint64_t begin = number;
    const uint64_t count = 1 + runtime_.rng().below(40);
    for (uint64_t i = 0; i < count; i++) {
      put(number++);
      if (runtime_.rng().chance(1, 4)) sleep(Duration(runtime_.rng().below(10'000'000)));
    }
    crash();
    open(Durability::relaxed);
    bool lost = false;
    for (uint64_t i = begin; i < number; i++) {
      EXPECT_FALSE(lost && has(i)) << i << " is there, but not what came before";
      lost |= !has(i);
    }
    EXPECT_TRUE(run(store_->close()).has_value());
  }
}

TEST_F(DurabilityTest, close_makes_a_relaxed_store_durable) {
  ASSERT_TRUE(format().has_value());
  open(Durability::relaxed);
  put(1);
  EXPECT_TRUE(run(store_->close()).has_value());
  log_.crash(runtime_.rng());
  main_.crash(runtime_.rng());
  open(Durability::stable);
  EXPECT_TRUE(has(1));
  EXPECT_TRUE(run(store_->close()).has_value());
}

TEST_F(DurabilityTest, a_device_that_holds_something_else_is_not_formatted_unasked) {
  main_.current[1024 + 56] = std::byte{0x53};  // as a file system has it
  const auto refused = format();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Code::exists);
  EXPECT_EQ(main_.current[1024 + 56], std::byte{0x53});
  EXPECT_TRUE(format(true).has_value());
  EXPECT_TRUE(format().has_value()) << "a store's own devices may be formatted again";
}

}  // namespace
}  // namespace firn::vos
