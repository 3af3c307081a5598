// FreeList: ranges of free blocks as a checkpoint stores them: ascending, apart, no two touch. A plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "vos/lsn.h"

namespace firn::vos {

struct BlockRange {
  uint64_t first = 0;
  uint64_t blocks = 0;
  uint64_t end() const { return first + blocks; }
  friend auto operator<=>(const BlockRange&, const BlockRange&) = default;
};
inline BlockRange range_of(Run run) { return {run.first.value, run.blocks()}; }

class FreeList {
 public:
  FreeList() = default;
  // `ranges` in any order, none empty; overlap is a broken invariant.
  explicit FreeList(std::vector<BlockRange> ranges);

  const std::vector<BlockRange>& ranges() const { return ranges_; }
  uint64_t blocks() const;
  // Whether any block of the range is in the list.
  bool overlaps(BlockRange range) const;
  // Whether all of them are.
  bool contains(BlockRange range) const;
  // Removes `taken`, all of which is in the list, and adds `given`, none of which is.
  void adjust(std::vector<BlockRange> taken, std::vector<BlockRange> given);

  // 16 bytes per range; docs/formats/checkpoint.md.
  std::string encode() const;
  static constexpr size_t kRangeBytes = 16;
  // Code::corrupt unless ascending, apart, and within [first_block, end_block).
  static Result<FreeList> decode(std::string_view bytes, uint64_t first_block, uint64_t end_block);

 private:
  std::vector<BlockRange> ranges_;
};

}  // namespace firn::vos
