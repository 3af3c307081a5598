// vos_bench: what one target's store costs beside RocksDB and LMDB (and arrays beside bare io_uring), in one
// run. What the rows mean and how fair they are: README.md; figures: docs/benchmarks.md.
//
//   vos_bench --list
//   vos_bench --rows fetch-memory --only firn       for a profiler
//   vos_bench --keys 10000 --repetitions 1          does it run at all?
#include <algorithm>

#include <malloc.h>

#include "vos_bench/amplification_row.h"
#include "vos_bench/array_rows.h"
#include "vos_bench/overlap_row.h"
#include "vos_bench/restart_row.h"
#include "vos_bench/run_rows.h"
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
  return options.list ? firn::bench::list_rows(firn::bench::all_rows())
                      : firn::bench::run_rows(firn::bench::all_rows(), options);
}
