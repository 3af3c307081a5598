// A seed from the operating system's random numbers.
#pragma once

#include <cerrno>
#include <cstdint>

#include <sys/random.h>

#include "runtime/errno_error.h"

namespace firn {

inline Result<uint64_t> real_seed() {
  uint64_t seed = 0;
  if (::getrandom(&seed, sizeof seed, 0) != sizeof seed) return errno_error(errno, "getrandom failed");
  return seed;
}

}  // namespace firn
