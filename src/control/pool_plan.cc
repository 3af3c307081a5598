// What a new pool will look like; see pool_plan.h.
#include "control/pool_plan.h"

#include <algorithm>
#include <bit>
#include <string>

#include "model/limits.h"
#include "placement/placement.h"

namespace firn::control {

namespace {

constexpr uint64_t kMebi = 1 << 20;
// More than any device; keeps the sums of capacities far from overflow.
constexpr uint64_t kTargetCapacityBytesMax = 1ull << 50;

std::string mebi_text(uint64_t bytes) { return std::to_string(bytes / kMebi) + " MiB"; }

Result<uint64_t> capacity_per_target(uint64_t wanted_bytes, uint32_t target_count, uint64_t disk_free_bytes) {
  if (wanted_bytes > disk_free_bytes) {
    return fail(Code::no_space, "the disk has less free space than the pool is to have")
        .on("capacity", mebi_text(wanted_bytes))
        .on("free", mebi_text(disk_free_bytes))
        .remedy("ask for less, or free some space");
  }
  const bool all = wanted_bytes == 0;
  const uint64_t total = all ? disk_free_bytes - disk_free_bytes / 20 : wanted_bytes;
  const uint64_t share = std::min(total / target_count / kMebi * kMebi, kTargetCapacityBytesMax);
  if (share >= kTargetCapacityBytesMin) return share;
  const std::string needed = mebi_text(kTargetCapacityBytesMin * target_count);
  if (all) {
    return fail(Code::no_space, "the disk has too little free space for a pool")
        .on("free", mebi_text(disk_free_bytes))
        .remedy("free some space: a pool on " + std::to_string(target_count) + " targets needs " + needed);
  }
  return fail(Code::invalid, "the capacity is too small for the number of targets")
      .on("capacity", mebi_text(wanted_bytes))
      .on("targets", target_count)
      .remedy("a pool on this system needs at least " + needed + ", which is " +
              mebi_text(kTargetCapacityBytesMin) + " per target");
}

Result<uint32_t> pg_count_of(uint32_t wanted, uint32_t target_count) {
  if (wanted == 0) return std::max(kPlacementGroupsDefault, std::bit_ceil(target_count));
  if (std::has_single_bit(wanted) && wanted <= kPlacementGroupsMax && wanted >= target_count) return wanted;
  return fail(Code::invalid, "a pool cannot have this number of placement groups")
      .on("placement_groups", wanted)
      .remedy("choose a power of two from the number of targets (" + std::to_string(target_count) + ") to " +
              std::to_string(kPlacementGroupsMax) + "; 1024 is good for most");
}

}  // namespace

Result<PoolPlan> plan_pool(const PoolCreateRequest& request, uint32_t target_count,
                           uint64_t disk_free_bytes) {
  FIRN_TRY(const uint32_t pg_count, pg_count_of(request.pg_count, target_count));
  FIRN_TRY(const uint64_t share, capacity_per_target(request.capacity_bytes, target_count, disk_free_bytes));
  return PoolPlan{share, pg_count};
}

PoolMap first_map(PoolId pool, Rank rank, uint32_t target_count, uint32_t pg_count) {
  PoolMap map;
  map.pool = pool;
  map.version = MapVersion{1};
  for (uint32_t target = 0; target < target_count; target++) map.targets.push_back({rank, "", target});
  map.pg_members = placement::initial_members(pg_count, target_count, map.members_per_pg);
  return map;
}

}  // namespace firn::control
