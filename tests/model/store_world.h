// StoreWorld: one store on one node of a simulated world, with its life: format, open, crash, reopen. And the
// reference model beside it, which learns what the store acknowledged and checks what it answers.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "reference_store.h"
#include "sim/world.h"
#include "vos/check.h"
#include "vos/store.h"
#include "workload.h"

namespace firn::model {

struct StoreWorldOptions {
  uint64_t log_bytes = 2 << 20;
  uint64_t main_bytes = 64 << 20;
  // All epochs stay readable until the world says otherwise.
  vos::StoreOptions store{
      .cache_bytes = 4 << 20, .log_bytes_per_checkpoint = 256 << 10, .retention = {kEpochNone, {}}};
  WorkloadOptions workload;
};

class StoreWorld {
 public:
  StoreWorld(uint64_t seed, StoreWorldOptions options);

  sim::World& world() { return world_; }
  sim::NodeIndex node() const { return node_; }
  sim::FaultPlan& fault_plan() { return world_.disk(node_).plan(); }
  Workload& workload() { return workload_; }
  ReferenceStore& reference() { return reference_; }
  vos::Store& store() { return *store_; }
  bool is_up() const { return store_ != nullptr && world_.is_up(node_); }

  // --- life
  void format();
  // Formatted before. Opens, learns what became of changes whose outcome is not known, and checks everything.
  void open();
  // Without the checks.
  void reopen();
  // Called by open() before it checks anything: learns what became of what the world does not know about.
  std::function<void()> on_reopened;
  void crash();
  // In the middle of what goes on then; no effect if the store has been opened anew until then.
  void crash_after(Duration delay);
  void close();

  // --- operations; each checks its answer. After an I/O error or a crash the outcome of a change is unknown.
  // A random change; some depend on what has changed since an epoch of late.
  ChangeCall some_change();
  void change(ChangeCall call) { changes_at_once({std::move(call)}); }
  void changes_at_once(std::vector<ChangeCall> calls);
  void repeat_old_change();
  void read();
  void check_all(Epoch epoch) { check_containers(epoch, Workload::containers()); }
  void aggregate(Epoch upto);
  void checkpoint();
  void remove_container(ContainerId container);
  // The tail of a group was removed.
  void forget_tail(PgIndex pg, Epoch above, const std::vector<Epoch>& keep);
  const std::set<Epoch>& epochs() const { return epochs_; }
  // Takes a snapshot of a container at some readable epoch, or gives one up.
  void change_snapshots();
  // Compares everything with the reference model at every epoch that is promised.
  void check_all_promised();
  // An epoch that is readable in the container: the newest, an older one, a snapshot.
  Epoch some_epoch(ContainerId container);
  Epoch newest_acknowledged() const { return epochs_.empty() ? kEpochNone : *epochs_.rbegin(); }

  uint64_t changes_done() const { return changes_done_; }
  uint64_t changes_lost() const { return changes_lost_; }
  uint64_t reads_done() const { return reads_done_; }
  bool saw_no_space() const { return saw_no_space_; }

 private:
  struct Outcome {
    ChangeCall call;
    std::optional<Result<Epoch>> result;  // nothing: no answer came
  };
  static Task<Result<std::unique_ptr<vos::Store>>> format_and_open(StoreWorld* self, bool fresh);
  // Structure, checksums, who owns each block, what each container uses.
  static Task<Result<vos::CheckReport>> check_devices(StoreWorld* self);
  static Task<void> run_change(vos::Store* store, Outcome* outcome);
  static Task<void> run_changes(vos::Store* store, std::deque<Outcome>* outcomes);
  // Nothing if the node died.
  template <class T>
  std::optional<T> run(Task<T> task);

  void learn(std::deque<Outcome>& outcomes);
  void learn_refusals(const std::vector<Outcome*>& refused, const std::vector<bool>& explained);
  void mark_explained(const std::vector<Outcome*>& refused, std::vector<bool>& explained) const;
  void apply(const ChangeCall& call, Epoch epoch);
  std::optional<Code> judge(const ChangeCall& call) const;
  void resolve_unknown();
  void finish_removal();

  void check_containers(Epoch epoch, const std::vector<ContainerId>& containers);
  // Aggregation may give an extent the newest epoch of its layer.
  bool same_layer(ContainerId container, Epoch written, Epoch listed) const;
  void compare_extents(const vos::List& list, const std::vector<vos::ListedExtent>& found);
  void check_fetch(vos::Fetch fetch);
  void compare_fetch(const vos::Fetch& fetch, const vos::FetchResult& result);
  void compare_item(const FetchItem& wanted, const FetchedItem& found, const AkeyImage& image,
                    ByteView& payload);
  void compare_recx(const Recx& wanted, const FetchedItem& found, size_t& extent, const AkeyImage& image,
                    ByteView& payload);
  void check_list(vos::List list);
  void check_query(vos::Query query);
  void check_akey(const vos::ObjectRef& object, const Key& dkey, const Key& akey, Epoch epoch);
  // False, with a failure recorded unless errors are expected, if the operation failed.
  template <class T, class Read>
  bool stopped(const std::optional<Result<T>>& result, const Read& read);
  template <class T>
  bool succeeded(const std::optional<Result<T>>& result);

  const StoreWorldOptions options_;
  sim::World world_;
  const sim::NodeIndex node_;
  Workload workload_;
  ReferenceStore reference_;
  std::unique_ptr<vos::Store> store_;
  uint64_t opened_ = 0;  // how often
  std::optional<ContainerId> removing_;
  std::vector<Outcome> unknown_;  // changes that may or may not have happened
  std::deque<std::pair<ChangeCall, Epoch>> old_changes_;
  std::set<Epoch> epochs_;  // of acknowledged changes
  vos::Retention retention_;
  uint64_t changes_done_ = 0;
  uint64_t changes_lost_ = 0;
  uint64_t reads_done_ = 0;
  bool saw_no_space_ = false;
};

}  // namespace firn::model
