// PoolStore: one pool on one target: its store, what of the pool it serves, and who is using it.
//
// Uses are counted in two generations, so that one can wait for all that began before a moment while new ones
// begin: that is how a container's removal knows that no write to it is still under way. One thread.
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "engine/operation_table.h"
#include "engine/pool_share.h"
#include "model/ids.h"
#include "runtime/sync.h"
#include "vos/store.h"

namespace firn::engine {

class PoolStore {
 public:
  PoolStore(Executor& executor, PoolShare share, std::unique_ptr<vos::Store> store);
  // A pool whose store did not open, and why.
  PoolStore(Executor& executor, PoolShare share, Error reason);

  // The right to use the store; it is not closed before all have gone.
  class Use {
   public:
    Use(Use&& other) noexcept : of_(std::exchange(other.of_, nullptr)), kind_(other.kind_) {}
    Use& operator=(Use&&) = delete;
    ~Use() {
      if (of_ != nullptr) of_->end(kind_);
    }
    vos::Store& store() const { return *of_->store_; }

   private:
    friend class PoolStore;
    Use(PoolStore& of, size_t kind) : of_(&of), kind_(kind) { of.uses_[kind]++; }
    PoolStore* of_;
    size_t kind_;
  };

  const PoolShare& share() const { return share_; }
  // What became of requests to the pool.
  OperationTable& operations() { return operations_; }
  // nullptr if it did not open.
  const vos::Store* store() const { return store_.get(); }
  // For an operation on a container. The reason if the store did not open; Code::not_found if the container
  // is gone.
  Result<Use> use(ContainerId container);
  // For anything else.
  Result<Use> use();

  // Refuses operations on the container from now on, then removes what it has. Repeating it is harmless.
  Task<Result<void>> remove_container(ContainerId container);
  // Waits for all uses, then closes the store. No new use begins: the owner has taken this out of reach.
  Task<Result<void>> close();

 private:
  // Kinds of uses: two generations of operations, and the rest.
  static constexpr size_t kOther = 2;

  Result<void> check_open() const;
  void end(size_t kind);
  Task<void> wait_unused(size_t kind);
  Task<void> wait_for_earlier_uses();

  PoolShare share_;
  OperationTable operations_;
  std::unique_ptr<vos::Store> store_;  // nullptr: it did not open
  std::optional<Error> reason_;
  std::set<ContainerId> removed_;  // since the store was opened
  size_t uses_[3] = {};
  size_t generation_ = 0;
  Event unused_;       // set whenever a kind's uses have gone
  Semaphore turning_;  // one change of generation at a time
};

}  // namespace firn::engine
