// Deterministic integer random numbers (xoshiro256**, Blackman & Vigna 2018). Integers only: floating point
// would not be the same on every machine. `fork` gives an independent stream, so that one part's draws do not
// shift another's.
#pragma once

#include <cstdint>

namespace firn {

class Rng {
 public:
  explicit Rng(uint64_t seed);

  uint64_t next();
  // Uniform in [0, bound); bound > 0.
  uint64_t below(uint64_t bound);
  // Uniform in [low, high]; low <= high.
  uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
  // True with probability numerator/denominator.
  bool chance(uint64_t numerator, uint64_t denominator) { return below(denominator) < numerator; }
  Rng fork();

 private:
  uint64_t state_[4];
};

}  // namespace firn
