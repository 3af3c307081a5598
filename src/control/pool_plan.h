// What a new pool will look like: decisions as pure functions.
#pragma once

#include "base/error.h"
#include "model/control_messages.h"
#include "model/pool_map.h"

namespace firn::control {

constexpr uint64_t kTargetCapacityBytesMin = 16ull << 20;

struct PoolPlan {
  uint64_t capacity_bytes_per_target = 0;
  uint32_t pg_count = 0;
};

// Capacity 0 means the free space of the disk, less a twentieth for logs and metadata; the stores are sparse,
// so several pools may be given the same space and share it until it is full. Code::invalid if a target's
// share would be below kTargetCapacityBytesMin or pg_count is no power of two within limits; Code::no_space
// if the disk is smaller.
Result<PoolPlan> plan_pool(const PoolCreateRequest& request, uint32_t target_count, uint64_t disk_free_bytes);

// The first map of a pool on all targets of one engine. URIs are empty: clients use the address they came by.
PoolMap first_map(PoolId pool, Rank rank, uint32_t target_count, uint32_t pg_count);

}  // namespace firn::control
