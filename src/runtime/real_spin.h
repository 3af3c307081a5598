// How a loop polls before it blocks, as SpinPolicy (runtime/spin_policy.h) has planned it.
#pragma once

#include <algorithm>

#include <sched.h>

#include "runtime/real_clock.h"
#include "runtime/spin_policy.h"

namespace firn {

inline void relax_cpu() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// True when something has arrived before `until`. Offers the core to others now and then; once they take it,
// before each look. `crowd` becomes who wanted it, if that is more than was known.
template <class Arrived>
bool spin_until(MonotonicTime until, bool yield_first, SpinPolicy::Crowd& crowd, Arrived arrived) {
  constexpr int kPollsPerYield = 16;
  MonotonicTime last = real_monotonic_time();
  while (last < until) {
    for (int poll = 0; poll < (yield_first ? 1 : kPollsPerYield); poll++) {
      if (arrived()) return true;
      relax_cpu();
    }
    ::sched_yield();
    const MonotonicTime time = real_monotonic_time();
    crowd = std::max(crowd, SpinPolicy::crowd_of(time - last));
    if (crowd == SpinPolicy::Crowd::computation) break;
    yield_first = crowd == SpinPolicy::Crowd::loops;
    last = time;
  }
  return arrived();
}

}  // namespace firn
