// object_bench: what objects cost over TCP, from a client's process through an engine's to its store and
// back, beside bare TCP in the same run. What the rows mean: docs/benchmarks-wire.md.
//
//   object_bench --list
//   object_bench --rows one-at-a-time --repetitions 5 --seconds 0.3
//   object_bench --keys 1000 --repetitions 1 --seconds 0.05      does it run at all?
#include <malloc.h>

#include "object_bench/large_rows.h"
#include "object_bench/one_client_rows.h"
#include "object_bench/options.h"
#include "object_bench/shared_cores_rows.h"
#include "vos_bench/run_rows.h"

int main(int argc, char** argv) {
  using namespace firn::bench;
  // As the program firn does: memory that comes and goes by the megabyte stays with the process.
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
  Options options;
  options.keys = 10'000;
  options.seconds = 0.3;
  if (const auto status = parse_object_options(argc, argv, options)) return *status;
  std::vector<Row> rows = one_client_rows();
  for (auto* const more : {large_rows, shared_cores_rows}) {
    for (Row& row : more()) rows.push_back(std::move(row));
  }
  return options.list ? list_rows(rows) : run_rows(std::move(rows), options);
}
