// PageCache: residency, and the pages' part of a checkpoint; see page_cache.h.
#include "vos/page_cache.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "runtime/sync.h"
#include "vos/page.h"
#include "vos/page_read.h"

namespace firn::vos {

namespace {
constexpr uint64_t kLimitPagesMin = 16;
// Pages used since this many pages came in, and two for each load in progress, are spared.
constexpr uint32_t kSparedArrivals = 8;
// Bounds of one attempt to make room; what is left over the limit is the next one's.
constexpr uint32_t kHandStepsMax = 1024;
constexpr uint32_t kDropsMax = 8;
}  // namespace

struct PageCache::Loading {
  explicit Loading(Executor& executor) : done(executor) {}
  Event done;
  std::optional<Error> error;
};

PageCache::PageCache(Runtime& runtime, BlockDevice& main, uint64_t cache_bytes)
    : runtime_(runtime),
      main_(main),
      limit_pages_max_(std::max(cache_bytes / kPageBytes, kLimitPagesMin)),
      limit_(limit_pages_max_) {}

PageCache::~PageCache() = default;

// --- Residency -----------------------------------------------------------------------------------

Task<Result<void>> PageCache::load(PageId page) {
  if (find(page) != nullptr) co_return Result<void>();
  if (const auto same = loading_.find(page.value); same != loading_.end()) {
    const std::shared_ptr<Loading> loading = same->second;
    co_await loading->done.wait();
    if (loading->error.has_value()) co_return loading->error->clone();
    co_return Result<void>();
  }
  const auto loading = std::make_shared<Loading>(runtime_.executor());
  loading_.emplace(page.value, loading);
  make_room(loading_.size());
  std::byte* const memory = memory_.take();
  auto result = co_await read(page, memory);
  loading_.erase(page.value);
  load_count_++;
  if (result.has_value()) {
    generation_++;
    Frame& frame = add_frame(page, memory);
    frame.state = FrameState::clean;
    frame.lsn = evicted_lsn_;
  } else {
    memory_.give_back(memory);
    loading->error = result.error().clone();
  }
  loading->done.set();
  co_return std::move(result);
}

Task<Result<void>> PageCache::read(PageId page, std::byte* memory) {
  const auto place = table_.find(page);
  if (!place.has_value()) {
    co_return fail(Code::corrupt, "the index refers to a page that does not exist").on("page", page.value);
  }
  FIRN_CO_CHECK(co_await read_index_page(main_, page, *place, MutableBytes(memory, kPageBytes)));
  // A tree has an empty leaf only if it has no other page.
  if (Page(memory).count() == 0 && table_.page_count() > 1) {
    co_return fail(Code::corrupt, "index page: empty leaf").on("page", page.value);
  }
  co_return Result<void>();
}

Frame& PageCache::add_frame(PageId page, std::byte* memory) {
  if (unused_frames_.empty()) unused_frames_.push_back(&frames_.emplace_back());
  Frame& frame = *unused_frames_.back();
  unused_frames_.pop_back();
  if (page.value >= by_id_.size()) by_id_.resize(std::max<size_t>(page.value + 1, by_id_.size() * 2));
  FIRN_ASSERT(by_id_[page.value].frame == nullptr);
  by_id_[page.value] = {memory, &frame};
  frame.page = memory;
  frame.id = page;
  arrivals_++;
  touch(frame);
  resident_++;
  return frame;
}

void PageCache::drop_frame(Frame& frame) {
  by_id_[frame.id.value] = {};
  frame = Frame{};
  unused_frames_.push_back(&frame);
  resident_--;
}

// While nothing is being loaded no operation is about to start over, so no page needs to be spared for it.
bool PageCache::evictable(const Frame& frame) const {
  if (frame.state != FrameState::clean) return false;
  const uint32_t age = arrivals_ - frame.used_at;
  return loading_.empty() || age > kSparedArrivals + 2 * loading_.size();
}

bool PageCache::advance_hand() {
  hand_ = hand_ + 1 < frames_.size() ? hand_ + 1 : 0;
  Frame& frame = frames_[hand_];
  if (!evictable(frame)) return false;
  if (std::exchange(frame.referenced, false)) return false;
  evicted_lsn_ = std::max(evicted_lsn_, frame.lsn);
  memory_.give_back(frame.page);
  drop_frame(frame);
  generation_++;
  return true;
}

void PageCache::make_room(uint64_t wanted) {
  uint32_t drops = 0;
  for (uint32_t steps = 0; steps < kHandStepsMax && drops < kDropsMax; steps++) {
    if (resident_ + frozen_.size() + wanted <= limit_ || resident_ == dirty_) return;
    if (advance_hand()) drops++;
  }
}

void PageCache::trim() {
  for (size_t steps = 2 * frames_.size(); steps > 0 && resident_ + frozen_.size() > limit_; steps--)
    advance_hand();
}

void PageCache::count_tables(uint64_t others_bytes) {
  const uint64_t bytes = by_id_.capacity() * sizeof(Resident) + table_.memory_bytes() + others_bytes;
  const uint64_t pages = std::min((bytes + kPageBytes - 1) / kPageBytes, limit_pages_max_ / 2);
  limit_ = std::max(limit_pages_max_ - pages, kLimitPagesMin);
}

Frame& PageCache::allocate() {
  std::byte* const memory = memory_.take();
  std::memset(memory, 0, kPageBytes);
  Frame& frame = add_frame(table_.allocate_id(), memory);
  frame.state = FrameState::dirty;
  dirty_++;
  live_++;
  return frame;
}

void PageCache::free(Frame& frame) {
  const PageId page = frame.id;
  FIRN_ASSERT(by_id_[page.value].frame == &frame);
  if (frame.state != FrameState::clean) dirty_--;
  if (frame.state == FrameState::checkpoint) {
    frozen_.emplace(page.value, frame.page);
  } else {
    memory_.give_back(frame.page);
  }
  drop_frame(frame);
  live_--;
  freed_.push_back(page);
  table_.release_id(page);
}

void PageCache::table_loaded() {
  FIRN_ASSERT(resident_ == 0);
  table_.finish_loading();
  live_ = table_.page_count();
}

// --- Checkpoint ----------------------------------------------------------------------------------

// The image stays where it is, because the checkpoint may be writing it just now; the page moves to other
// memory.
void PageCache::make_dirty(Frame& frame) {
  FIRN_ASSERT(frame.state == FrameState::clean || frame.state == FrameState::checkpoint);
  if (frame.state == FrameState::clean) {
    dirty_++;
  } else {
    std::byte* const copy = memory_.take();
    std::memcpy(copy, frame.page, kPageBytes);
    const bool added = frozen_.emplace(frame.id.value, std::exchange(frame.page, copy)).second;
    FIRN_ASSERT(added);
    by_id_[frame.id.value].page = copy;
  }
  frame.state = FrameState::dirty;
}

PageCache::Checkpoint PageCache::begin_checkpoint() {
  FIRN_ASSERT(!checkpoint_running_);
  FIRN_ASSERT(frozen_.empty());
  Checkpoint checkpoint;
  for (const PageId page : freed_) {
    if (by_id_[page.value].frame != nullptr)
      continue;  // the id is in use again: its old block goes when that page is written
    if (const auto block = table_.clear(page)) checkpoint.freed_blocks.push_back(*block);
  }
  freed_.clear();
  for (Frame& frame : frames_) {
    if (frame.state != FrameState::dirty) continue;
    frame.state = FrameState::checkpoint;
    checkpoint.pages.push_back(frame.id);
  }
  std::sort(checkpoint.pages.begin(), checkpoint.pages.end());
  checkpoint_running_ = true;
  unwritten_ = checkpoint.pages.size();
  return checkpoint;
}

std::byte* PageCache::pending_image(PageId page) {
  FIRN_ASSERT(checkpoint_running_);
  if (const auto kept = frozen_.find(page.value); kept != frozen_.end()) return kept->second;
  Frame* const frame = by_id_[page.value].frame;
  FIRN_ASSERT(frame != nullptr);
  FIRN_ASSERT(frame->state == FrameState::checkpoint);
  return frame->page;
}

ByteView PageCache::checkpoint_image(PageId page) {
  const MutableBytes image(pending_image(page), kPageBytes);
  seal_page(image);
  return image;
}

std::optional<BlockIndex> PageCache::checkpoint_page_written(PageId page, BlockIndex place) {
  const ByteView image(pending_image(page), kPageBytes);
  const auto old = table_.set(page, {.block = place, .checksum = page_checksum(image)});
  if (const auto kept = frozen_.find(page.value); kept != frozen_.end()) {
    memory_.give_back(kept->second);
    frozen_.erase(kept);
  } else {
    by_id_[page.value].frame->state = FrameState::clean;
    dirty_--;
  }
  FIRN_ASSERT(unwritten_ > 0);
  unwritten_--;
  make_room(0);
  return old;
}

void PageCache::end_checkpoint() {
  FIRN_ASSERT(checkpoint_running_);
  FIRN_ASSERT(unwritten_ == 0);
  FIRN_ASSERT(frozen_.empty());
  checkpoint_running_ = false;
  give_slabs_back();
}

// More memory than the limit is left over from a burst, or from when fewer tables counted towards the cache.
void PageCache::give_slabs_back() {
  if (memory_.leaves()) empty_leaving_slab();
  while (!memory_.leaves() && memory_.page_count() >= limit_ + PageMemory::kPagesPerSlab &&
         memory_.free_count() >= PageMemory::kPagesPerSlab) {
    memory_.begin_leaving();
    empty_leaving_slab();
  }
}

// Its pages move to other slabs. One that is being loaded just now stays until the next checkpoint.
void PageCache::empty_leaving_slab() {
  generation_++;
  for (Frame& frame : frames_) {
    if (frame.state == FrameState::unused || !memory_.is_leaving(frame.page)) continue;
    if (memory_.free_count() == 0) return;
    std::byte* const copy = memory_.take();
    std::memcpy(copy, frame.page, kPageBytes);
    memory_.give_back(std::exchange(frame.page, copy));
    by_id_[frame.id.value].page = copy;
  }
}

void PageCache::abandon_checkpoint() {
  FIRN_ASSERT(checkpoint_running_);
  for (const auto& [page, memory] : frozen_) memory_.give_back(memory);
  frozen_.clear();
  for (Frame& frame : frames_) {
    if (frame.state == FrameState::checkpoint) frame.state = FrameState::dirty;
  }
  unwritten_ = 0;
  checkpoint_running_ = false;
}

}  // namespace firn::vos
