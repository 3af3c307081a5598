// The operating system's clocks.
#pragma once

#include <time.h>

#include "base/time.h"

namespace firn {

inline int64_t real_clock_ns(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

inline MonotonicTime real_monotonic_time() { return {real_clock_ns(CLOCK_MONOTONIC)}; }
inline WallTime real_wall_time() { return {real_clock_ns(CLOCK_REALTIME)}; }

}  // namespace firn
