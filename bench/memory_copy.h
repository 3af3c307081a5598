// What copying within memory costs: the yardstick of what goes through shared memory.
#pragma once

#include <cstring>
#include <vector>

#include "repeat_for.h"

namespace firn::bench {

// Microseconds for a copy of 1 MiB; the copies walk through 256 MiB, so that no cache holds them.
inline double microseconds_per_copy(double seconds) {
  constexpr size_t kArea = 256 << 20;
  constexpr size_t kBlock = 1 << 20;
  static std::vector<char> from(kArea, 'x');
  static std::vector<char> to(kArea, 'y');
  return repeat_for(seconds, kArea / kBlock, [&] {
    for (size_t at = 0; at < kArea; at += kBlock) std::memcpy(&to[at], &from[at], kBlock);
  });
}

}  // namespace firn::bench
