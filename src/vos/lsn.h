// Lsn: a position in the store's log, in bytes since the store was made; grows for ever.
#pragma once

#include "base/strong.h"

namespace firn::vos {

using Lsn = Strong<struct LsnTag, uint64_t>;
using PageId = Strong<struct PageIdTag, uint64_t>;          // logical: stays when the page moves on disk
using BlockIndex = Strong<struct BlockIndexTag, uint64_t>;  // of 4 KiB in the main device

constexpr uint32_t kBlockBytes = 4096;
constexpr uint32_t kPageBytes = 16384;

// A run of bytes in the main device; starts on a block and owns all blocks it touches.
struct Run {
  BlockIndex first;
  uint64_t bytes = 0;
  uint64_t blocks() const { return (bytes + kBlockBytes - 1) / kBlockBytes; }
  friend auto operator<=>(const Run&, const Run&) = default;
};

}  // namespace firn::vos
