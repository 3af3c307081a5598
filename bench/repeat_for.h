// repeat_for: how long an operation takes when it is repeated for a while.
#pragma once

#include <chrono>
#include <cstddef>

namespace firn::bench {

// Repeats `batch`, which does `count` operations, for about `seconds`; gives microseconds per operation.
template <class Batch>
double repeat_for(double seconds, size_t count, Batch batch) {
  batch();  // warms up
  const auto begin = std::chrono::steady_clock::now();
  const auto passed = [begin] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  size_t done = 0;
  do {
    batch();
    done += count;
  } while (passed() < seconds);
  return passed() * 1e6 / static_cast<double>(done);
}

}  // namespace firn::bench
