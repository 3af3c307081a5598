// CheckContext: what the parts of a check (check.h) share.
#pragma once

#include "vos/block_owners.h"
#include "vos/check.h"
#include "vos/findings.h"
#include "vos/space.h"
#include "vos/usage.h"

namespace firn::vos {

struct CheckContext {
  BlockDevice& log;
  BlockDevice& main;
  CheckOptions options;
  Findings findings;
  CheckReport report;  // its counters
  BlockOwners owners;
  UsageTable usage;  // of the index's entries
  // All pages and entries could be read: then blocks without owner are lost, and pages that the tree does not
  // reach are left over.
  bool index_is_whole = true;

  uint64_t main_blocks() const { return main.size_bytes() / kBlockBytes; }
  // Behind the superblocks, not empty, and not beyond the end.
  bool within_device(BlockRange range) const {
    return range.first >= Space::kFirstBlock && range.blocks > 0 && range.first < main_blocks() &&
           range.blocks <= main_blocks() - range.first;
  }
};

}  // namespace firn::vos
