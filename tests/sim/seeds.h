// Running many seeds: each in a child process, because the memory of killed nodes is given back only at a
// process's end.
#pragma once

#include <cstdint>
#include <vector>

#include "cluster_world.h"

namespace firn::simtest {

struct SeedsSummary {
  uint64_t runs = 0;
  uint64_t operations = 0;
  uint64_t in_doubt = 0;
  uint64_t engine_lives = 0;
  std::vector<uint64_t> failed_seeds;  // with violations, or the process crashed
};

// Two at a time. Prints the violations of failed seeds and how to run them again.
SeedsSummary run_seeds(uint64_t first, uint64_t count, const RunOptions& options);
// One run in a child; its hash, or 0 if the process crashed.
uint64_t hash_of_run(uint64_t seed, const RunOptions& options);

void print_result(uint64_t seed, const RunResult& result);

}  // namespace firn::simtest
