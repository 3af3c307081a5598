// Many seeds for one test; see seeds.h.
#include "seeds.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace firn::model {

namespace {

constexpr uint64_t kUsualAmount = 1000;

struct Seeds {
  uint64_t begin;
  uint64_t end;
};

Seeds chosen_seeds(uint64_t default_count) {
  const char* count = std::getenv("FIRN_SIM_SEEDS");
  const char* only = std::getenv("FIRN_SEED");
  if (only != nullptr) {
    const uint64_t seed = std::strtoull(only, nullptr, 10);
    return {seed, seed + 1};
  }
  if (count == nullptr) return {0, default_count};
  return {0, std::max<uint64_t>(std::strtoull(count, nullptr, 10) * default_count / kUsualAmount, 1)};
}

std::string how_to_rerun(uint64_t seed) {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  const std::string text = std::to_string(seed);
  return "seed " + text + "; run again: FIRN_SEED=" + text +
         " model_tests --gtest_filter=" + info->test_suite_name() + "." + info->name();
}

}  // namespace

bool for_each_seed(uint64_t default_count, const std::function<void(uint64_t)>& test) {
  const Seeds seeds = chosen_seeds(default_count);
  for (uint64_t seed = seeds.begin; seed < seeds.end && !testing::Test::HasFailure(); seed++) {
    SCOPED_TRACE(how_to_rerun(seed));
    test(seed);
  }
  return seeds.end - seeds.begin >= default_count;
}

std::optional<bool> in_child(const std::function<bool()>& work) {
  enum : int { kFalse = 0, kTrue = 1, kFailed = 2 };
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const bool result = work();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? kFailed : result ? kTrue : kFalse);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  const bool ended = WIFEXITED(status) && WEXITSTATUS(status) <= kTrue;
  if (!ended) ADD_FAILURE() << "failed as said above, or died";
  return ended ? std::optional(WEXITSTATUS(status) == kTrue) : std::nullopt;
}

void for_each_seed_in_a_child(uint64_t default_count, const std::function<void(uint64_t)>& test) {
  for_each_seed(default_count, [&](uint64_t seed) {
    in_child([&] {
      test(seed);
      return true;
    });
  });
}

}  // namespace firn::model
