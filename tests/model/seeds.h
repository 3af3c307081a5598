// Many seeds for one test, those that kill nodes in child processes.
//
// FIRN_SIM_SEEDS: how much to run: 1000 is the usual amount, with the number of seeds that each test names;
// less or more scales it. FIRN_SEED: only that one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace firn::model {

// Stops at the first seed with a failure, and says how to run it again. True if it was the usual number of
// seeds or more: enough to expect that everything has happened.
bool for_each_seed(uint64_t default_count, const std::function<void(uint64_t)>& test);

// Runs what kills nodes in a child process, because their memory is never given back. Gives what `work` gave,
// or nothing if a check failed in it.
std::optional<bool> in_child(const std::function<bool()>& work);

void for_each_seed_in_a_child(uint64_t default_count, const std::function<void(uint64_t)>& test);

}  // namespace firn::model
