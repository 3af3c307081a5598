// What one target serves of a pool; see pool_share.h.
#include "engine/pool_share.h"

#include <algorithm>

namespace firn::engine {

Result<PoolShare> PoolShare::of(const PoolMap& map, TargetPlace place) {
  const auto found = std::ranges::find_if(map.targets, [&](const PoolTarget& target) {
    return target.rank == place.rank && target.engine_target == place.engine_target;
  });
  if (found == map.targets.end()) {
    return fail(Code::invalid, "the pool's map does not have this target")
        .on("pool", map.pool.uuid.text())
        .on("rank", place.rank.value)
        .on("target", place.engine_target);
  }
  const TargetIndex self{static_cast<uint32_t>(found - map.targets.begin())};
  PoolShare share;
  share.version_ = map.version;
  share.is_primary_.resize(map.pg_count());
  for (uint32_t pg = 0; pg < map.pg_count(); pg++) share.is_primary_[pg] = map.primary(PgIndex{pg}) == self;
  return share;
}

Result<void> PoolShare::check(MapVersion version, PgIndex pg) const {
  if (version != version_) {
    return fail(Code::stale, "the pool's map has changed")
        .on("sent", version.value)
        .on("current", version_.value);
  }
  if (pg.value >= is_primary_.size()) {
    return fail(Code::invalid, "the pool has no such placement group")
        .on("placement_group", pg.value)
        .on("count", is_primary_.size());
  }
  if (is_primary_[pg.value]) return {};
  return fail(Code::stale, "this target does not serve the placement group").on("placement_group", pg.value);
}

}  // namespace firn::engine
