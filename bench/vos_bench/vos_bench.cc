// vos_bench: what one target's store costs beside RocksDB and LMDB (and arrays beside bare io_uring), in one
// run. What the rows mean and how fair they are: README.md; figures: docs/benchmarks.md.
//
//   vos_bench --list
//   vos_bench --rows fetch-memory --only firn       for a profiler
//   vos_bench --keys 10000 --repetitions 1          does it run at all?
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <malloc.h>

#include "vos_bench/amplification_row.h"
#include "vos_bench/array_rows.h"
#include "vos_bench/must.h"
#include "vos_bench/overlap_row.h"
#include "vos_bench/restart_row.h"
#include "vos_bench/run_row.h"
#include "vos_bench/small_cache_row.h"
#include "vos_bench/value_rows.h"

namespace firn::bench {
namespace {

std::vector<Row> all_rows() {
  std::vector<Row> rows = value_rows();
  std::ranges::move(array_rows(), std::back_inserter(rows));
  rows.push_back(overlap_row());
  rows.push_back(small_cache_row());
  rows.push_back(restart_row());
  rows.push_back(amplification_row());
  return rows;
}

std::vector<Row> wanted_rows(const Options& options) {
  std::vector<Row> rows = all_rows();
  for (const std::string& name : options.rows) {
    if (std::ranges::find(rows, name, &Row::name) == rows.end()) {
      give_up(fmt::format("there is no row {}; --list shows them", name));
    }
  }
  if (!options.rows.empty()) {
    std::erase_if(rows, [&](const Row& row) { return std::ranges::count(options.rows, row.name) == 0; });
  }
  return rows;
}

int list() {
  for (const Row& row : all_rows()) {
    fmt::print("{:<22} {}{}\n", row.name, row.about, row.bar.empty() ? "" : "; bar: " + row.bar);
  }
  return 0;
}

int run(const Options& options) {
  std::vector<RowResult> results;
  bool failed = false;
  for (const Row& row : wanted_rows(options)) {
    const auto result = run_row(row, options);
    failed = failed || !result;
    if (!result) continue;
    results.push_back(*result);
    if (!options.json) fmt::print("{}\n", table_text(*result));
    std::fflush(stdout);
  }
  if (options.json) fmt::print("{}\n", nlohmann::json(results).dump(2));
  return failed ? 1 : 0;
}

// As the program firn does: memory that comes and goes by the megabyte stays with the process.
void keep_large_buffers() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

}  // namespace
}  // namespace firn::bench

int main(int argc, char** argv) {
  firn::bench::Options options;
  if (const auto status = firn::bench::parse_options(argc, argv, options)) return *status;
  firn::bench::keep_large_buffers();
  return options.list ? firn::bench::list() : firn::bench::run(options);
}
