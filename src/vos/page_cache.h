// PageCache: the pages of the index that are in memory, and what a checkpoint has to know about them.
//
// A resident page has a frame. Changed pages stay resident until a checkpoint has written them; clean ones
// give way to others when memory is short (clock with second chance). Pages that were used just now are
// spared, so that an operation that faults, loads and starts over gets on however small the cache is: for
// that the cache goes over its limit, as it does when all pages are dirty. Frames go away in load(), trim()
// and checkpoint_page_written() only.
//
// A checkpoint:
//   auto checkpoint = pages.begin_checkpoint();  // a point between two operations
//   for (PageId page : checkpoint.pages) {       // in any order, several at a time
//     ... write pages.checkpoint_image(page) to new blocks ...
//     auto old = pages.checkpoint_page_written(page, new_blocks);
//   }
//   ... store the changed chunks of pages.table(), which now describes exactly this checkpoint ...
//   pages.end_checkpoint();
//   ... when it is durable: the blocks `old` and those of checkpoint.freed_blocks are free ...
//
// Meanwhile operations go on: whoever changes a page that is not written yet leaves its image to the
// checkpoint.
//
// Belongs to its store's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "runtime/runtime.h"
#include "runtime/task.h"
#include "vos/lsn.h"
#include "vos/page_memory.h"
#include "vos/page_table.h"

namespace firn::vos {

enum class FrameState : uint8_t {
  unused,
  clean,       // as in its blocks
  dirty,       // changed since the last checkpoint's point
  checkpoint,  // belongs to the running checkpoint, which has not written it yet; not changed since its point
};

// A page in memory. `page` changes when a page is first changed during a checkpoint; the frame stays.
struct Frame {
  std::byte* page = nullptr;  // kPageBytes
  PageId id;
  Lsn lsn;                  // the log must be durable up to here before a reader may see the page's content
  uint32_t used_at = 0;     // PageCache::arrivals_ at the last use
  bool referenced = false;  // since the clock's hand passed
  FrameState state = FrameState::unused;
};

class PageCache {
 public:
  struct Checkpoint {
    std::vector<PageId> pages;             // to write, ascending
    std::vector<BlockIndex> freed_blocks;  // where pages lay that are no more (kPageBytes each)
  };

  // `main` outlives the cache, as does the runtime. `cache_bytes`: pages, and what is kept for each page of
  // the index, resident or not.
  PageCache(Runtime& runtime, BlockDevice& main, uint64_t cache_bytes);
  ~PageCache();
  PageCache(const PageCache&) = delete;
  PageCache& operator=(const PageCache&) = delete;

  // Makes the page resident and keeps it so while the caller goes on synchronously, and long enough for a
  // retry. Loads of one page at the same time share one read. Precondition: a Fault for it came in this
  // synchronous step. Code::corrupt with page and block if it is not what the tree expects there; Code::io.
  Task<Result<void>> load(PageId page);

  // nullptr if the page is not resident. The frame stays until the next load().
  Frame* find(PageId page) { return look_up(page).frame; }
  // As find, with the page's bytes: a search need not wait for the frame to know where they are.
  struct Resident {
    std::byte* page = nullptr;
    Frame* frame = nullptr;
  };
  Resident look_up(PageId page) {
    lookup_count_++;
    const Resident found = page.value < by_id_.size() ? by_id_[page.value] : Resident{};
    if (found.frame != nullptr) [[likely]]
      touch(*found.frame);
    return found;
  }
  // To be called before the page's bytes are changed.
  void make_writable(Frame& frame) {
    if (frame.state != FrameState::dirty) make_dirty(frame);
  }
  // A new page: dirty, all zeros. Other frames stay where they are.
  Frame& allocate();
  // The page is no more. Its id may be given to another at once.
  void free(Frame& frame);

  Checkpoint begin_checkpoint();
  // The page as it was at the point, checksum included. Precondition: in Checkpoint::pages and not written
  // yet. Stays valid and unchanged until checkpoint_page_written or abandon_checkpoint, whatever happens to
  // the page meanwhile.
  ByteView checkpoint_image(PageId page);
  // The image lies at `place` (not necessarily durable): the page is read from there from now on. Gives the
  // block where it lay in the checkpoint before, if it was there.
  std::optional<BlockIndex> checkpoint_page_written(PageId page, BlockIndex place);
  // All pages are written.
  void end_checkpoint();
  // What is not written yet belongs to the next checkpoint. No image is in use. Blocks that were given back
  // so far must stay until a later checkpoint is durable, as the last durable one still refers to them.
  void abandon_checkpoint();

  // Drops clean pages down to the limit, so far as they are not in use just now. Between operations only.
  void trim();

  PageTable& table() { return table_; }
  const PageTable& table() const { return table_; }
  uint64_t resident_pages() const { return resident_; }
  // Pages that cannot give way: changed, or part of the running checkpoint; images kept for it included.
  uint64_t dirty_pages() const { return dirty_ + frozen_.size(); }
  // Changes of more pages wait for a checkpoint: pages that are only looked at need room, too.
  bool has_room_for_changes() const { return dirty_pages() < limit_ - limit_ / 8; }
  uint64_t limit_pages() const { return limit_; }
  // Resident or kept for the next ones.
  uint64_t memory_pages() const { return memory_.page_count(); }
  // The tables of all pages, and `others_bytes` that others keep in proportion to the store, count towards
  // the cache from now on, up to half of it.
  void count_tables(uint64_t others_bytes);
  // Pages of the index, resident or not.
  uint64_t page_count() const { return live_; }
  // To be called when all chunks of the table are loaded.
  void table_loaded();
  // Grows whenever frames may have gone away.
  uint64_t generation() const { return generation_; }
  // Pages read from the device so far.
  uint64_t load_count() const { return load_count_; }
  // Pages asked for so far, resident or not.
  uint64_t lookup_count() const { return lookup_count_; }

 private:
  struct Loading;

  void touch(Frame& frame) const {
    if (frame.used_at != arrivals_) frame.used_at = arrivals_;
    if (!frame.referenced) frame.referenced = true;
  }
  void make_dirty(Frame& frame);
  Frame& add_frame(PageId page, std::byte* memory);
  void drop_frame(Frame& frame);
  void give_slabs_back();
  void empty_leaving_slab();
  bool evictable(const Frame& frame) const;
  // One step of the clock's hand. True if it dropped a page.
  bool advance_hand();
  // Drops pages until `wanted` more fit, or it has tried enough for this time.
  void make_room(uint64_t wanted);
  Task<Result<void>> read(PageId page, std::byte* memory);
  std::byte* pending_image(PageId page);

  Runtime& runtime_;
  BlockDevice& main_;
  const uint64_t limit_pages_max_;
  uint64_t limit_;
  PageMemory memory_;
  PageTable table_;

  std::vector<Resident> by_id_;  // `page` is that of the frame
  std::deque<Frame> frames_;     // the clock; frames do not move
  std::vector<Frame*> unused_frames_;
  size_t hand_ = 0;
  uint32_t arrivals_ = 0;  // pages loaded or made so far: the clock by which uses are dated; wraps
  Lsn evicted_lsn_;        // newest of all pages that were dropped: a page read back may hold that change
  uint64_t generation_ = 0;
  uint64_t load_count_ = 0;
  uint64_t lookup_count_ = 0;
  uint64_t resident_ = 0;
  uint64_t dirty_ = 0;
  uint64_t live_ = 0;

  // Shared with all who wait for it, because the cache forgets it before the last of them goes on.
  std::map<uint64_t, std::shared_ptr<Loading>> loading_;  // by page id

  // Of the running checkpoint.
  bool checkpoint_running_ = false;
  uint64_t unwritten_ = 0;
  std::map<uint64_t, std::byte*> frozen_;  // images of pages changed or freed since, by page id
  std::vector<PageId> freed_;              // since the last point; some of the ids may be in use again
};

}  // namespace firn::vos
