// One simulated run: an engine with several targets, several clients at random work, faults of all kinds,
// then healing and the checks. Everything follows from the seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace firn::simtest {

struct RunOptions {
  bool flush_is_a_lie = false;                    // planted: the checks must notice
  bool trace = false;                             // every event to standard output
  bool quiet = false;                             // violations are counted, not printed
  bool log = false;                               // the nodes' log lines to standard output
  Duration work_time = std::chrono::seconds(20);  // virtual
};

struct RunResult {
  uint64_t hash = 0;
  uint64_t events = 0;
  uint64_t operations = 0;
  uint64_t in_doubt = 0;
  uint64_t engine_lives = 0;
  uint64_t faults = 0;  // acts of the nemesis
  std::vector<std::string> violations;
};

RunResult run_cluster(uint64_t seed, const RunOptions& options);

}  // namespace firn::simtest
