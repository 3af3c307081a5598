// Ranges of free blocks; see free_list.h.
#include "vos/free_list.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "base/endian.h"

namespace firn::vos {

namespace {

// Ascending ranges that may touch become ascending ranges that do not.
std::vector<BlockRange> merge_neighbours(std::vector<BlockRange> ranges) {
  size_t kept = 0;
  for (const BlockRange range : ranges) {
    FIRN_ASSERT(range.blocks > 0);
    FIRN_ASSERT(kept == 0 || ranges[kept - 1].end() <= range.first);
    if (kept > 0 && ranges[kept - 1].end() == range.first) {
      ranges[kept - 1].blocks += range.blocks;
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
  return ranges;
}

// `ranges` without `taken`; both ascending, and each of `taken` lies within one of `ranges`.
std::vector<BlockRange> without(const std::vector<BlockRange>& ranges, const std::vector<BlockRange>& taken) {
  std::vector<BlockRange> left;
  left.reserve(ranges.size() + taken.size());
  auto next = taken.begin();
  for (const BlockRange range : ranges) {
    uint64_t from = range.first;
    for (; next != taken.end() && next->first < range.end(); ++next) {
      FIRN_ASSERT(next->first >= from);
      FIRN_ASSERT(next->end() <= range.end());
      if (next->first > from) left.push_back({from, next->first - from});
      from = next->end();
    }
    if (from < range.end()) left.push_back({from, range.end() - from});
  }
  FIRN_ASSERT(next == taken.end());
  return left;
}

}  // namespace

FreeList::FreeList(std::vector<BlockRange> ranges) {
  std::sort(ranges.begin(), ranges.end());
  ranges_ = merge_neighbours(std::move(ranges));
}

uint64_t FreeList::blocks() const {
  uint64_t total = 0;
  for (const BlockRange range : ranges_) total += range.blocks;
  return total;
}

bool FreeList::overlaps(BlockRange range) const {
  const auto after = std::lower_bound(ranges_.begin(), ranges_.end(), BlockRange{range.end(), 0});
  return after != ranges_.begin() && std::prev(after)->end() > range.first;
}

bool FreeList::contains(BlockRange range) const {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), BlockRange{range.first, UINT64_MAX});
  if (after == ranges_.begin()) return false;
  const BlockRange& before = *std::prev(after);
  return range.first - before.first <= before.blocks && range.blocks <= before.end() - range.first;
}

void FreeList::adjust(std::vector<BlockRange> taken, std::vector<BlockRange> given) {
  std::sort(taken.begin(), taken.end());
  std::sort(given.begin(), given.end());
  const std::vector<BlockRange> left = without(ranges_, taken);
  std::vector<BlockRange> all;
  all.reserve(left.size() + given.size());
  std::merge(left.begin(), left.end(), given.begin(), given.end(), std::back_inserter(all));
  ranges_ = merge_neighbours(std::move(all));
}

std::string FreeList::encode() const {
  std::string bytes(ranges_.size() * kRangeBytes, '\0');
  char* at = bytes.data();
  for (const BlockRange range : ranges_) {
    store_little(at, range.first);
    store_little(at + 8, range.blocks);
    at += kRangeBytes;
  }
  return bytes;
}

Result<FreeList> FreeList::decode(std::string_view bytes, uint64_t first_block, uint64_t end_block) {
  if (bytes.size() % kRangeBytes != 0) {
    return fail(Code::corrupt, "the free list's length is not a number of ranges").on("bytes", bytes.size());
  }
  FreeList list;
  list.ranges_.reserve(bytes.size() / kRangeBytes);
  uint64_t from = first_block;
  for (; !bytes.empty(); bytes.remove_prefix(kRangeBytes)) {
    const BlockRange range = {load_little<uint64_t>(bytes.data()), load_little<uint64_t>(bytes.data() + 8)};
    const bool fits = range.first >= from && range.first < end_block && range.blocks > 0 &&
                      range.blocks <= end_block - range.first;
    if (!fits) {
      return fail(Code::corrupt, "the free list has a range that is out of order or outside of the device")
          .on("block", range.first)
          .on("blocks", range.blocks);
    }
    list.ranges_.push_back(range);
    from = range.end() + 1;  // a range that touches the one before would be part of it
  }
  return list;
}

}  // namespace firn::vos
