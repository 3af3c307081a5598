// BlockDevice: a fixed-size range of bytes that survives a crash once flushed; and Storage, a node's named
// devices. Real ones are files (io_uring) or mapped memory; the simulated ones lose, tear and damage what a
// real disk may lose, tear and damage.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/error.h"
#include "runtime/task.h"

namespace firn {

// A device's bytes as memory (tmpfs, DAX), for hot paths: what a BlockDevice does by tasks, done at once.
class DeviceMemory {
 public:
  // The range in place, without a copy; changes when it is written, and is there until it is discarded.
  // Nothing if that cannot be had just now (a hole of a sparse file): BlockDevice::read() reads it.
  virtual std::optional<ByteView> view(uint64_t offset, uint64_t length_bytes) = 0;
  // As BlockDevice::write; durable when it returns.
  virtual Result<void> store(uint64_t offset, std::span<const ByteView> parts) = 0;

 protected:
  ~DeviceMemory() = default;
};

// What a device promises:
//  - A write that has completed is readable at once, and durable once a flush that began after its completion
//  completes.
//  - At a crash an unflushed write may be there whole, in part (a disk's parts are sectors, those of memory
//  may be as short as a word), or not at all.
//  - Errors: Code::io (the range may hold anything now), Code::no_space (sparse file on a full disk; nothing
//  changed
//    that had been written before). After a failed flush nothing written since the flush before it is
//    trusted.
//  - Buffers stay valid and unchanged until the task completes. Operations may run at the same time if their
//  ranges do
//    not overlap; they are not ordered.
class BlockDevice {
 public:
  static constexpr uint32_t kSectorBytes = 512;
  static constexpr uint32_t kAlignmentMax = 4096;

  virtual ~BlockDevice() = default;
  virtual uint64_t size_bytes() const = 0;
  // Writes begin at a multiple of it, and what lies behind the end of one, in its last unit, is lost: it
  // reads as zeros or as before. A power of two, at most kAlignmentMax; the size is a multiple of it.
  virtual uint32_t alignment() const { return 1; }
  // What the device offers beside if its bytes are memory; otherwise nullptr. Lives as long as the device.
  virtual DeviceMemory* memory() { return nullptr; }
  // Offsets and lengths are in bytes; the range lies within the device. Reading what was never written gives
  // zeros.
  virtual Task<Result<void>> read(uint64_t offset, MutableBytes target) = 0;
  // Writes the parts one after the other from `offset` on. `parts` and what it names live until completion.
  virtual Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) = 0;
  virtual Task<Result<void>> flush() = 0;
  // As write; durable when it completes, though not what was written before. May be faster than write and
  // flush.
  virtual Task<Result<void>> write_durably(uint64_t offset, std::span<const ByteView> parts) {
    auto written = co_await write(offset, parts);
    if (!written) co_return written;
    co_return co_await flush();
  }
  // The range's content is no longer needed (it may read as anything); gives space back to the host where it
  // can.
  virtual Task<Result<void>> discard(uint64_t offset, uint64_t length_bytes) = 0;

 protected:
  void assert_within(uint64_t offset, uint64_t length_bytes) const {
    FIRN_ASSERT(offset <= size_bytes());
    FIRN_ASSERT(length_bytes <= size_bytes() - offset);
  }
};

// Devices by name ("pools/<uuid>/0/data"); names are relative paths of [a-z0-9._-] parts.
class Storage {
 public:
  virtual ~Storage() = default;
  // Code::exists if there is one of that name. Durable when it returns. Space is not reserved (sparse).
  virtual Task<Result<std::unique_ptr<BlockDevice>>> create(std::string name, uint64_t size_bytes) = 0;
  // Code::not_found if there is none.
  virtual Task<Result<std::unique_ptr<BlockDevice>>> open(std::string name) = 0;
  // Durable when it returns; an open device stays usable until closed. Code::not_found if there is none.
  virtual Task<Result<void>> remove(std::string name) = 0;
  // All names that begin with `prefix`, sorted.
  virtual Task<Result<std::vector<std::string>>> list(std::string prefix) = 0;
};

}  // namespace firn
