// What the tests of this folder run on: a block device in memory, and a runtime that has nothing else.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "runtime/manual_executor.h"
#include "runtime/runtime.h"

namespace firn::vos {

// Completes each operation one turn of the loop later, so that others get in between.
class MemoryDevice final : public BlockDevice {
 public:
  MemoryDevice(Executor& executor, uint64_t size_bytes) : executor_(executor), bytes_(size_bytes) {}

  uint64_t size_bytes() const override { return bytes_.size(); }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override {
    reads_++;
    co_await turn();
    FIRN_ASSERT(offset + target.size() <= bytes_.size());
    if (fail_reads) co_return fail(Code::io, "the device fails as it was told to");
    std::memcpy(target.data(), bytes_.data() + offset, target.size());
    co_return Result<void>();
  }
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override {
    co_await turn();
    for (const ByteView part : parts) {
      FIRN_ASSERT(offset + part.size() <= bytes_.size());
      std::memcpy(bytes_.data() + offset, part.data(), part.size());
      offset += part.size();
    }
    co_return Result<void>();
  }
  Task<Result<void>> flush() override {
    co_await turn();
    co_return Result<void>();
  }
  Task<Result<void>> discard(uint64_t, uint64_t) override { co_return Result<void>(); }

  MutableBytes bytes() { return bytes_; }
  uint64_t reads() const { return reads_; }
  bool fail_reads = false;

 private:
  struct Turn {
    Executor& executor;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const { executor.post(awaiting); }
    void await_resume() const {}
  };
  Turn turn() { return Turn{executor_}; }

  Executor& executor_;
  std::vector<std::byte> bytes_;
  uint64_t reads_ = 0;
};

class MemoryRuntime final : public Runtime {
 public:
  ManualExecutor& executor() override { return executor_; }
  WallTime wall_time() const override { return {}; }
  Rng& rng() override { return rng_; }
  Storage& storage() override { assert_failed("no storage in these tests", __FILE__, __LINE__); }
  Log& log() override { assert_failed("no log in these tests", __FILE__, __LINE__); }

 private:
  ManualExecutor executor_;
  Rng rng_{1};
};

}  // namespace firn::vos
