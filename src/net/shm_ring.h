// Rings of bytes in shared memory, one per direction of a channel; layout in docs/formats/shared-memory.md.
//
// The peer may be mad: it can change every byte of the memory at any time. So each side keeps its own
// positions privately, takes the peer's only if it lies within the ring, and copies bytes out before it looks
// at them. What can go wrong then is that nonsense is read, or that the ring is found broken.
//
// Positions count bytes since the channel was made. They are accessed with sequential consistency, because a
// side that goes to sleep announces it and looks once more (runtime/poller.h).
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/error.h"

namespace firn::net {

using SharedWord = std::atomic<uint64_t>;
static_assert(SharedWord::is_always_lock_free && sizeof(SharedWord) == 8);

// One direction's positions; each line of the cache is written by one side.
struct ShmPositions {
  alignas(64) SharedWord written;  // by the producer: so many bytes may be read
  alignas(64) SharedWord read;     // by the consumer: so many bytes may be overwritten
};
static_assert(sizeof(ShmPositions) == 128);

// What a broken ring means.
inline Error shm_nonsense() {
  return fail(Code::corrupt, "the peer has written nonsense into the memory it shares with us");
}

class ShmRingWriter {
 public:
  // `ring` and positions are shared; the ring's size is a power of two.
  ShmRingWriter(MutableBytes ring, ShmPositions& positions) : ring_(ring), positions_(positions) {
    FIRN_ASSERT(std::has_single_bit(ring.size()));
  }

  // The consumer has claimed to have read what was not written: there is no room for ever.
  bool broken() const { return written_ - positions_.read.load() > ring_.size(); }
  size_t room() const {
    const uint64_t used = written_ - positions_.read.load();
    return used > ring_.size() ? 0 : ring_.size() - used;
  }
  // Copies as much of `bytes` as there is room for; gives how much. Unpublished.
  size_t write(ByteView bytes) {
    const size_t length = std::min(bytes.size(), room());
    const size_t at = written_ & (ring_.size() - 1);
    const size_t first = std::min(length, ring_.size() - at);
    copy_bytes(ring_.subspan(at, first), bytes.first(first));
    copy_bytes(ring_.first(length - first), bytes.subspan(first, length - first));
    written_ += length;
    return length;
  }
  void publish() { positions_.written.store(written_); }

 private:
  const MutableBytes ring_;
  ShmPositions& positions_;
  uint64_t written_ = 0;
};

class ShmRingReader {
 public:
  ShmRingReader(ByteView ring, ShmPositions& positions) : ring_(ring), positions_(positions) {
    FIRN_ASSERT(std::has_single_bit(ring.size()));
  }

  // The producer has claimed to have written more than there is room for: nothing of it can be believed.
  bool broken() const { return positions_.written.load() - read_ > ring_.size(); }
  size_t available() const {
    const uint64_t bytes = positions_.written.load() - read_;
    return bytes > ring_.size() ? 0 : bytes;
  }
  // Whether there is something to look at, be it nonsense.
  bool changed() const { return positions_.written.load() != read_; }
  // Copies what there is, at most target.size(); gives how much. The room is not given back yet.
  size_t read(MutableBytes target) {
    const size_t length = std::min(target.size(), available());
    const size_t at = read_ & (ring_.size() - 1);
    const size_t first = std::min(length, ring_.size() - at);
    copy_bytes(target.first(first), ring_.subspan(at, first));
    copy_bytes(target.subspan(first, length - first), ring_.first(length - first));
    read_ += length;
    return length;
  }
  size_t skip(size_t bytes) {
    const size_t length = std::min(bytes, available());
    read_ += length;
    return length;
  }
  void publish() { positions_.read.store(read_); }

 private:
  const ByteView ring_;
  ShmPositions& positions_;
  uint64_t read_ = 0;
};

}  // namespace firn::net
