// Allocation of the main device's blocks; see space.h.
#include "vos/space.h"

#include <algorithm>

#include "base/assert.h"

namespace firn::vos {

namespace {

// What lay side by side when it was written is often released together.
void add_range(std::vector<BlockRange>& ranges, BlockRange range) {
  if (!ranges.empty() && ranges.back().end() == range.first) {
    ranges.back().blocks += range.blocks;
  } else {
    ranges.push_back(range);
  }
}

}  // namespace

Space::Space(uint64_t blocks, uint64_t reserve_percent)
    : Space(blocks, reserve_percent, FreeList({{kFirstBlock, blocks - kFirstBlock}})) {}

Space::Space(uint64_t blocks, uint64_t reserve_percent, const FreeList& free)
    : end_block_(blocks),
      used_end_(blocks),
      reserve_blocks_(blocks / 100 * reserve_percent + blocks % 100 * reserve_percent / 100) {
  FIRN_ASSERT(blocks > kFirstBlock);
  FIRN_ASSERT(reserve_percent <= 100);
  for (const BlockRange range : free.ranges()) {
    if (range.end() < blocks) {
      insert_free(range);
    } else {
      used_end_ = range.first;
      free_blocks_ += range.blocks;
    }
  }
}

Space::~Space() { FIRN_ASSERT(readers_.empty()); }

// --- allocation ----------------------------------------------------------------------------------

bool Space::has_room(uint64_t blocks, SpaceUse use) {
  uint64_t needed = blocks;
  if (use != SpaceUse::checkpoint) needed += checkpoint_need_;
  if (use == SpaceUse::ordinary) needed += reserve_blocks_;
  if (free_blocks_ < needed) reclaim(SIZE_MAX);
  return free_blocks_ >= needed;
}

Error Space::no_space(uint64_t blocks, SpaceUse use) const {
  return fail(Code::no_space,
              use == SpaceUse::ordinary ? "the store is full" : "the store's reserve is used up")
      .on("wanted_bytes", blocks * kBlockBytes)
      .on("free_bytes", free_blocks_ * kBlockBytes)
      .on("reserve_bytes", (reserve_blocks_ + checkpoint_need_) * kBlockBytes)
      .remedy("remove data, or give the pool more space; what was removed is free after aggregation");
}

Result<std::vector<Run>> Space::allocate(uint64_t bytes, SpaceUse use) {
  FIRN_ASSERT(bytes > 0);
  reclaim(kReclaimStep);
  const uint64_t blocks = Run{{}, bytes}.blocks();
  if (!has_room(blocks, use)) return no_space(blocks, use);
  std::vector<Run> runs;
  while (bytes > 0 && runs.size() < kRunsMax) {
    reach_for(Run{{}, bytes}.blocks());
    runs.push_back(take_best(bytes));
    bytes -= runs.back().bytes;
  }
  if (bytes == 0) return runs;
  for (const Run run : runs) abandon(run);
  return fail(Code::no_space, "the store's free space is in pieces too small for this value")
      .on("wanted_bytes", blocks * kBlockBytes)
      .on("free_bytes", free_blocks_ * kBlockBytes)
      .remedy("write smaller values or extents, or remove data");
}

Result<Run> Space::allocate_page(SpaceUse use) {
  reclaim(kReclaimStep);
  if (!has_room(kPageBlocks, use)) return no_space(kPageBlocks, use);
  reach_for(kPageBlocks);
  const auto best = free_by_size_.lower_bound({kPageBlocks, 0});
  if (best == free_by_size_.end()) return no_space(kPageBlocks, use);
  return take({best->second, best->first}, kPageBytes);
}

Result<Run> Space::allocate_piece(uint64_t bytes, SpaceUse use) {
  FIRN_ASSERT(bytes > 0);
  reclaim(kReclaimStep);
  if (!has_room(1, use)) return no_space(1, use);
  const uint64_t blocks = Run{{}, bytes}.blocks();
  if (free_by_size_.empty() || free_by_size_.rbegin()->first < std::min(blocks, kPieceBlocksMin)) {
    reach_for(blocks);
  }
  return take_best(bytes);
}

void Space::reach_for(uint64_t blocks) {
  if (!free_by_size_.empty() && free_by_size_.rbegin()->first >= blocks) return;
  uint64_t touching = 0;
  if (!free_by_start_.empty()) {
    const auto [first, length] = *free_by_start_.rbegin();
    if (first + length == used_end_) touching = length;
  }
  use_up_to(std::min(used_end_ + blocks - touching, end_block_));
}

void Space::use_up_to(uint64_t block) {
  if (block <= used_end_) return;
  const BlockRange fresh = {used_end_, block - used_end_};
  used_end_ = block;
  free_blocks_ -= fresh.blocks;
  insert_free(fresh);
}

Run Space::take_best(uint64_t bytes) {
  FIRN_ASSERT(!free_by_size_.empty());
  auto best = free_by_size_.lower_bound({Run{{}, bytes}.blocks(), 0});
  if (best == free_by_size_.end()) --best;
  const BlockRange range = {best->second, best->first};
  return take(range, std::min(bytes, range.blocks * kBlockBytes));
}

Run Space::take(BlockRange from, uint64_t bytes) {
  const Run run = {BlockIndex{from.first}, bytes};
  FIRN_ASSERT(run.blocks() <= from.blocks);
  erase_free(from);
  if (run.blocks() < from.blocks) insert_free({from.first + run.blocks(), from.blocks - run.blocks()});
  in_flight_.emplace(from.first, run.blocks());
  in_flight_blocks_ += run.blocks();
  return run;
}

Run Space::shorten(Run run, uint64_t bytes) {
  FIRN_ASSERT(bytes > 0);
  FIRN_ASSERT(bytes <= run.bytes);
  const Run kept = {run.first, bytes};
  if (kept.blocks() == run.blocks()) return kept;
  remove_in_flight(run);
  in_flight_.emplace(kept.first.value, kept.blocks());
  in_flight_blocks_ += kept.blocks();
  insert_free({kept.first.value + kept.blocks(), run.blocks() - kept.blocks()});
  return kept;
}

Result<void> Space::claim(Run run) {
  const BlockRange wanted = range_of(run);
  if (wanted.first < end_block_ && wanted.blocks <= end_block_ - wanted.first) use_up_to(wanted.end());
  const auto after = free_by_start_.upper_bound(wanted.first);
  if (wanted.blocks > 0 && after != free_by_start_.begin()) {
    const auto [start, blocks] = *std::prev(after);
    const BlockRange free = {start, blocks};
    if (wanted.first < free.end() && wanted.blocks <= free.end() - wanted.first) {
      erase_free(free);
      if (free.first < wanted.first) insert_free({free.first, wanted.first - free.first});
      if (wanted.end() < free.end()) insert_free({wanted.end(), free.end() - wanted.end()});
      in_flight_.emplace(wanted.first, wanted.blocks);
      in_flight_blocks_ += wanted.blocks;
      return {};
    }
  }
  return fail(Code::corrupt, "a record of the log names blocks that belong to something else")
      .on("block", wanted.first)
      .on("blocks", wanted.blocks)
      .remedy("restore the store from its replicas");
}

void Space::remove_in_flight(Run run) {
  const auto at = in_flight_.find(run.first.value);
  FIRN_ASSERT(at != in_flight_.end());
  FIRN_ASSERT(at->second == run.blocks());
  in_flight_.erase(at);
  in_flight_blocks_ -= run.blocks();
}

void Space::settle(Run run) { remove_in_flight(run); }

void Space::abandon(Run run) {
  remove_in_flight(run);
  insert_free(range_of(run));
}

// --- the free ranges -----------------------------------------------------------------------------

void Space::insert_free(BlockRange range) {
  FIRN_ASSERT(range.blocks > 0);
  FIRN_ASSERT(range.first >= kFirstBlock);
  FIRN_ASSERT(range.end() <= used_end_);
  free_blocks_ += range.blocks;
  auto next = free_by_start_.lower_bound(range.first);
  if (next != free_by_start_.begin()) {
    const auto before = std::prev(next);
    FIRN_ASSERT(before->first + before->second <= range.first);
    if (before->first + before->second == range.first) {
      range = {before->first, before->second + range.blocks};
      free_by_size_.erase({before->second, before->first});
      free_by_start_.erase(before);
    }
  }
  if (next != free_by_start_.end()) {
    FIRN_ASSERT(range.end() <= next->first);
    if (range.end() == next->first) {
      range.blocks += next->second;
      free_by_size_.erase({next->second, next->first});
      free_by_start_.erase(next);
    }
  }
  free_by_start_.emplace(range.first, range.blocks);
  free_by_size_.emplace(range.blocks, range.first);
}

void Space::erase_free(BlockRange range) {
  const size_t by_start = free_by_start_.erase(range.first);
  const size_t by_size = free_by_size_.erase({range.blocks, range.first});
  FIRN_ASSERT(by_start == 1);
  FIRN_ASSERT(by_size == 1);
  free_blocks_ -= range.blocks;
}

// --- release, readers, checkpoints ---------------------------------------------------------------

void Space::release(Run run) {
  const BlockRange range = range_of(run);
  FIRN_ASSERT(range.blocks > 0);
  FIRN_ASSERT(range.first >= kFirstBlock && range.end() <= used_end_);
  add_range(released_, range);
  released_blocks_ += range.blocks;
  pending_blocks_ += range.blocks;
}

Space::Reader Space::begin_read() {
  readers_[generation_]++;
  return Reader(*this, generation_);
}

Space::Reader& Space::Reader::operator=(Reader&& other) noexcept {
  if (this == &other) return *this;
  if (space_ != nullptr) space_->end_read(generation_);
  space_ = std::exchange(other.space_, nullptr);
  generation_ = other.generation_;
  return *this;
}

Space::Reader::~Reader() {
  if (space_ != nullptr) space_->end_read(generation_);
}

void Space::end_read(uint64_t generation) {
  const auto at = readers_.find(generation);
  FIRN_ASSERT(at != readers_.end());
  if (--at->second == 0) readers_.erase(at);
  reclaim(kReclaimStep);
}

bool Space::reclaimable_now(const Group& group) const {
  return group.durable && (readers_.empty() || readers_.begin()->first > group.generation);
}

void Space::reclaim(size_t ranges_max) {
  while (ranges_max > 0 && !groups_.empty() && reclaimable_now(groups_.front())) {
    std::vector<BlockRange>& ranges = groups_.front().ranges;
    for (; ranges_max > 0 && !ranges.empty(); ranges_max--) {
      pending_blocks_ -= ranges.back().blocks;
      insert_free(ranges.back());
      ranges.pop_back();
    }
    if (ranges.empty()) groups_.pop_front();
  }
}

FreeList Space::begin_checkpoint() {
  FIRN_ASSERT(!in_checkpoint_);
  in_checkpoint_ = true;
  groups_.push_back({std::move(released_), generation_++, false});
  released_ = {};
  released_blocks_ = 0;
  std::vector<BlockRange> ranges = free_ranges();
  const std::vector<BlockRange> in_flight = in_flight_ranges();
  ranges.insert(ranges.end(), in_flight.begin(), in_flight.end());
  for (const Group& group : groups_) ranges.insert(ranges.end(), group.ranges.begin(), group.ranges.end());
  return FreeList(std::move(ranges));
}

void Space::end_checkpoint(const std::vector<Run>& superseded) {
  FIRN_ASSERT(in_checkpoint_);
  in_checkpoint_ = false;
  for (Group& group : groups_) group.durable = true;
  Group old = {{}, generation_++, true};
  for (const Run run : superseded) {
    add_range(old.ranges, range_of(run));
    pending_blocks_ += run.blocks();
  }
  groups_.push_back(std::move(old));
  reclaim(kReclaimStep);
}

void Space::abort_checkpoint() {
  FIRN_ASSERT(in_checkpoint_);
  in_checkpoint_ = false;
}

// --- looking at it -------------------------------------------------------------------------------

SpaceStats Space::stats() const {
  SpaceStats stats;
  stats.total_blocks = end_block_ - kFirstBlock;
  stats.free_blocks = free_blocks_;
  stats.in_flight_blocks = in_flight_blocks_;
  stats.pending_blocks = pending_blocks_;
  stats.reserve_blocks = reserve_blocks_;
  stats.checkpoint_need_blocks = checkpoint_need_;
  return stats;
}

std::vector<BlockRange> Space::free_ranges() const {
  std::vector<BlockRange> ranges;
  ranges.reserve(free_by_start_.size() + 1);
  for (const auto [start, blocks] : free_by_start_) ranges.push_back({start, blocks});
  if (used_end_ < end_block_) add_range(ranges, {used_end_, end_block_ - used_end_});
  return ranges;
}

std::vector<BlockRange> Space::in_flight_ranges() const {
  std::vector<BlockRange> ranges;
  ranges.reserve(in_flight_.size());
  for (const auto [start, blocks] : in_flight_) ranges.push_back({start, blocks});
  return ranges;
}

}  // namespace firn::vos
