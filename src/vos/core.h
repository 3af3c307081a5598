// Core: what the layers of one store share, and their durability: format, open, replay, checkpoint, close.
//
// Life of a store:
//   auto core = co_await Core::open(...);            // the last checkpoint is loaded
//   co_await core->replay(visitor);                  // the log's records are applied again; once
//   ... operations ...
//   co_await core->close();                          // a last checkpoint
//
// A change:
//   co_await core.admit(record_bytes, use);            // room in the log and on the main device
//   runs = co_await core.allocate(bytes, use);         // in flight; a failed update abandons them
//   ... write the data ...
//   -- from here on one synchronous step, begun anew after each await --
//   prepare the tree's pages (load on a fault); check conditions; if (!core.has_room(...)) admit again
//   epoch = core.clock.next(...);
//   lsn = core.log().append(record, has_data);
//   insert into the tree with lsn; space.settle(runs); requests.remember(...);
//   core.start_checkpoint_if_due();
//   -- end --
//   co_await core.log().wait_durable(lsn);
//
// A read that follows runs into the main device holds a Space::Reader from before it looks at the tree.
// Belongs to its store's thread. Dropping a core is a crash; nothing of it may be in progress then (close()
// or quiet()).
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "model/epoch.h"
#include "runtime/gate.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "vos/checkpoint.h"
#include "vos/log.h"
#include "vos/page_cache.h"
#include "vos/punch_memo.h"
#include "vos/recovery.h"
#include "vos/request_table.h"
#include "vos/space.h"
#include "vos/store.h"
#include "vos/superblock.h"
#include "vos/tree.h"
#include "vos/version_state.h"
#include "vos/write_behind.h"

namespace firn::vos {

class Core {
 public:
  // Durable when it returns. Code::invalid if a device is too small or an option makes no sense.
  static Task<Result<void>> format(Runtime& runtime, BlockDevice& log, BlockDevice& main,
                                   FormatOptions options);
  // Loads the last checkpoint: page table, space, request table, clock; the tree is at its root.
  // Code::corrupt with the structure, its place and what to do; Code::version; Code::invalid if the devices
  // do not belong together.
  static Task<Result<std::unique_ptr<Core>>> open(Runtime& runtime, std::unique_ptr<BlockDevice> log,
                                                  std::unique_ptr<BlockDevice> main, StoreOptions options);
  ~Core();

  // Applies what the log holds beyond the checkpoint and makes the log ready to go on. Once, before anything
  // else.
  Task<Result<void>> replay(ReplayVisitor& visitor);

  // Waits until a record of that size may be appended and space of that use is left, taking checkpoints if
  // that helps. Others may use up the room before the caller does: has_room() again in the synchronous step.
  // Code::no_space, too_big (longer than a record can be), busy (others were faster too often), or what the
  // log or a checkpoint failed with.
  Task<Result<void>> admit(size_t record_bytes, SpaceUse use);
  bool has_room(size_t record_bytes, SpaceUse use);
  // Space::allocate; takes a checkpoint and tries again if that makes space free.
  Task<Result<std::vector<Run>>> allocate(uint64_t bytes, SpaceUse use);

  // Everything applied so far is in a checkpoint when it returns. On failure nothing is lost and the
  // checkpoint before stays valid. If a flush failed the log fails with it: the store has to be opened anew.
  Task<Result<void>> checkpoint();
  // Begins one in the background when the log is long or many pages are dirty. Failures are logged; tried
  // again later.
  void start_checkpoint_if_due();

  // Takes a last checkpoint, which says that nothing follows it, and stops. No operation is in progress.
  Task<Result<void>> close();
  // Without the checkpoint: only waits for what runs. Then the core may be dropped.
  Task<void> quiet();

  vos::Log& log() { return *log_; }
  const vos::Log& log() const { return *log_; }
  const Superblock& superblock() const { return state_.superblock; }
  // What the newest durable checkpoint consists of beside the index pages: for checks.
  const CheckpointState& checkpoint_state() const { return state_; }
  bool checkpoint_runs() const { return background_starts_ || !checkpoint_ended_.is_set(); }
  uint64_t checkpoint_count() const { return checkpoint_count_; }  // durable ones since opening
  StoreStats stats() const;

  Runtime& runtime;
  const StoreOptions options;
  const std::unique_ptr<BlockDevice> log_device;
  const std::unique_ptr<BlockDevice> main_medium;  // beneath main_device
  const std::unique_ptr<WriteBehind> main_device;
  Space space;
  PageCache pages;
  Tree tree;
  PunchMemo punches;
  RequestTable requests;
  Removals removals;
  UsageTable usage;
  VersionState versions;
  HybridClock clock;

 private:
  struct Opened;
  explicit Core(Opened opened);
  CheckpointWriter::Parts checkpoint_parts();
  Task<Result<LogPosition>> replay_log(ReplayVisitor& visitor);
  struct Held {
    LogReader& reader;
    LogBatch batch;
    ReplayVisitor& visitor;
    bool claim;
  };
  Task<Result<void>> replay_held(Held held);
  // The log may tell of more pages than there is memory for.
  bool replayed_pages_are_many() const { return pages.dirty_pages() > pages.limit_pages() / 2; }
  Task<Result<void>> checkpoint_replayed(LogPosition point);
  Task<Result<void>> run_checkpoint();
  // The running one, or a new one.
  Task<Result<void>> join_checkpoint();
  Task<void> background_checkpoint();
  uint64_t log_bytes_per_checkpoint() const;
  uint64_t log_bytes_before_checkpoint() const;
  bool checkpoint_due() const;
  bool released_space_is_worth_a_checkpoint() const;
  void update_checkpoint_need();

  CheckpointState state_;
  const LogIdentity log_identity_;
  LogPosition durable_point_;          // of the newest durable checkpoint
  std::optional<vos::Log> log_;        // from replay on
  Event checkpoint_ended_;             // not set while one runs
  std::optional<Error> last_failure_;  // of the newest checkpoint, if it failed
  Lsn retry_from_;                  // after a failure: none in the background before the log has reached this
  bool background_starts_ = false;  // a background checkpoint is about to begin
  uint64_t checkpoint_count_ = 0;
  Gate gate_;
};

}  // namespace firn::vos
