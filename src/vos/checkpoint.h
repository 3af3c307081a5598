// CheckpointWriter: writes one checkpoint of a store beside the one before, then makes it the one that
// counts.
//
// At a point between two operations everything is marked or copied; then pages, chunks of the page table,
// free list, request table and root go to blocks that are free, while operations go on. Order on the devices:
// all of these, flush of main, superblock, flush. Until the superblock is durable the checkpoint before is
// whole, with its log; afterwards the log before the point and the blocks only the old one used are given up.
//
// What failed before the first flush is undone: new blobs are given back. Pages and chunks that were written
// stay at their new places, which the next checkpoint refers to, and their old blocks stay until that one is
// durable. If a flush or the superblock fails nobody knows which checkpoint a restart will find: nothing is
// given back, and the log fails.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/epoch.h"
#include "runtime/runtime.h"
#include "vos/checkpoint_root.h"
#include "vos/log.h"
#include "vos/page_cache.h"
#include "vos/removals.h"
#include "vos/request_table.h"
#include "vos/space.h"
#include "vos/superblock.h"
#include "vos/tree.h"
#include "vos/usage.h"
#include "vos/version_state.h"
#include "vos/write_behind.h"

namespace firn::vos {

// What one checkpoint leaves to the next.
struct CheckpointState {
  Superblock superblock;         // the durable one,
  uint32_t slot = 1;             // and where it is
  std::vector<Run> blob_runs;    // of its root, free list and request table
  std::vector<ChunkRef> chunks;  // the page table as it is stored, with what a failed checkpoint has written
  uint64_t attempts = 0;         // the newest sequence used, durable or not
};

class CheckpointWriter {
 public:
  // All outlives the writer.
  struct Parts {
    Executor& executor;
    WriteBehind& main;
    Space& space;
    PageCache& pages;
    const Tree& tree;
    const RequestTable& requests;
    const VersionState& versions;
    const HybridClock& clock;
    const Removals& removals;
    const UsageTable& usage;
    CheckpointState& state;
  };
  explicit CheckpointWriter(Parts parts) : parts_(parts) {}
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  // Once per writer, one writer at a time. The point is where the task starts. Durable when it succeeds.
  Task<Result<void>> write(Log& log);
  // Without a log in use (format, replay): recovery will go on at `point`.
  Task<Result<void>> write_at(LogPosition point);

 private:
  static constexpr size_t kPagesPerWrite = 32;
  static constexpr size_t kWritesMax = 4;  // in progress at the same time
  // On a device that is memory a write is processor time that requests wait for; and what was just read for
  // its checksum is still in the processor's cache when it is copied.
  static constexpr size_t kPagesPerStore = 16;

  Task<Result<void>> run(LogPosition point, Log* log);
  void begin(LogPosition point);
  Task<Result<void>> write_index();
  size_t writes_max() const { return parts_.main.memory() == nullptr ? kWritesMax : 1; }
  size_t pages_per_write() const { return parts_.main.memory() == nullptr ? kPagesPerWrite : kPagesPerStore; }
  Task<Result<void>> write_pages();
  Task<Result<void>> write_page_group();
  Result<Run> allocate_pages(size_t count);
  void page_group_written(Run run, size_t first);
  Task<Result<void>> write_chunks();
  Task<Result<void>> write_chunk(uint32_t chunk);
  Task<Result<void>> write_blobs();
  Result<std::vector<Run>> allocate_blob_runs(uint64_t bytes);
  Result<std::string> make_free_list(std::vector<Run>& runs);
  Task<Result<BlobRef>> write_one_blob(BlobKind kind, std::string bytes, std::vector<Run> runs);
  Task<Result<void>> commit(Log* log);
  Task<Result<void>> flush_main(const Log* log);
  std::vector<Run> given_up() const;
  void finish();
  void undo();

  Parts parts_;
  // As of the point.
  LogPosition point_;
  std::vector<PageId> pages_;
  FreeList free_;
  std::string requests_;
  std::string reclaim_;
  std::string versions_;
  CheckpointRoot root_;
  uint64_t sequence_ = 0;
  // Progress.
  size_t next_page_ = 0;
  uint32_t next_chunk_ = 0;
  bool failed_ = false;          // one of several writers did: the others stop
  bool in_doubt_ = false;        // a flush or the superblock failed
  std::vector<Run> written_;     // pages and chunks, at their new places
  std::vector<Run> superseded_;  // pages and chunks, where they were
  std::vector<Run> blob_runs_;   // new blobs, in flight
  BlobRef root_ref_;
};

}  // namespace firn::vos
