// PoolMap: which targets a pool has and which of them each placement group's data is on. Data only; computed
// by placement/, changed by control/, cached by clients.
#pragma once

#include <string>
#include <vector>

#include "model/ids.h"

namespace firn {

// One target of a pool and where to reach it.
struct PoolTarget {
  Rank rank;
  std::string uri;  // of its engine, e.g. "tcp://127.0.0.1:10001"; empty: the address the client came by
  uint32_t engine_target = 0;  // which of the engine's targets
  static void fields(auto& self, auto&& visit) {
    visit("rank", self.rank);
    visit("uri", self.uri);
    visit("engine_target", self.engine_target);
  }
};

struct PoolMap {
  PoolId pool;
  MapVersion version;
  std::vector<PoolTarget> targets;  // by TargetIndex
  uint32_t members_per_pg = 1;
  std::vector<TargetIndex> pg_members;  // pg_count x members_per_pg, primary first
  uint32_t pg_count() const { return static_cast<uint32_t>(pg_members.size() / members_per_pg); }
  TargetIndex primary(PgIndex pg) const { return pg_members[size_t{pg.value} * members_per_pg]; }
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("version", self.version);
    visit("targets", self.targets);
    visit("members_per_pg", self.members_per_pg);
    visit("pg_members", self.pg_members);
  }
};

}  // namespace firn
