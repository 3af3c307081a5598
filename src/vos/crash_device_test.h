// Devices that crash or fail where a test says so, and a runtime for them. A crash keeps what was flushed,
// and of each sector written since any state it had, or any earlier one.
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "runtime/manual_executor.h"
#include "runtime/runtime.h"
#include "runtime/sleep.h"

namespace firn::vos {

class QuietLog final : public firn::Log {
 public:
  void write(LogLevel, std::string_view) override { lines++; }
  uint64_t lines = 0;
};

class TestRuntime final : public Runtime {
 public:
  explicit TestRuntime(uint64_t seed = 1) : rng_(seed) {}
  ManualExecutor& executor() override { return executor_; }
  WallTime wall_time() const override { return {1'700'000'000'000'000'000}; }
  Rng& rng() override { return rng_; }
  Storage& storage() override { assert_failed("no storage in these tests", __FILE__, __LINE__); }
  QuietLog& log() override { return log_; }

 private:
  ManualExecutor executor_;
  Rng rng_;
  QuietLog log_;
};

// What shall go wrong, on all devices together. Operations are counted; reads are not.
struct FaultPlan {
  static constexpr uint64_t kNever = UINT64_MAX;
  uint64_t operations = 0;     // writes and flushes so far
  uint64_t crash_at = kNever;  // this one and all that follow fail and have no effect but what a crash leaves
  uint64_t fail_at = kNever;   // this one fails
  bool crashed() const { return operations > crash_at; }
  // Number of the next operation.
  uint64_t next() { return operations++; }
  bool fails(uint64_t operation) const { return operation == fail_at || crashed(); }
};

// The bytes that outlive a device object.
struct Medium {
  explicit Medium(uint64_t size) : durable(size), current(size) {}
  std::vector<std::byte> durable;  // as of the last flush
  std::vector<std::byte> current;
  struct Write {
    uint64_t number;
    uint64_t offset;
    std::vector<std::byte> bytes;
  };
  std::deque<Write> unflushed;
  uint64_t writes = 0;
  uint64_t flushes = 0;
  uint32_t alignment = 1;

  // Each sector of each unflushed write survives or not, by chance.
  void crash(Rng& rng) {
    constexpr uint64_t kSector = BlockDevice::kSectorBytes;
    const uint64_t keep_of_8 = rng.below(9);
    for (const Write& write : unflushed) {
      for (uint64_t at = 0; at < write.bytes.size();) {
        const uint64_t to_sector_end = kSector - (write.offset + at) % kSector;
        const uint64_t length = std::min<uint64_t>(to_sector_end, write.bytes.size() - at);
        if (rng.chance(keep_of_8, 8)) std::memcpy(&durable[write.offset + at], &write.bytes[at], length);
        at += length;
      }
    }
    unflushed.clear();
    current = durable;
  }
};

class CrashDevice final : public BlockDevice {
 public:
  CrashDevice(Executor& executor, Medium& medium, FaultPlan& plan)
      : executor_(executor), medium_(medium), plan_(plan) {}

  uint64_t size_bytes() const override { return medium_.current.size(); }
  uint32_t alignment() const override { return medium_.alignment; }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override {
    co_await yield(executor_);
    FIRN_ASSERT(offset <= size_bytes() && target.size() <= size_bytes() - offset);
    if (plan_.crashed()) co_return fail(Code::io, "crashed");
    if (!target.empty()) std::memcpy(target.data(), medium_.current.data() + offset, target.size());
    co_return Result<void>();
  }
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override {
    const uint64_t operation = plan_.next();
    co_await yield(executor_);
    std::vector<std::byte> bytes;
    for (const ByteView part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
    FIRN_ASSERT(offset % medium_.alignment == 0);
    bytes.resize((bytes.size() + medium_.alignment - 1) / medium_.alignment * medium_.alignment);
    FIRN_ASSERT(offset <= size_bytes() && bytes.size() <= size_bytes() - offset);
    // A write that fails, or during which the machine crashes, may still reach the medium, in part.
    if (operation <= plan_.crash_at) medium_.unflushed.push_back({medium_.writes++, offset, bytes});
    if (plan_.fails(operation)) co_return fail(Code::io, "the write failed");
    std::copy(bytes.begin(), bytes.end(), medium_.current.begin() + static_cast<ptrdiff_t>(offset));
    co_return Result<void>();
  }
  // After a flush that failed, what it should have made durable can be read and never becomes durable.
  Task<Result<void>> flush() override {
    const uint64_t operation = plan_.next();
    const uint64_t covers = medium_.writes;
    co_await yield(executor_);
    if (plan_.crashed()) co_return fail(Code::io, "the flush failed");
    const bool fails = plan_.fails(operation);
    auto& unflushed = medium_.unflushed;
    for (; !unflushed.empty() && unflushed.front().number < covers; unflushed.pop_front()) {
      const Medium::Write& write = unflushed.front();
      if (!fails) std::memcpy(&medium_.durable[write.offset], write.bytes.data(), write.bytes.size());
    }
    if (fails) co_return fail(Code::io, "the flush failed");
    medium_.flushes++;
    co_return Result<void>();
  }
  Task<Result<void>> discard(uint64_t, uint64_t) override { co_return Result<void>(); }

 private:
  Executor& executor_;
  Medium& medium_;
  FaultPlan& plan_;
};

}  // namespace firn::vos
