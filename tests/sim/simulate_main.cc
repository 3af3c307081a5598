// simulate: runs seeds of the simulated cluster.
//
//   simulate SEED             one run: what happened, its hash, violations
//   simulate SEED --log       with the nodes' log lines
//   simulate SEED --trace     with every event
//   simulate FIRST LAST       all of them; stops at the first violation
//   … --lie                   flushes do nothing: the checks must notice
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "seeds.h"

int main(int argc, char** argv) {
  firn::simtest::RunOptions options;
  uint64_t seeds[2] = {0, 0};
  int count = 0;
  for (int i = 1; i < argc; i++) {
    if (std::strcmp(argv[i], "--log") == 0) {
      options.log = true;
    } else if (std::strcmp(argv[i], "--trace") == 0) {
      options.trace = true;
    } else if (std::strcmp(argv[i], "--lie") == 0) {
      options.flush_is_a_lie = true;
    } else if (count < 2) {
      seeds[count++] = std::strtoull(argv[i], nullptr, 10);
    }
  }
  if (count == 0) {
    std::fprintf(stderr, "usage: simulate SEED [LAST] [--log] [--trace] [--lie]\n");
    return 2;
  }
  if (count == 1) {
    const auto result = firn::simtest::run_cluster(seeds[0], options);
    firn::simtest::print_result(seeds[0], result);
    return result.violations.empty() ? 0 : 1;
  }
  const auto summary = firn::simtest::run_seeds(seeds[0], seeds[1] - seeds[0] + 1, options);
  std::printf("%llu runs, %llu operations, %llu in doubt, %llu engine lives, %llu with violations\n",
              static_cast<unsigned long long>(summary.runs),
              static_cast<unsigned long long>(summary.operations),
              static_cast<unsigned long long>(summary.in_doubt),
              static_cast<unsigned long long>(summary.engine_lives),
              static_cast<unsigned long long>(summary.failed_seeds.size()));
  return summary.failed_seeds.empty() ? 0 : 1;
}
