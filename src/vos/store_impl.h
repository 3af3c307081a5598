// StoreImpl: the operations of a store (store.h) on its core (core.h). One file per idea:
//   store.cc           life, and what all operations share
//   store_replay.cc    what the log tells after a crash
//   store_update.cc    updates and punches
//   store_read.cc      fetch, list, query
//   store_apply.cc     records at given epochs
//   store_diff.cc      what changed since an epoch
//   store_space.cc     room for changes
//   store_reclaim.cc   aggregation
//   store_removal.cc   removal of containers and placement groups
//   store_merge.cc     merging of pieces
//   store_scrub.cc     scrubbing
//   store_tail.cc      removal of what the members of a group do not share
//   store_transactions.cc  prepare, commit, abort
//   store_guard.cc     what keeps operations apart from transactions and the removal of tails
// Belongs to its store's thread.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "runtime/gate.h"
#include "runtime/sync.h"
#include "vos/aggregator.h"
#include "vos/apply_plan.h"
#include "vos/background_share.h"
#include "vos/change.h"
#include "vos/core.h"
#include "vos/garbage.h"
#include "vos/prepare_plan.h"
#include "vos/read_timestamps.h"
#include "vos/replay_window.h"
#include "vos/store.h"
#include "vos/update_plan.h"

namespace firn::vos {

// For an operation that meets it.
Error in_doubt(const Prepared& prepared);

// Blocks for one change: given back unless the change is applied. The space outlives it.
class Allocation {
 public:
  explicit Allocation(Space& space) : space_(space) {}
  Allocation(const Allocation&) = delete;
  Allocation& operator=(const Allocation&) = delete;
  ~Allocation() {
    for (const Run run : runs_) space_.abandon(run);
  }
  void add(const std::vector<Run>& runs) { runs_.insert(runs_.end(), runs.begin(), runs.end()); }
  // The change that names them is in the log.
  void settle() {
    for (const Run run : runs_) space_.settle(run);
    runs_.clear();
  }

 private:
  Space& space_;
  std::vector<Run> runs_;
};

// Data of a change that its log record holds: it goes to its place without anybody waiting for it.
struct AttachedData {
  std::vector<ByteView> parts;      // in the order of the change's runs; the caller's
  uint64_t bytes = 0;               // of them
  std::vector<DeviceWrite> writes;  // the same, where it belongs
};

class StoreImpl final : public Store, private ReplayVisitor {
 public:
  explicit StoreImpl(std::unique_ptr<Core> core);
  Task<Result<void>> replay();
  // Ends background work; afterwards the store may be dropped.
  Task<void> quiet();

  Task<Result<void>> close() override;
  Task<Result<Epoch>> update(Update update, std::span<const ByteView> payload) override;
  Task<Result<Epoch>> punch(Punch punch) override;
  Task<Result<FetchResult>> fetch(Fetch fetch) override;
  Task<Result<ListResult>> list(List list) override;
  Task<Result<QueryResult>> query(Query query) override;
  Task<Result<void>> apply(std::vector<StoreRecord> records, std::span<const ByteView> payload) override;
  Task<Result<DiffResult>> diff(Diff diff) override;
  Task<Result<void>> remove_tail(PgIndex pg, Epoch above, std::vector<Epoch> keep) override;
  Task<Result<void>> prepare(Prepare prepare, std::span<const ByteView> payload) override;
  Task<Result<Epoch>> commit(PreparedId id) override;
  Task<Result<void>> abort(PreparedId id) override;
  std::vector<PreparedInfo> prepared() const override;
  Task<Result<void>> remove_container(ContainerId container) override;
  Task<Result<void>> remove_group(PgIndex pg) override;
  Usage usage(ContainerId container) const override { return core_->usage.of(container); }
  void set_retention(Retention retention) override;
  Task<Result<void>> aggregate(Epoch upto) override;
  Task<Result<void>> checkpoint() override;
  Task<Result<ScrubReport>> scrub(ScrubOptions options) override;
  StoreStats stats() const override;
  Epoch newest_epoch() const override;

 private:
  // --- changes
  // A change on its way into the tree. Lives in the frame of the operation.
  struct Commit {
    Change change = {};
    Condition conditions = Condition::none;
    Epoch unchanged_since = kEpochMax;  // as in Punch
    SpaceUse use = SpaceUse::ordinary;
    const Update* update = nullptr;                    // of an update: its items
    const std::vector<Change>* own_punches = nullptr;  // of the same transaction: what they hide is not there
    bool punches_extents = false;                      // the entries depend on what the akeys hold
    Allocation* allocation = nullptr;
    AttachedData data = {};        // that goes into the log record
    std::string dkey_prefix = {};  // unless the object is punched
    std::vector<TreeWrite> writes = {};
    size_t warmed = 0;  // writes[0, warmed) have been prepared at least once
    // What the change lands on: prefixes, and the bytes it hides as far as that is cheap to say.
    std::vector<std::string> lands_on = {};
    uint64_t garbage_bytes = 0;
    std::optional<Error> refused = {};
    Lsn end = {};  // of the log record
    StoreWaits* waits = nullptr;
  };
  Verify when_to_verify() const;
  Task<Result<void>> verify_meanwhile(const UpdatePlan* plan);
  bool belongs_in_log(const UpdatePlan& plan) const;
  Task<Result<std::vector<DeviceWrite>>> place_data(UpdatePlan* plan, const Commit* commit);
  Task<Result<void>> write_data(UpdatePlan* plan, const Commit* commit);
  Task<Result<void>> attach_data(UpdatePlan* plan, Commit* commit);
  Error remember_refusal(RequestId request, Error reason);
  Task<Result<Epoch>> commit(Commit* commit);
  bool background_wants_a_turn();
  Faultable<bool> attempt(Commit& commit);
  Faultable<void> judge(Commit& commit);
  Faultable<void> judge_update(Commit& commit, Probe& probe);
  Faultable<void> judge_item(Commit& commit, size_t item, Floors floors, Probe& probe);
  static Faultable<void> judge_absent(Commit& commit, size_t item);
  static Faultable<void> count_garbage(Commit& commit, const AkeyState& akey, const UpdateItem& wanted,
                                       std::string_view akey_prefix, Probe& probe);
  struct Existence {
    bool exists;
    Condition conditions;  // that were asked for
    Condition if_exists;   // refuses
    Condition if_missing;  // likewise
  };
  static Faultable<bool> hides_pieces(Commit& commit, const UpdateItem& wanted, std::string_view akey_prefix,
                                      Probe& probe);
  static Existence akey_existence(const Commit& commit, const UpdateItem& wanted, bool exists);
  static void refuse_by_existence(Commit& commit, Existence found, const char* what, const Key& key);
  Faultable<void> judge_punch(Commit& commit, Probe& probe);
  Faultable<void> judge_punched(Commit& commit, EntryScan& entries);
  Faultable<void> prepare_writes(Commit& commit);
  Result<void> append(Commit& commit);
  void apply_writes(Commit& commit);
  // The answer of a request that was carried out before, or why it must not be; nothing for a new one.
  std::optional<Result<Epoch>> answered(RequestId request) const;
  Task<Result<Epoch>> answer_again(Result<Epoch> answer);

  // --- records at given epochs
  // A record on its way into the tree.
  struct Arrival {
    Arrival(PlannedRecord planned, Space& space)
        : change(std::move(planned.change)),
          data(std::move(planned.data)),
          write(std::move(tree_writes(change).front())),
          allocation(space) {}
    Change change;
    std::vector<ByteView> data;
    TreeWrite write;
    Allocation allocation;
  };
  Task<Result<void>> write_data(std::deque<Arrival>* arrivals);
  Task<Result<void>> apply_group(std::deque<Arrival>* arrivals, size_t begin, size_t end);
  Faultable<std::vector<Arrival*>> find_fresh(std::deque<Arrival>& arrivals, size_t begin, size_t end);
  Result<void> apply_fresh(const std::vector<Arrival*>& fresh);
  void note_arrival(std::string_view key);

  // --- the removal of tails
  void begin_tail_removal(const TailRemoval& removal);
  Task<Result<void>> erase_tail(const TailRemoval* removal);
  Task<Result<void>> finish_tail_removals();
  Task<Result<void>> replay_tail_removal(const TailRemoval* removal);

  // --- transactions
  // A prepare on its way. Lives in the frame of the operation.
  struct Preparing {
    const Prepare* request;
    PreparePlan plan;
    Prepared result = {};
    std::optional<Error> refused = {};
  };
  Faultable<void> judge_prepare(Preparing& work);
  Faultable<void> judge_part(Preparing& work, Commit& commit);
  Faultable<Epoch> find_not_older(const Reach& reach, Epoch epoch);
  Result<void> add_prepared(Preparing& work, Allocation& allocation);
  static std::vector<TreeWrite> writes_of(const Prepared& prepared);
  Faultable<void> prepare_keys(const std::vector<TreeWrite>& writes);
  void show(const Decision& decision, const std::vector<TreeWrite>& writes, Lsn end);
  void drop(PreparedId id);
  void release_data(const Prepared& prepared);

  // --- guards
  // Whether an operation has to look out for transactions or the removal of a tail.
  bool is_guarded(TransactionId transaction) const {
    const VersionState& versions = core_->versions;
    return !versions.prepared.empty() || !versions.tail_removals.empty() || !transaction.uuid.is_nil();
  }
  template <class Read>
  Task<Result<void>> guard_read(const Read* read);
  static std::vector<Reach> reaches_of_commit(const Commit& commit);
  // The prepared transaction that the change must not pass; nullptr if there is none.
  const Prepared* find_in_the_way(const Commit& commit) const;
  // While a tail of the group is being removed.
  Task<Result<void>> wait_for_tail(PgIndex pg);

  // --- replay
  Task<Result<void>> replay_data(const Change* change, ByteView data);
  Result<void> replay_prepare(std::string_view record);
  Task<Result<void>> replay_decision(std::string_view record, Lsn end);
  Task<Result<void>> replay_tail(std::string_view record);
  void replay_change(const Change& change, Lsn end);
  Task<Result<void>> replay_in_order(std::string_view record, Lsn end);
  bool replay_window_is_full() const;
  Result<void> claim(std::string_view record) override;
  Task<Result<void>> apply(std::string_view record, Lsn end) override;
  Task<Result<void>> catch_up() override;

  // --- reads
  // Registers a read that goes on over awaits: nobody aggregates above its epoch or reuses blocks it found.
  class Reading {
   public:
    Reading(StoreImpl& store, Epoch epoch) : store_(store), epoch_(epoch) {}
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() {
      if (begun_) store_.readers_.erase(store_.readers_.find(epoch_));
    }
    // In the synchronous step in which the tree was looked at, or before.
    void begin() {
      if (begun_) return;
      begun_ = true;
      blocks_ = store_.core_->space.begin_read();
      store_.readers_.insert(epoch_);
    }

   private:
    StoreImpl& store_;
    const Epoch epoch_;
    bool begun_ = false;
    Space::Reader blocks_;
  };
  // What is being removed is read at an epoch at which nothing is there.
  Epoch read_epoch(const ObjectRef& object, Epoch asked) const {
    return core_->removals.hides(object) ? kEpochNone : std::min(asked, core_->clock.last());
  }
  template <class Scan>
  Task<Result<void>> look_up(Scan* scan, Reading* reading, Fault fault, StoreWaits* waits);
  Task<Result<void>> wait_durable(Lsn lsn, StoreWaits* waits = nullptr);

  // --- space
  Task<Result<void>> admit(size_t record_bytes, SpaceUse use);
  Task<Result<void>> admit_once(size_t record_bytes, SpaceUse use);
  bool has_room(size_t record_bytes, SpaceUse use);
  Task<Result<std::vector<Run>>> allocate(uint64_t bytes);
  Result<std::vector<Run>> allocate_pieces(uint64_t bytes);
  Task<bool> win_space();
  // The caller has the turn (reclaiming_).
  Task<Result<void>> aggregate_in_turn(Epoch upto);
  Task<Result<void>> erase(std::vector<std::string>* keys);
  enum class Loaded : uint8_t { page, behind, end };
  Task<Result<Loaded>> load_or_go_behind(PageId page, std::string* position);
  Task<Result<void>> merge(Merge merge);
  Faultable<bool> find_parts(const Merge& merge, StoredParts& parts);
  Task<Result<std::vector<std::string>>> write_merged(const Merge* merge, uint64_t record_bytes,
                                                      const Buffer* data, Allocation* allocation);
  Task<Result<void>> replace_parts(const Merge* merge, const StoredParts* parts,
                                   const std::vector<std::string>* records, Allocation* allocation);
  Faultable<bool> prepare_merge(const Merge& merge, const StoredParts& parts);
  bool erase_prepared(const std::string& key);
  Task<Result<void>> remove(RemovalRecord removal);
  bool note_removal(const RemovalRecord& removal);
  void start_removals();
  Task<void> background_removals();
  Task<Result<void>> erase_removed();
  Task<Result<void>> erase_container(ContainerId container);
  Task<Result<void>> erase_group(PgIndex pg);
  void note_tombstone_gone(std::string_view key);
  Faultable<bool> collect_container(ContainerId container, std::string& position,
                                    std::vector<std::string>& keys);
  Faultable<bool> collect_group(const std::string& prefix, std::vector<std::string>& keys);
  // All that enters and leaves the tree; the pages are prepared.
  struct EntryView {
    std::string_view key;
    std::string_view value;
  };
  void insert_entry(const EntryView& entry, Epoch epoch, Lsn lsn);
  void insert_entry(const TreeWrite& write, Epoch epoch, Lsn lsn) {
    insert_entry(EntryView{write.key, write.value}, epoch, lsn);
  }
  ReadableEpochs readable_epochs(Epoch upto) const;
  Task<Result<void>> aggregate_remembered(const ReadableEpochs* readable);
  Task<Result<void>> aggregate_changed(const ReadableEpochs* readable);
  Faultable<std::optional<std::string>> next_changed_scope(std::string& position, Epoch since, Epoch upto);
  Task<Result<void>> aggregate_scope(std::string scope, const ReadableEpochs* readable);
  struct Scrub;
  Task<void> scrub_pause(const Scrub* scrub, uint64_t bytes);
  Task<Result<void>> scrub_page(Scrub* scrub, PageId page);
  Task<void> note_damaged_page(Scrub* scrub, PageId page, std::string what);
  Task<Result<bool>> scrub_record(Scrub* scrub);
  Faultable<std::optional<TreeWrite>> next_record(std::string& position);
  static Damage damage_of(const std::string& key, const RecordView& record);
  bool aggregation_due() const;
  void start_aggregation_if_due();
  Task<void> background_aggregation();

  const std::unique_ptr<Core> core_;
  // Of the change that is being judged and applied: memory that is kept.
  Probe probe_{core_->tree};
  std::string akey_key_;
  std::string log_record_;
  Retention retention_;
  uint64_t scans_waiting_ = 0;    // for pages, within a walk over the tree
  std::multiset<Epoch> readers_;  // epochs of reads that wait for something
  Garbage garbage_;
  uint64_t aggregations_begun_ = 0;
  BackgroundShare share_;
  Semaphore reclaiming_;  // one at a time: aggregation, removal of a container
  bool background_runs_ = false;
  uint32_t changes_since_turn_ = 0;
  bool removals_run_ = false;
  uint64_t aggregated_entries_ = 0;
  ReadTimestamps read_timestamps_;
  Event tail_changed_;  // set for a moment when the removal of a tail ends
  std::optional<Error> tail_failure_;
  std::optional<ReplayWindow> replay_window_;  // during replay
  Gate gate_;
};

}  // namespace firn::vos
