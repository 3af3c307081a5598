// Seeds of the simulated cluster: an engine with several targets, clients, crashes, disk and network faults.
// Number of seeds: $FIRN_SIM_SEEDS (default 1000). A failing seed is printed with the command that runs it
// again.
#include <cstdlib>

#include <gtest/gtest.h>

#include "seeds.h"

namespace firn::simtest {
namespace {

uint64_t seed_count() {
  const char* const text = std::getenv("FIRN_SIM_SEEDS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1000;
}

TEST(Cluster, nothing_acknowledged_is_lost_and_reads_match_the_model) {
  const SeedsSummary summary = run_seeds(1, seed_count(), {});
  EXPECT_TRUE(summary.failed_seeds.empty())
      << summary.failed_seeds.size() << " seeds failed, the first is " << summary.failed_seeds.front();
  // The runs are worth something: work was done, engines died, calls ended without an answer.
  EXPECT_GT(summary.operations, 100 * summary.runs);
  EXPECT_GT(summary.engine_lives, 2 * summary.runs);
  if (summary.runs >= 200) EXPECT_GT(summary.in_doubt, 0u);  // not every mix of faults leads to it
}

TEST(Cluster, same_seed_gives_the_same_hash) {
  for (uint64_t seed = 1; seed <= 10; seed++) {
    const uint64_t hash = hash_of_run(seed, {});
    EXPECT_NE(hash, 0u);
    EXPECT_EQ(hash, hash_of_run(seed, {})) << "seed " << seed;
  }
  EXPECT_NE(hash_of_run(1, {}), hash_of_run(2, {}));
}

// The checks are able to fail: with a disk whose flush does nothing acknowledged writes are lost, and it
// shows.
TEST(Cluster, a_planted_bug_is_found) {
  RunOptions options;
  options.flush_is_a_lie = true;
  options.quiet = true;
  const SeedsSummary summary = run_seeds(1, 20, options);
  EXPECT_FALSE(summary.failed_seeds.empty());
}

}  // namespace
}  // namespace firn::simtest
