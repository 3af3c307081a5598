// TargetDirectory: what the control service asks of the engines: make and remove the stores of pools.
// Implemented by engine/ for the targets of this process.
#pragma once

#include "base/error.h"
#include "model/ids.h"
#include "model/pool_map.h"
#include "runtime/task.h"

namespace firn::control {

struct TargetSpace {
  uint64_t capacity_bytes = 0;
  uint64_t free_bytes = 0;
};

class TargetDirectory {
 public:
  virtual ~TargetDirectory() = default;
  virtual uint32_t target_count() const = 0;
  // Free bytes of the disk that the stores are on.
  virtual Task<Result<uint64_t>> disk_free_bytes() = 0;
  // Makes and opens the pool's store on a target, which serves from now on the placement groups the map gives
  // it. Repeating it is harmless.
  virtual Task<Result<void>> create_store(PoolMap map, uint32_t target, uint64_t capacity_bytes) = 0;
  // Closes the store, when its operations have ended, and removes it. Repeating it is harmless.
  virtual Task<Result<void>> destroy_store(PoolId pool, uint32_t target) = 0;
  // Removes the container's records; operations on it are refused from now on. Repeating it is harmless.
  virtual Task<Result<void>> remove_container(PoolId pool, uint32_t target, ContainerId container) = 0;
  // The reason if the store is not open.
  virtual Task<Result<TargetSpace>> space(PoolId pool, uint32_t target) = 0;
};

}  // namespace firn::control
