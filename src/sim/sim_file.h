// SimFile: the content of one simulated device, and what a crash may take from it.
//
// Reads see every completed write. Each write since the last flush has a journal entry with the bytes it
// replaced. At a crash a sector keeps any one of the contents it had since the last flush: its newest,
// one in between, or the flushed one; a write is thereby kept, lost or torn, independently of earlier and
// later ones.
//
// Stored sparse: blocks of 4 KiB that have been written. What has not been reads as zeros.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/rng.h"
#include "runtime/block_device.h"

namespace firn::sim {

class SimFile {
 public:
  static constexpr uint64_t kBlockBytes = 4096;
  static constexpr uint64_t kSectorBytes = BlockDevice::kSectorBytes;

  explicit SimFile(uint64_t size_bytes) : size_bytes_(size_bytes) {}
  uint64_t size_bytes() const { return size_bytes_; }
  // Space taken by stored blocks.
  uint64_t stored_bytes() const { return blocks_.size() * kBlockBytes; }
  // Space that a write of this range would take in addition.
  uint64_t missing_bytes(uint64_t offset, uint64_t length) const;

  void read(uint64_t offset, MutableBytes target) const;
  // A write that a crash may take back until it is flushed.
  void write(uint64_t offset, std::span<const ByteView> parts);
  // The last write() has failed: each of its sectors holds old or new bytes.
  void tear_last_write(Rng& rng);
  // Frees whole blocks in the range.
  void discard(uint64_t offset, uint64_t length);
  // Inverts one bit of a stored byte; false if nothing is stored there.
  bool flip_bit(uint64_t offset, uint32_t bit);

  // A position in the order of writes: what came before it.
  uint64_t write_mark() const { return journal_begin_ + journal_.size(); }
  // Writes before the mark are durable.
  void make_durable(uint64_t mark);
  // Decides for each unflushed write, by sector, what is left of it; what is left is durable.
  void settle(Rng& rng);

  // The offsets of stored blocks, ascending.
  std::vector<uint64_t> stored_blocks() const;

 private:
  struct Block {
    std::byte bytes[kBlockBytes] = {};
  };
  struct JournalEntry {
    uint64_t offset;
    std::vector<std::byte> old_bytes;
  };
  void write_plain(uint64_t offset, ByteView source);

  uint64_t size_bytes_;
  std::unordered_map<uint64_t, std::unique_ptr<Block>>
      blocks_;  // by offset / kBlockBytes; looked up, never walked
  std::deque<JournalEntry> journal_;
  uint64_t journal_begin_ = 0;  // the position of journal_.front()
};

}  // namespace firn::sim
