#include "vos_bench/options.h"

#include "vos_bench/row_options.h"

namespace firn::bench {

std::optional<int> parse_options(int argc, char** argv, Options& options) {
  CLI::App app("The store of one target beside RocksDB and LMDB: same durability, same cache, same keys.");
  add_row_options(app, options);
  app.add_option("--only", options.only, "measure one store only, for a profiler")
      ->check(CLI::IsMember({"firn", "firn-files", "rocksdb", "lmdb", "uring"}));
  app.add_option("--keys", options.keys, "keys that are there before the measuring begins")
      ->check(CLI::Range(uint64_t{1000}, uint64_t{1} << 32))
      ->capture_default_str();
  app.add_option("--cache-mib", options.cache_mib, "cache of each store (default: what the row is about)");
  app.add_option("--directory", options.directory, "where rows on disk make their files")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_option("--memory-directory", options.memory_directory, "where rows in memory make their files")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  return parse_command_line(app, argc, argv);
}

}  // namespace firn::bench
