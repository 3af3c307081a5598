// The log on a device that is memory: records are durable when they are appended, and a store that fails is
// the end of the log.
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/blocking_run.h"
#include "vos/crash_device_test.h"
#include "vos/log.h"
#include "vos/log_reader.h"

namespace firn::vos {
namespace {

class MemoryLogDevice final : public BlockDevice, private DeviceMemory {
 public:
  explicit MemoryLogDevice(uint64_t bytes) : bytes_(bytes) {}
  uint64_t size_bytes() const override { return bytes_.size(); }
  DeviceMemory* memory() override { return this; }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override {
    std::memcpy(target.data(), bytes_.data() + offset, target.size());
    co_return Result<void>();
  }
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override {
    co_return store(offset, parts);
  }
  Task<Result<void>> flush() override { co_return Result<void>(); }
  Task<Result<void>> discard(uint64_t, uint64_t) override { co_return Result<void>(); }

  bool full = false;

 private:
  std::optional<ByteView> view(uint64_t offset, uint64_t length_bytes) override {
    return ByteView(bytes_).subspan(offset, length_bytes);
  }
  Result<void> store(uint64_t offset, std::span<const ByteView> parts) override {
    if (full) return fail(Code::no_space, "no room");
    for (const ByteView part : parts) {
      std::memcpy(bytes_.data() + offset, part.data(), part.size());
      offset += part.size();
    }
    return {};
  }

  std::vector<std::byte> bytes_;
};

class MemoryLogTest : public testing::Test {
 protected:
  static constexpr LogIdentity kIdentity = {Uuid{{7}}, 0xfeedfacecafebeef};
  static constexpr LogPosition kStart = {Lsn{0}, 1, 1};

  static Task<Result<std::vector<std::string>>> read_all(BlockDevice* device, LogPosition from) {
    LogReader reader(*device, kIdentity, from);
    std::vector<std::string> records;
    while (true) {
      FIRN_CO_TRY(const auto batch, co_await reader.next());
      if (!batch) break;
      for (const LogRecord& record : batch->records) records.emplace_back(record.bytes);
    }
    FIRN_CO_CHECK(co_await reader.finish());
    co_return records;
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium main_medium{4 << 20};
  CrashDevice main_device{runtime.executor(), main_medium, plan};
  MemoryLogDevice log_device{1 << 20};
  Log log{{runtime, log_device, main_device, kIdentity, Lsn{0}, kStart}};
};

TEST_F(MemoryLogTest, a_record_is_durable_when_it_is_appended) {
  std::vector<std::string> expected;
  for (int i = 0; i < 100; i++) {
    expected.push_back("record " + std::to_string(i));
    const auto end = log.append(expected.back(), false);
    ASSERT_TRUE(end.has_value());
    EXPECT_TRUE(log.is_durable(*end));
  }
  EXPECT_EQ(log.stats().batches, 100u);
  EXPECT_EQ(*blocking_run(runtime.executor(), read_all(&log_device, kStart)), expected);
}

// Its data lies on a device that has to be flushed first, so it is written in the background; what follows
// keeps behind it.
TEST_F(MemoryLogTest, one_that_names_data_elsewhere_waits_for_its_flush) {
  const auto first = log.append("with data", true);
  const auto second = log.append("without", false);
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_FALSE(log.is_durable(*first));
  EXPECT_FALSE(log.is_durable(*second));
  ASSERT_TRUE(blocking_run(runtime.executor(), log.wait_durable(*second)).has_value());
  EXPECT_EQ(main_medium.flushes, 1u);
  blocking_run(runtime.executor(), log.close());
  EXPECT_EQ(blocking_run(runtime.executor(), read_all(&log_device, kStart))->size(), 2u);
}

TEST_F(MemoryLogTest, the_ring_is_used_again_and_again) {
  LogPosition kept = kStart;
  for (int i = 0; i < 20'000; i++) {
    if (i % 1000 == 0) {
      kept = log.seal();
      log.cut(kept.lsn);
    }
    ASSERT_TRUE(log.append(std::string(200, static_cast<char>('a' + i % 26)), false).has_value());
  }
  EXPECT_GT(kept.lsn.value, 3 * log.capacity_bytes());
  EXPECT_EQ(blocking_run(runtime.executor(), read_all(&log_device, kept))->size(), 1000u);
}

TEST_F(MemoryLogTest, a_failed_store_is_the_end_of_the_log) {
  ASSERT_TRUE(log.append("kept", false).has_value());
  log_device.full = true;
  EXPECT_EQ(log.append("lost", false).error().code(), Code::io);
  log_device.full = false;
  EXPECT_EQ(log.append("refused", false).error().code(), Code::io);
  EXPECT_EQ(blocking_run(runtime.executor(), read_all(&log_device, kStart))->size(), 1u);
}

}  // namespace
}  // namespace firn::vos
