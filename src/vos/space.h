// Space: who owns which 4 KiB block of the main device. Synchronous, in memory; each checkpoint stores its
// free list.
//
// A block is in one of these states:
//   free       may be allocated
//   in flight  allocated, but no durable structure names it yet: settle() or abandon() comes next. A
//              checkpoint that begins meanwhile stores it as free; the log record that names it, if it
//              comes, claims it at replay.
//   used       named by the index, the page table or the checkpoint's own structures
//   pending    released; free again once a checkpoint that began later is durable and every reader that
//              began before that checkpoint has ended. Until then its bytes stay as they are.
//
// Best fit by size, lowest address first, among the blocks that were used before; those behind all of them
// only where nothing fits: a block's first use costs the file system or the kernel more than all later ones.
// How far blocks were used follows from the free list. The lowest blocks (superblocks) are never handed out.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/error.h"
#include "vos/free_list.h"
#include "vos/lsn.h"

namespace firn::vos {

// What space is for, and so how much must be left over.
enum class SpaceUse : uint8_t {
  ordinary = 0,    // leaves the reserve and what the next checkpoint needs
  reserved = 1,    // punches and aggregation, which free space in the end: may use the reserve
  checkpoint = 2,  // may use all
};

struct SpaceStats {
  uint64_t total_blocks = 0;  // all but the superblocks
  uint64_t free_blocks = 0;
  uint64_t in_flight_blocks = 0;
  uint64_t pending_blocks = 0;
  uint64_t reserve_blocks = 0;
  uint64_t checkpoint_need_blocks = 0;
  uint64_t used_blocks() const { return total_blocks - free_blocks - in_flight_blocks - pending_blocks; }
};

class Space {
 public:
  static constexpr uint64_t kFirstBlock = 2;  // behind the superblocks
  static constexpr size_t kRunsMax = 8;       // of one allocation
  static constexpr uint64_t kPageBlocks = kPageBytes / kBlockBytes;

  // All of [kFirstBlock, blocks) is free.
  Space(uint64_t blocks, uint64_t reserve_percent);
  // As a checkpoint stored it.
  Space(uint64_t blocks, uint64_t reserve_percent, const FreeList& free);
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;
  ~Space();

  // In-flight runs of together `bytes` > 0, one if there is room for it in one piece, at most kRunsMax; all
  // but the last are whole blocks. Code::no_space, nothing changed; reclaimable() says whether a checkpoint
  // may help.
  Result<std::vector<Run>> allocate(uint64_t bytes, SpaceUse use);
  // One in-flight run in one piece, for an index page.
  Result<Run> allocate_page(SpaceUse use);
  // One in-flight run of at most `bytes`, for what may be cut anywhere: what fits best, or a long piece of
  // what was used before, or any.
  Result<Run> allocate_piece(uint64_t bytes, SpaceUse use);

  // Keeps the first `bytes` of an in-flight run; the blocks behind are free at once. Gives the shorter run.
  Run shorten(Run run, uint64_t bytes);

  // Replay: these blocks belong to a record of the log; in flight from now on. Code::corrupt if they are not
  // free.
  Result<void> claim(Run run);
  // The record that names the run (as it was allocated or claimed) is appended: used from now on.
  void settle(Run run);
  // Nothing names the run: free at once.
  void abandon(Run run);
  // Nothing names the used run any more: pending from now on. May be a part of what was settled.
  void release(Run run);

  // Whoever reads blocks of the main device that it found in the index holds one from before it looks at the
  // index until it has read: the blocks keep their bytes. The space outlives it.
  class Reader {
   public:
    Reader() = default;
    Reader(Reader&& other) noexcept
        : space_(std::exchange(other.space_, nullptr)), generation_(other.generation_) {}
    Reader& operator=(Reader&& other) noexcept;
    ~Reader();

   private:
    friend class Space;
    Reader(Space& space, uint64_t generation) : space_(&space), generation_(generation) {}
    Space* space_ = nullptr;
    uint64_t generation_ = 0;
  };
  Reader begin_read();

  // The point of a checkpoint. Gives the free list as of now: free, in flight and pending. One checkpoint at
  // a time.
  FreeList begin_checkpoint();
  // The checkpoint is durable: what was pending at its point, and `superseded` (used blocks of the checkpoint
  // before that it replaced), become free when the readers of now have ended.
  void end_checkpoint(const std::vector<Run>& superseded);
  // It is not: all stays pending.
  void abort_checkpoint();

  // Ordinary changes leave this much for the next checkpoint to write.
  void set_checkpoint_need(uint64_t blocks) { checkpoint_need_ = blocks; }
  // Whether `blocks` could be allocated now for that use, if they need not be in one piece.
  bool has_room(uint64_t blocks, SpaceUse use);
  // Whether there are blocks that a checkpoint, or the end of a reader, would make free.
  bool reclaimable() const { return pending_blocks_ > 0; }
  SpaceStats stats() const;
  uint64_t first_block() const { return kFirstBlock; }
  uint64_t end_block() const { return end_block_; }
  size_t free_range_count() const { return free_by_start_.size() + 1; }  // at most
  // About: of the free ranges, and of the copies of them that a checkpoint makes.
  uint64_t memory_bytes() const { return free_range_count() * (2 * kNodeBytes + 4 * FreeList::kRangeBytes); }
  // All ranges that are free, and all in flight, ascending: for checks.
  std::vector<BlockRange> free_ranges() const;
  std::vector<BlockRange> in_flight_ranges() const;

 private:
  // Blocks released between two checkpoints.
  struct Group {
    std::vector<BlockRange> ranges;
    uint64_t generation = 0;  // readers of this or an earlier one may still look at them
    bool durable = false;     // a checkpoint without them is
  };

  static constexpr uint64_t kNodeBytes = 64;  // of a map or set of ranges
  // Ranges per allocation: a large release does not stop the others.
  static constexpr size_t kReclaimStep = 64;
  // Shorter pieces are not worth a write of their own while there is other space.
  static constexpr uint64_t kPieceBlocksMin = 4 * kPageBlocks;

  // The best fit for `bytes`, or the largest range if none is that long, of what was used before.
  // Precondition: there is some.
  Run take_best(uint64_t bytes);
  // Unless `blocks` are free in one piece, as many that were never used join the others as make it so, or all
  // there are.
  void reach_for(uint64_t blocks);
  void use_up_to(uint64_t block);
  Run take(BlockRange from, uint64_t bytes);
  void insert_free(BlockRange range);
  void erase_free(BlockRange range);
  void remove_in_flight(Run run);
  void end_read(uint64_t generation);
  // At most that many ranges that nobody reads any more become free.
  void reclaim(size_t ranges_max);
  bool reclaimable_now(const Group& group) const;
  Error no_space(uint64_t blocks, SpaceUse use) const;

  const uint64_t end_block_;
  uint64_t used_end_;  // blocks from here on were never used: free, and in neither map
  const uint64_t reserve_blocks_;
  uint64_t checkpoint_need_ = 0;
  uint64_t free_blocks_ = 0;
  uint64_t in_flight_blocks_ = 0;
  uint64_t pending_blocks_ = 0;
  std::map<uint64_t, uint64_t> free_by_start_;            // start -> blocks
  std::set<std::pair<uint64_t, uint64_t>> free_by_size_;  // blocks, start
  std::map<uint64_t, uint64_t> in_flight_;                // start -> blocks
  std::vector<BlockRange> released_;                      // since the point of the newest checkpoint
  std::deque<Group> groups_;                              // oldest first
  std::map<uint64_t, uint64_t> readers_;                  // generation -> how many
  uint64_t generation_ = 0;                               // one per checkpoint begun or ended
  bool in_checkpoint_ = false;
};

}  // namespace firn::vos
