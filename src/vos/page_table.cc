// PageTable: places of pages, and the chunks they are stored in; see page_table.h.
#include "vos/page_table.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/endian.h"
#include "codec/crc32c.h"

namespace firn::vos {

namespace {

constexpr uint32_t kChunkMagic = 0x54504e46;  // "FNPT"
constexpr uint16_t kChunkVersion = 1;

struct ChunkHeader {
  uint32_t checksum;  // crc32c of all bytes behind this field
  uint32_t magic;
  uint16_t version;
  uint16_t reserved;
  uint32_t chunk;
  uint8_t reserved2[48];
};
static_assert(sizeof(ChunkHeader) == kPageTableChunkHeaderBytes);

constexpr uint32_t kBlockBits = 40;  // 4 PiB of 4 KiB blocks
constexpr uint64_t kBlockMask = (uint64_t{1} << kBlockBits) - 1;

uint64_t pack(PageTable::Place place) {
  FIRN_ASSERT(place.block.value > 0);
  FIRN_ASSERT(place.block.value <= kBlockMask);
  return place.block.value | uint64_t{place.checksum} << kBlockBits;
}
BlockIndex block_of(uint64_t entry) { return BlockIndex{entry & kBlockMask}; }

Error damaged(uint32_t chunk, std::string what) {
  return fail(Code::corrupt, "page table chunk: " + std::move(what)).on("chunk", uint64_t{chunk});
}

}  // namespace

std::optional<PageTable::Place> PageTable::find(PageId page) const {
  if (page.value >= entries_.size() || entries_[page.value] == 0) return std::nullopt;
  const uint64_t entry = entries_[page.value];
  return Place{block_of(entry), static_cast<uint32_t>(entry >> kBlockBits)};
}

std::optional<BlockIndex> PageTable::set(PageId page, Place place) {
  FIRN_ASSERT(page.value > 0);
  FIRN_ASSERT(page.value < next_id_);
  if (page.value >= entries_.size()) grow(page.value);
  place.checksum &= kPlaceChecksumMask;
  const uint64_t old = std::exchange(entries_[page.value], pack(place));
  changed_[page.value / kPageTableChunkEntries] = true;
  if (old != 0) return block_of(old);
  page_count_++;
  return std::nullopt;
}

std::optional<BlockIndex> PageTable::clear(PageId page) {
  if (page.value >= entries_.size() || entries_[page.value] == 0) return std::nullopt;
  changed_[page.value / kPageTableChunkEntries] = true;
  page_count_--;
  return block_of(std::exchange(entries_[page.value], 0));
}

PageId PageTable::allocate_id() {
  if (free_ids_.empty()) return PageId{next_id_++};
  const PageId page{free_ids_.back()};
  free_ids_.pop_back();
  return page;
}

void PageTable::release_id(PageId page) {
  FIRN_ASSERT(page.value > 0);
  FIRN_ASSERT(page.value < next_id_);
  free_ids_.push_back(page.value);
}

void PageTable::grow(uint64_t id) {
  const uint64_t chunks = id / kPageTableChunkEntries + 1;
  if (chunks > changed_.size()) changed_.resize(chunks, true);
  entries_.resize(changed_.size() * kPageTableChunkEntries);
}

void PageTable::chunk_image(uint32_t chunk, MutableBytes image) const {
  FIRN_ASSERT(chunk < chunk_count());
  FIRN_ASSERT(image.size() == kPageTableChunkBytes);
  std::memset(image.data(), 0, image.size());
  store_little<uint32_t>(image.data() + offsetof(ChunkHeader, magic), kChunkMagic);
  store_little<uint16_t>(image.data() + offsetof(ChunkHeader, version), kChunkVersion);
  store_little<uint32_t>(image.data() + offsetof(ChunkHeader, chunk), chunk);
  const uint64_t first = uint64_t{chunk} * kPageTableChunkEntries;
  for (uint64_t i = 0; i < kPageTableChunkEntries && first + i < entries_.size(); i++) {
    store_little<uint64_t>(image.data() + sizeof(ChunkHeader) + i * sizeof(uint64_t), entries_[first + i]);
  }
  store_little<uint32_t>(image.data(), crc32c(image.subspan(sizeof(uint32_t))));
}

Result<void> PageTable::load_chunk(uint32_t chunk, ByteView image) {
  FIRN_ASSERT(image.size() == kPageTableChunkBytes);
  const std::byte* const at = image.data();
  if (crc32c(image.subspan(sizeof(uint32_t))) != load_little<uint32_t>(at)) {
    return damaged(chunk, "checksum does not match");
  }
  if (load_little<uint32_t>(at + offsetof(ChunkHeader, magic)) != kChunkMagic)
    return damaged(chunk, "no magic");
  if (const auto version = load_little<uint16_t>(at + offsetof(ChunkHeader, version));
      version != kChunkVersion) {
    return fail(Code::version, "page table has a format this version does not read").on("version", version);
  }
  if (load_little<uint32_t>(at + offsetof(ChunkHeader, chunk)) != chunk)
    return damaged(chunk, "another chunk is here");

  const uint64_t first = uint64_t{chunk} * kPageTableChunkEntries;
  grow(first + kPageTableChunkEntries - 1);
  for (uint64_t i = 0; i < kPageTableChunkEntries; i++) {
    const auto entry = load_little<uint64_t>(at + sizeof(ChunkHeader) + i * sizeof(uint64_t));
    if (entry != 0 && (first + i == 0 || block_of(entry).value == 0))
      return damaged(chunk, "impossible entry");
    entries_[first + i] = entry;
  }
  changed_[chunk] = false;
  return {};
}

void PageTable::finish_loading() {
  next_id_ = entries_.size();
  page_count_ = 0;
  free_ids_.clear();
  for (uint64_t id = next_id_ - 1; id > 0; id--) {  // so that low ids are given out first
    if (entries_[id] == 0) {
      free_ids_.push_back(id);
    } else {
      page_count_++;
    }
  }
}

}  // namespace firn::vos
