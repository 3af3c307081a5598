// Content and crash behaviour of one simulated device; see sim_file.h.
#include "sim/sim_file.h"

#include <algorithm>
#include <set>

#include "base/assert.h"

namespace firn::sim {

namespace {

// Calls visit(offset, length) for the pieces into which multiples of `unit` cut the range.
template <class Visit>
void for_each_piece(uint64_t offset, uint64_t length, uint64_t unit, Visit visit) {
  const uint64_t end = offset + length;
  while (offset < end) {
    const uint64_t piece = std::min(end - offset, unit - offset % unit);
    visit(offset, piece);
    offset += piece;
  }
}

}  // namespace

uint64_t SimFile::missing_bytes(uint64_t offset, uint64_t length) const {
  uint64_t missing = 0;
  for_each_piece(offset, length, kBlockBytes, [&](uint64_t at, uint64_t) {
    if (!blocks_.contains(at / kBlockBytes)) missing += kBlockBytes;
  });
  return missing;
}

void SimFile::read(uint64_t offset, MutableBytes target) const {
  for_each_piece(offset, target.size(), kBlockBytes, [&](uint64_t at, uint64_t length) {
    const auto block = blocks_.find(at / kBlockBytes);
    std::byte* const to = target.data() + (at - offset);
    if (block == blocks_.end()) {
      std::memset(to, 0, length);
    } else {
      std::memcpy(to, block->second->bytes + at % kBlockBytes, length);
    }
  });
}

void SimFile::write_plain(uint64_t offset, ByteView source) {
  for_each_piece(offset, source.size(), kBlockBytes, [&](uint64_t at, uint64_t length) {
    auto& block = blocks_[at / kBlockBytes];
    if (block == nullptr) block = std::make_unique<Block>();
    std::memcpy(block->bytes + at % kBlockBytes, source.data() + (at - offset), length);
  });
}

void SimFile::write(uint64_t offset, std::span<const ByteView> parts) {
  JournalEntry entry{offset, std::vector<std::byte>(total_bytes(parts))};
  read(offset, entry.old_bytes);
  journal_.push_back(std::move(entry));
  for (const ByteView part : parts) {
    write_plain(offset, part);
    offset += part.size();
  }
}

void SimFile::tear_last_write(Rng& rng) {
  FIRN_ASSERT(!journal_.empty());
  const JournalEntry& entry = journal_.back();
  for_each_piece(entry.offset, entry.old_bytes.size(), kSectorBytes, [&](uint64_t at, uint64_t length) {
    if (rng.chance(1, 2)) write_plain(at, ByteView(entry.old_bytes).subspan(at - entry.offset, length));
  });
}

void SimFile::discard(uint64_t offset, uint64_t length) {
  for_each_piece(offset, length, kBlockBytes, [&](uint64_t at, uint64_t piece) {
    if (piece == kBlockBytes) blocks_.erase(at / kBlockBytes);
  });
}

bool SimFile::flip_bit(uint64_t offset, uint32_t bit) {
  const auto block = blocks_.find(offset / kBlockBytes);
  if (block == blocks_.end()) return false;
  block->second->bytes[offset % kBlockBytes] ^= std::byte{1} << (bit % 8);
  return true;
}

void SimFile::make_durable(uint64_t mark) {
  while (journal_begin_ < mark && !journal_.empty()) {
    journal_.pop_front();
    journal_begin_++;
  }
}

// Newest first: a sector is taken back write by write until one of its contents is what the disk had stored.
void SimFile::settle(Rng& rng) {
  std::set<uint64_t> settled_sectors;
  for (; !journal_.empty(); journal_.pop_back()) {
    const JournalEntry& entry = journal_.back();
    const uint64_t lost_of_8 = rng.chance(1, 2) ? 8 * rng.below(2) : rng.below(9);  // half are all or nothing
    for_each_piece(entry.offset, entry.old_bytes.size(), kSectorBytes, [&](uint64_t at, uint64_t length) {
      const uint64_t sector = at / kSectorBytes;
      if (settled_sectors.contains(sector)) return;
      if (rng.chance(lost_of_8, 8)) {
        write_plain(at, ByteView(entry.old_bytes).subspan(at - entry.offset, length));
      } else {
        settled_sectors.insert(sector);
      }
    });
    journal_begin_++;
  }
}

std::vector<uint64_t> SimFile::stored_blocks() const {
  std::vector<uint64_t> offsets;
  offsets.reserve(blocks_.size());
  // tidy: allow unordered: sorted below
  for (const auto& [index, block] : blocks_) offsets.push_back(index * kBlockBytes);
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

}  // namespace firn::sim
