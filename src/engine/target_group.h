// TargetGroup: all targets of one engine, seen from the control thread. Each call crosses to the target's
// thread and back. Belongs to the control thread; the targets themselves live and die in theirs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "control/target_directory.h"
#include "engine/target.h"
#include "runtime/call_on.h"
#include "runtime/gate.h"
#include "runtime/runtime.h"

namespace firn::engine {

class TargetGroup final : public control::TargetDirectory {
 public:
  // Free bytes of the disk that holds the stores.
  using DiskFree = std::function<Result<uint64_t>()>;

  // The runtimes outlive the group; control's may be one of the targets' too.
  TargetGroup(Runtime& control, std::vector<Runtime*> targets, DiskFree disk_free);
  ~TargetGroup() override;

  // Makes the targets. Once, before anything else.
  Task<void> start(Rank rank, TargetOptions options);
  // Closes and destroys them. No call is in progress, none follows. Once, or not at all if start() was not
  // called.
  Task<void> close();

  // From start() to close(), in the target's thread.
  ChannelAcceptor& acceptor(uint32_t target) { return slots_[target]->target->acceptor(); }
  // Opens the pool's store on a target. If it does not open, users of the pool are told the reason, too.
  Task<Result<void>> open_store(PoolMap map, uint32_t target);

  // What the targets have counted, by pool, and their slow requests; nothing of one that has not answered
  // after `patience`. No close() follows before it has ended.
  Task<std::vector<std::optional<MetricsReply>>> metrics(Duration patience);
  Task<std::vector<std::optional<SlowRequestsReply>>> slow_requests(Duration patience);

  uint32_t target_count() const override { return static_cast<uint32_t>(slots_.size()); }
  Task<Result<uint64_t>> disk_free_bytes() override { co_return disk_free_(); }
  Task<Result<void>> create_store(PoolMap map, uint32_t target, uint64_t capacity_bytes) override;
  Task<Result<void>> destroy_store(PoolId pool, uint32_t target) override;
  Task<Result<void>> remove_container(PoolId pool, uint32_t target, ContainerId container) override;
  Task<Result<control::TargetSpace>> space(PoolId pool, uint32_t target) override;

 private:
  struct Slot {
    explicit Slot(Runtime& of) : runtime(of), gate(of.executor()) {}
    Runtime& runtime;
    Gate gate;                       // of the target's thread; holds what the control thread asked for
    std::unique_ptr<Target> target;  // made and destroyed there
  };

  // Runs `make_task(stores)` in the target's thread.
  template <class Function>
  using ResultOf = typename detail::TaskValue<std::invoke_result_t<Function&, StoreTable&>>::Type;
  template <class Function>
  Task<ResultOf<Function>> call(uint32_t target, Function make_task);
  template <class Answer>
  Task<std::vector<std::optional<Answer>>> ask_all(Answer (*ask)(const Target& target), Duration patience);
  static Task<bool> make_target(Slot* slot, TargetPlace place, TargetOptions options);
  static Task<bool> close_target(Slot* slot);
  static Task<void> close_slot(Executor* here, Slot* slot);

  Runtime& control_;
  DiskFree disk_free_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace firn::engine
