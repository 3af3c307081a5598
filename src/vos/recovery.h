// Recovery: reads a checkpoint back and plays the log again. docs/formats/checkpoint.md, docs/formats/log.md.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "runtime/block_device.h"
#include "vos/checkpoint.h"
#include "vos/free_list.h"
#include "vos/log_reader.h"
#include "vos/page_cache.h"
#include "vos/reclaim_image.h"

namespace firn::vos {

// What replay needs to know about records, whose content is the record layer's business.
class ReplayVisitor {
 public:
  virtual ~ReplayVisitor() = default;
  // Calls Space::claim for each run that the record names. Every record is claimed before it is applied, and
  // all of them before a checkpoint in the middle of a long replay, which must not write over their data.
  // Changes nothing else.
  virtual Result<void> claim(std::string_view record) = 0;
  // Carries the record out again: the tree (with `end` as its lsn), Space::settle for each of its runs, the
  // request table, HybridClock::advance_to. `record` is valid until the task completes. Must come to the same
  // as the first time. May put off changes of the tree.
  virtual Task<Result<void>> apply(std::string_view record, Lsn end) = 0;
  // What apply() put off is in the tree when it completes.
  virtual Task<Result<void>> catch_up() = 0;
};

struct LoadedCheckpoint {
  CheckpointState state;
  CheckpointRoot root;
  FreeList free;
  std::string requests;  // as encoded
  ReclaimImage reclaim;
  std::string versions;  // likewise
};

// The newest checkpoint of the two devices, without its page table. Code::corrupt naming the structure and
// its place, Code::version, Code::invalid if the devices do not belong together, Code::io.
Task<Result<LoadedCheckpoint>> load_checkpoint(BlockDevice& log, BlockDevice& main);
// Code::invalid unless that log belongs to that main device.
Result<void> check_log_belongs(const Superblock& superblock, const LogIdentity& log,
                               const BlockDevice& log_device);
// Reads one chunk into the table. Code::corrupt naming it and its place, Code::version, Code::io.
Task<Result<void>> load_page_table_chunk(BlockDevice& main, uint32_t chunk, ChunkRef ref, PageTable& table);
// Fills the table of a new cache. Pages lie within the device, and on no block that is free.
Task<Result<void>> load_page_table(BlockDevice& main, const LoadedCheckpoint& checkpoint, PageCache& pages);

// Claims the records of one batch, or applies them. Errors name the record.
Result<void> claim_batch(const LogBatch& batch, ReplayVisitor& visitor);
Task<Result<void>> apply_batch(LogBatch batch, ReplayVisitor& visitor);

}  // namespace firn::vos
