// PoolShare: what one target serves of a pool: the placement groups that the map gives it.
#pragma once

#include <vector>

#include "base/error.h"
#include "model/ids.h"
#include "model/pool_map.h"

namespace firn::engine {

// Which target of the system: an engine and one of its targets.
struct TargetPlace {
  Rank rank;
  uint32_t engine_target = 0;
};

class PoolShare {
 public:
  // Code::invalid if the map does not have the target.
  static Result<PoolShare> of(const PoolMap& map, TargetPlace place);

  // Code::stale if the caller's map is another one, or does not give the placement group to this target: it
  // shall refresh its map. Code::invalid if the pool has no such placement group.
  Result<void> check(MapVersion version, PgIndex pg) const;
  MapVersion version() const { return version_; }

 private:
  MapVersion version_;
  std::vector<bool> is_primary_;  // by placement group
};

}  // namespace firn::engine
