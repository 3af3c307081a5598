// Fetch data: brings the bytes that a FetchScan found into one payload, and verifies the checksum of every
// stored piece it touches.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "runtime/block_device.h"
#include "vos/fetch_scan.h"

namespace firn::vos {

// Works in groups of fragments, so that neither requests in flight nor memory for pieces of which only a part
// is wanted grow with the fetch.
class FetchData {
 public:
  // What the scan found and `payload`, which is as long as the fragments' data, outlive it. Each array
  // fragment is appended to its item's extents.
  FetchData(FetchScan& scan, MutableBytes payload)
      : FetchData(scan.fragments, scan.stored, scan.items, payload) {}
  FetchData(const std::vector<Fragment>& fragments, std::string_view stored, std::vector<FetchedItem>& items,
            MutableBytes payload)
      : fragments_(fragments), stored_(stored), payload_(payload), items_(items) {}

  // Code::corrupt, with the item and records; or the device's error.
  Task<Result<void>> read(BlockDevice& main);
  // As read, where no fragment lies on the device.
  Result<void> copy_inline();

 private:
  static constexpr size_t kReadsInFlightMax = 64;
  static constexpr uint64_t kPieceMemoryMax = 8 << 20;  // of pieces, whether copied or not

  struct Read {
    uint64_t offset;
    MutableBytes target;
  };
  // A stored piece that is read whole because a part of it is wanted.
  struct PieceMemory {
    Buffer copy;     // unless it can be looked at where it lies
    ByteView bytes;  // all of it
    bool verified = false;
  };

  RecordView record_of(const Fragment& fragment) const;
  void plan_group();
  Result<void> finish_group();
  void add(const Fragment& fragment);
  bool add_piece(const RecordView& record, MutableBytes* target);
  std::optional<ByteView> view(Run run) const;
  void add_read(Run run, MutableBytes target);
  Task<Result<void>> run_reads(BlockDevice& main);
  Result<void> finish(const Fragment& fragment);
  Result<void> copy_part(const Fragment& fragment, const RecordView& record, MutableBytes target);

  const std::vector<Fragment>& fragments_;
  const std::string_view stored_;
  const MutableBytes payload_;
  std::vector<FetchedItem>& items_;
  DeviceMemory* memory_ = nullptr;  // of the device, if it is memory
  size_t group_begin_ = 0;          // fragments [group_begin_, next_) are the group
  size_t next_ = 0;
  uint64_t laid_out_ = 0;                   // bytes of payload that have a place
  uint64_t finished_ = 0;                   // bytes of payload that are there
  std::vector<Read> reads_;                 // of the group
  std::map<uint64_t, PieceMemory> pieces_;  // of the group, by first block
  uint64_t piece_bytes_ = 0;
};

}  // namespace firn::vos
