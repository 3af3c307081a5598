// Who uses which block; see block_owners.h.
#include "vos/block_owners.h"

#include <algorithm>

#include "base/assert.h"

namespace firn::vos {

std::string BlockOwner::text() const {
  switch (kind) {
    case Kind::free:
      return "the free list";
    case Kind::superblocks:
      return "the superblocks";
    case Kind::page:
      return "page " + std::to_string(id);
    case Kind::chunk:
      return "page table chunk " + std::to_string(id);
    case Kind::root:
      return "the checkpoint root's blob";
    case Kind::free_list:
      return "the free list's blob";
    case Kind::requests:
      return "the request table's blob";
    case Kind::reclaim:
      return "the blob of removals and usage";
    case Kind::versions:
      return "the blob of the state of versions";
    case Kind::prepared:
      return "data of a prepared transaction";
    case Kind::data:
      return "data of an entry in page " + std::to_string(id);
    case Kind::log_record:
      return "data of the log record that ends at " + std::to_string(id);
  }
  return "unknown";
}

void BlockOwners::add(BlockRange range, BlockOwner owner) {
  FIRN_ASSERT(range.blocks > 0);
  if (!owned_.empty() && owned_.back().owner == owner && owned_.back().blocks.end() == range.first) {
    owned_.back().blocks.blocks += range.blocks;
    return;
  }
  owned_.push_back({range, owner});
}

BlockOwners::Verdict BlockOwners::judge(uint64_t end_block) {
  std::sort(owned_.begin(), owned_.end());
  Verdict verdict;
  uint64_t end = 0;               // behind all that came so far
  const Owned* widest = nullptr;  // which reaches up to it
  for (const Owned& owned : owned_) {
    if (owned.blocks.first > end) verdict.unowned.push_back({end, owned.blocks.first - end});
    if (owned.blocks.first < end) {
      const uint64_t both = std::min(end, owned.blocks.end()) - owned.blocks.first;
      verdict.clashes.push_back({{owned.blocks.first, both}, widest->owner, owned.owner});
    }
    if (owned.blocks.end() <= end) continue;
    end = owned.blocks.end();
    widest = &owned;
  }
  if (end < end_block) verdict.unowned.push_back({end, end_block - end});
  return verdict;
}

}  // namespace firn::vos
