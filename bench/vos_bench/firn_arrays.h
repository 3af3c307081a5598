// FirnArrays: array extents of one size in Firn, as a file of chunks has them: one dkey for each MiB.
#pragma once

#include <span>
#include <vector>

#include "base/buffer.h"
#include "vos_bench/firn_store.h"

namespace firn::bench {

class FirnArrays {
 public:
  // Extents of `extent_bytes` that together are `bytes` long; all are written.
  FirnArrays(FirnSetup setup, size_t extent_bytes, uint64_t bytes);

  // Untimed: builds requests for the extents at these offsets; the client's checksums are part of them.
  void prepare_writes(std::span<const uint64_t> offsets);
  void prepare_reads(std::span<const uint64_t> offsets);
  void run_writes(size_t in_flight);
  void run_reads(size_t in_flight);
  std::string config() const { return firn_.setup().text(); }

 private:
  // Each takes what comes next when it has ended one, as the bare file's loop does.
  Task<Result<void>> write_the_next();
  Task<Result<void>> read_the_next();

  FirnStore firn_;
  Buffer data_;  // of every extent
  std::vector<uint32_t> checksums_;
  std::vector<vos::Update> writes_;
  std::vector<vos::Fetch> reads_;
  size_t next_ = 0;
};

}  // namespace firn::bench
