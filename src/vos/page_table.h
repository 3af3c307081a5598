// PageTable: where in the main device each logical page lies. Kept in memory (8 bytes per page) and stored in
// chunks of one block run each: docs/formats/page.md. It always describes the last checkpoint, with the pages
// that the running one has written already: pages made or freed since the checkpoint's point do not show in
// it.
//
// Page ids begin at 1. Belongs to its store's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "vos/lsn.h"

namespace firn::vos {

constexpr uint32_t kPageTableChunkBytes = 16384;
constexpr uint32_t kPageTableChunkHeaderBytes = 64;
constexpr uint32_t kPageTableChunkEntries = 2040;  // what fits behind the header
static_assert(kPageTableChunkHeaderBytes + kPageTableChunkEntries * 8 == kPageTableChunkBytes);

constexpr uint32_t kPlaceChecksumMask = 0xffffff;

class PageTable {
 public:
  struct Place {
    BlockIndex block;
    // The low 24 bits of the page's: tells a page from an older one at the same place after a lost write.
    uint32_t checksum = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  PageTable() : entries_(1) {}

  // Nothing if the page is in no checkpoint.
  std::optional<Place> find(PageId page) const;
  // The page's place from now on; gives the block it had before, if any.
  std::optional<BlockIndex> set(PageId page, Place place);
  // The page is in no checkpoint from now on; gives the block it had, if any.
  std::optional<BlockIndex> clear(PageId page);

  // An id that no page has. It is not given out again until it is released.
  PageId allocate_id();
  void release_id(PageId page);
  // All ids given out are below this one.
  PageId id_end() const { return PageId{next_id_}; }
  // Pages that are in the checkpoint.
  uint64_t page_count() const { return page_count_; }
  uint64_t memory_bytes() const { return (entries_.capacity() + free_ids_.capacity()) * sizeof(uint64_t); }

  // Storing. Chunk i holds the ids from i * kPageTableChunkEntries on. A chunk is changed from the time an
  // entry changes to chunk_written.
  uint32_t chunk_count() const { return static_cast<uint32_t>(changed_.size()); }
  bool chunk_changed(uint32_t chunk) const { return changed_[chunk]; }
  // Fills all of `image` (kPageTableChunkBytes), checksum included.
  void chunk_image(uint32_t chunk, MutableBytes image) const;
  void chunk_written(uint32_t chunk) { changed_[chunk] = false; }

  // Loading, on a new table: each chunk once, in any order, then finish_loading. Code::corrupt,
  // Code::version.
  Result<void> load_chunk(uint32_t chunk, ByteView image);
  void finish_loading();

 private:
  void grow(uint64_t id);

  std::vector<uint64_t> entries_;       // by page id: block | checksum << 40; 0 = none
  std::vector<bool> changed_ = {true};  // by chunk
  std::vector<uint64_t> free_ids_;      // taken from the end
  uint64_t next_id_ = 1;
  uint64_t page_count_ = 0;
};

}  // namespace firn::vos
