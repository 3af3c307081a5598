// UringFile: a file written and read by bare io_uring, the least that any store on it could cost.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <liburing.h>

#include "base/buffer.h"

namespace firn::bench {

class UringFile {
 public:
  // Written once from end to end, so that writing it does not have to allocate.

  // `direct`: past the page cache.
  UringFile(const std::string& path, uint64_t bytes, bool direct);
  ~UringFile();
  UringFile(const UringFile&) = delete;
  UringFile& operator=(const UringFile&) = delete;

  // Writes `block` to each place: `in_flight` at a time, then fdatasync, then the next.
  void write(std::span<const uint64_t> offsets, const Buffer& block, size_t in_flight);
  // Reads a block from each place, with `in_flight` under way.
  void read(std::span<const uint64_t> offsets, size_t block_bytes, size_t in_flight);

 private:
  void sync();
  // Waits for one completion; gives its tag.
  uint64_t reap();
  void start_read(uint64_t offset, size_t block_bytes, uint64_t slot);

  int file_ = -1;
  io_uring ring_{};
  std::vector<Buffer> targets_;
};

}  // namespace firn::bench
