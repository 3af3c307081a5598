// Catalog: typed reading of the system's metadata. Users name pools and containers by label or UUID; here is
// where names become records.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/meta_store.h"
#include "control/records.h"

namespace firn::control {

template <class Record>
struct Versioned {
  Record record;
  MetaVersion version;  // for the expectation of a change
};

class Catalog {
 public:
  // `meta` outlives the catalog.
  explicit Catalog(MetaStore& meta) : meta_(meta) {}

  // The record under a key, or nothing. Instantiated for all records.
  template <class Record>
  Task<Result<std::optional<Versioned<Record>>>> find(std::string key);

  // All pools, in any state, by id.
  Task<Result<std::vector<PoolRecord>>> pools();
  // The ready pool of that label or UUID; Code::not_found with what to do.
  Task<Result<Versioned<PoolRecord>>> pool(std::string name);
  // The pool's map; Code::not_found if there is none.
  Task<Result<PoolMap>> pool_map(PoolId pool);

  // All containers of the pool, in any state, by id.
  Task<Result<std::vector<ContainerRecord>>> containers(PoolId pool);
  // The ready container of that label or UUID.
  Task<Result<Versioned<ContainerRecord>>> container(PoolRecord pool, std::string name);

 private:
  template <class Record>
  Task<Result<std::vector<Record>>> list(std::string prefix);

  MetaStore& meta_;
};

}  // namespace firn::control
