// The stores that rows about single values compare, by name.
#pragma once

#include <memory>
#include <string>

#include "vos_bench/value_store.h"

namespace firn::bench {

// "firn", "firn-files", "rocksdb" or "lmdb", in the directory of that name below setup.directory; holds keys
// [0, setup.keys), settled.
std::unique_ptr<ValueStore> filled_store(const std::string& name, StoreSetup setup);

}  // namespace firn::bench
