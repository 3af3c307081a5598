#include "vos_bench/value_stores.h"

#include <filesystem>

#include "vos_bench/firn_values.h"
#include "vos_bench/lmdb_values.h"
#include "vos_bench/must.h"
#include "vos_bench/rocksdb_values.h"

namespace firn::bench {

namespace {

std::unique_ptr<ValueStore> make_store(const std::string& name, const StoreSetup& setup) {
  if (name.starts_with("firn")) return std::make_unique<FirnValues>(setup);
  if (name == "rocksdb") return std::make_unique<RocksdbValues>(setup);
  if (name == "lmdb") return std::make_unique<LmdbValues>(setup);
  give_up("there is no store " + name);
}

}  // namespace

std::unique_ptr<ValueStore> filled_store(const std::string& name, StoreSetup setup) {
  setup.firn_files = name == "firn-files";
  setup.directory += "/" + name;
  std::filesystem::create_directories(setup.directory);
  auto store = make_store(name, setup);
  store->load(0, setup.keys);
  store->settle();
  return store;
}

}  // namespace firn::bench
