// WriteBehind: the main device, with writes for which nobody waits. Their data is in the log as well: it is
// held in memory, where reads find it, and goes to its place later, neighbours together. Before the log is
// cut write_out() makes sure of it. Belongs to its store's thread.
//
// A flush that fails may have lost whatever had been written and not flushed, of all writers, and a flush
// that succeeds later says nothing about it. So after one all flushes fail, until the store is opened anew.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "runtime/block_device.h"
#include "runtime/gate.h"
#include "runtime/sync.h"

namespace firn::vos {

class WriteBehind final : public BlockDevice {
 public:
  // The device, which is not memory if anything is held, outlives this.
  WriteBehind(Executor& executor, BlockDevice& device);
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  // close() has ended, or nothing was held.
  ~WriteBehind() override = default;

  // Whether more may be held: the device keeps up.
  bool has_room() const { return held_bytes_ < kHeldBytesMax; }
  // Readable at once. The parts are copied, and padded to whole blocks. `offset` is that of a block; nothing
  // held and no write in progress overlaps.
  void hold(uint64_t offset, std::span<const ByteView> parts);
  // All that is held when it begins is durable in its place when it succeeds. On failure it is still held.
  Task<Result<void>> write_out();
  // Waits for writes in progress; what is held is not written. Nothing is held afterwards.
  Task<void> close() { return gate_.close(); }

  // Those of the device; reads find what is held, and writes do not overlap it.
  uint64_t size_bytes() const override { return device_.size_bytes(); }
  uint32_t alignment() const override { return device_.alignment(); }
  DeviceMemory* memory() override { return device_.memory(); }
  Task<Result<void>> read(uint64_t offset, MutableBytes target) override;
  Task<Result<void>> write(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> write_durably(uint64_t offset, std::span<const ByteView> parts) override;
  Task<Result<void>> flush() override;
  Task<Result<void>> discard(uint64_t offset, uint64_t length_bytes) override;

 private:
  static constexpr uint64_t kWriteFromBytes = 4 << 20;  // this much held is written in the background
  static constexpr uint64_t kHeldBytesMax = 16 << 20;
  static constexpr uint64_t kWriteBytesMax = 1 << 20;
  static constexpr size_t kWritePartsMax = 256;

  using Held = std::map<uint64_t, Buffer>;  // by offset
  // The first that ends behind `offset`.
  Held::const_iterator first_behind(uint64_t offset) const;
  bool holds_any(uint64_t offset, uint64_t length_bytes) const;
  Task<Result<void>> read_gaps(uint64_t offset, MutableBytes target);
  void start_writer();
  Task<void> write_passes();
  Task<Result<void>> write_pass();
  Task<Result<size_t>> write_neighbours(Held::const_iterator first);

  Executor& executor_;
  BlockDevice& device_;
  Held held_;
  uint64_t held_bytes_ = 0;
  std::optional<Error> flush_failed_;
  // A pass writes all that is held, in order of offsets, then flushes.
  uint64_t passes_begun_ = 0;
  uint64_t passes_ended_ = 0;
  uint64_t passes_wanted_ = 0;       // until that many have begun
  std::optional<Error> last_error_;  // of the last pass
  Event pass_ended_;                 // set for a moment
  bool writing_ = false;
  Gate gate_;
};

}  // namespace firn::vos
