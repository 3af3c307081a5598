// Placement: from objects and keys to placement groups, and from placement groups to targets. Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "model/ids.h"
#include "model/pool_map.h"

namespace firn::placement {

// The placement group of an object's group `group` (< group_count(object)): (h(object) + group) mod pg_count,
// where pg_count is a power of two.
PgIndex pg_of(ObjectId object, uint32_t group, uint32_t pg_count);
// The group of the object that holds a dkey: round-robin by number for arrays (chunk dkeys count from 1),
// else by hash.
uint32_t group_of(ObjectId object, std::string_view dkey);

// Members of each placement group for a fresh pool, primary first, flat. Balanced within one, and placement
// groups i … i + target_count - 1 have distinct primaries, so that an object of up to target_count groups is
// spread evenly. Preconditions: pg_count a power of two, 1 <= members_per_pg <= target_count.
std::vector<TargetIndex> initial_members(uint32_t pg_count, uint32_t target_count, uint32_t members_per_pg);

}  // namespace firn::placement
