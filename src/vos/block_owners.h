// BlockOwners: who uses which block of the main device, as a check finds it: each block belongs to exactly
// one owner, or is free. A plain collection: filled in any order, judged at the end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vos/free_list.h"

namespace firn::vos {

struct BlockOwner {
  enum class Kind : uint8_t {
    free,
    superblocks,
    page,
    chunk,
    root,
    free_list,
    requests,
    reclaim,
    versions,
    data,
    prepared,
    log_record
  };
  Kind kind = Kind::free;
  uint64_t id = 0;  // page, chunk: theirs; data: the page of the entry; log_record: the LSN of its end
  friend auto operator<=>(const BlockOwner&, const BlockOwner&) = default;

  // "page 7", "data of an entry in page 7", "the free list's blob".
  std::string text() const;
};

class BlockOwners {
 public:
  // Not empty, within the device.
  void add(BlockRange range, BlockOwner owner);

  struct Clash {
    BlockRange blocks;  // used by both
    BlockOwner first;
    BlockOwner second;
  };
  struct Verdict {
    std::vector<Clash> clashes;
    std::vector<BlockRange> unowned;  // of [0, end_block)
  };
  // Once, at the end. Both lists ascend.
  Verdict judge(uint64_t end_block);

 private:
  struct Owned {
    BlockRange blocks;
    BlockOwner owner;
    friend auto operator<=>(const Owned&, const Owned&) = default;
  };
  std::vector<Owned> owned_;
};

}  // namespace firn::vos
