// Seeds in child processes; see seeds.h.
#include "seeds.h"

#include <cstdio>
#include <cstdlib>

#include <sys/wait.h>
#include <unistd.h>

namespace firn::simtest {

namespace {

constexpr size_t kAtOnce = 2;

// What a child tells its parent through a pipe.
struct Report {
  uint64_t hash = 0;
  uint64_t operations = 0;
  uint64_t in_doubt = 0;
  uint64_t engine_lives = 0;
  uint64_t violations = 0;
};

struct Child {
  pid_t pid = -1;
  int pipe = -1;
  uint64_t seed = 0;
};

Child start(uint64_t seed, const RunOptions& options) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  (void)std::fflush(stdout);
  const pid_t pid = ::fork();
  if (pid < 0) std::abort();
  if (pid > 0) {
    ::close(ends[1]);
    return {pid, ends[0], seed};
  }
  const RunResult result = run_cluster(seed, options);
  if (!result.violations.empty() && !options.quiet) print_result(seed, result);
  (void)std::fflush(stdout);
  const Report report{result.hash, result.operations, result.in_doubt, result.engine_lives,
                      result.violations.size()};
  const bool told = ::write(ends[1], &report, sizeof report) == sizeof report;
  ::_exit(told ? 0 : 1);
}

// Nothing if the child crashed.
bool finish(const Child& child, Report& report) {
  const bool told = ::read(child.pipe, &report, sizeof report) == sizeof report;
  ::close(child.pipe);
  int status = 0;
  ::waitpid(child.pid, &status, 0);
  if (!told)
    std::printf("seed %llu crashed (status %d)\n", static_cast<unsigned long long>(child.seed), status);
  return told;
}

}  // namespace

SeedsSummary run_seeds(uint64_t first, uint64_t count, const RunOptions& options) {
  SeedsSummary summary;
  std::vector<Child> running;
  for (uint64_t next = 0; next < count || !running.empty();) {
    if (next < count && running.size() < kAtOnce) {
      running.push_back(start(first + next++, options));
      continue;
    }
    Report report;
    const Child child = running.front();
    running.erase(running.begin());
    const bool told = finish(child, report);
    summary.runs++;
    summary.operations += report.operations;
    summary.in_doubt += report.in_doubt;
    summary.engine_lives += report.engine_lives;
    if (!told || report.violations > 0) summary.failed_seeds.push_back(child.seed);
  }
  return summary;
}

uint64_t hash_of_run(uint64_t seed, const RunOptions& options) {
  Report report;
  return finish(start(seed, options), report) ? report.hash : 0;
}

void print_result(uint64_t seed, const RunResult& result) {
  std::printf(
      "seed %llu: hash %016llx, %llu events, %llu operations, %llu in doubt, %llu engine lives, %llu "
      "faults\n",
      static_cast<unsigned long long>(seed), static_cast<unsigned long long>(result.hash),
      static_cast<unsigned long long>(result.events), static_cast<unsigned long long>(result.operations),
      static_cast<unsigned long long>(result.in_doubt), static_cast<unsigned long long>(result.engine_lives),
      static_cast<unsigned long long>(result.faults));
  for (const std::string& violation : result.violations) std::printf("  VIOLATION: %s\n", violation.c_str());
  if (!result.violations.empty()) {
    std::printf("  again: simulate %llu --log\n", static_cast<unsigned long long>(seed));
  }
}

}  // namespace firn::simtest
