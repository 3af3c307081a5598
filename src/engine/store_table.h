// StoreTable: the stores of all pools on one target: made, opened, found, removed. A store is two devices,
// "pools/<pool uuid>/<target>/log" and ".../main". One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/target_directory.h"
#include "engine/pool_share.h"
#include "engine/pool_store.h"
#include "model/object_messages.h"
#include "runtime/runtime.h"
#include "vos/store.h"

namespace firn::engine {

// The log's size for a store of that capacity: an eighth, from 4 MiB to 1 GiB. A long log spares checkpoints
// of scattered changes; most of it (memory) or half of it (disk) is what a restart may have to replay.
uint64_t log_bytes_for(uint64_t capacity_bytes);

class StoreTable {
 public:
  // The runtime outlives the table.
  StoreTable(Runtime& runtime, TargetPlace place, vos::StoreOptions options);

  // Makes an empty store and opens it. Nothing happens if it is open already; devices of that name that are
  // not open are replaced: only an interrupted attempt can have left them.
  Task<Result<void>> create(PoolMap map, uint64_t capacity_bytes);
  // If it does not open, the reason is returned now and to all who want to use it.
  Task<Result<void>> open(PoolMap map);
  // Ends its use, closes it and removes its devices; there may be none.
  Task<Result<void>> destroy(PoolId pool);
  Task<Result<void>> remove_container(PoolId pool, ContainerId container);
  Task<Result<control::TargetSpace>> space(PoolId pool);

  // Where requests to the pool are counted; nullptr if the target does not have it.
  OperationTable* operations_of(PoolId pool);
  // By pool.
  void describe_operations(std::vector<OperationCounts>& lines) const;
  // Of all pools together.
  OperationTable all_operations() const;
  std::vector<StoreCounts> describe_stores() const;

  // The store for a request, after all checks of its address.
  Result<PoolStore::Use> use(const ObjectAddress& address);

  // Closes all stores; the devices stay. Errors are logged: the next opening replays the log.
  Task<void> close();

 private:
  struct Names {
    std::string log;
    std::string main;
  };
  Names names(PoolId pool) const;
  // nullptr if the target does not have the pool.
  PoolStore* look_up(PoolId pool) const;
  Result<PoolStore*> find(PoolId pool) const;
  Task<Result<std::unique_ptr<vos::Store>>> make_store(Names names, uint64_t capacity_bytes);
  Task<Result<std::unique_ptr<vos::Store>>> open_store(Names names);
  Task<Result<void>> remove_devices(Names names);

  Runtime& runtime_;
  const TargetPlace place_;
  const vos::StoreOptions options_;
  std::map<PoolId, std::unique_ptr<PoolStore>> stores_;
  mutable PoolStore* latest_ = nullptr;  // that was looked up, and its pool: requests come in rows
  mutable PoolId latest_pool_;
};

}  // namespace firn::engine
