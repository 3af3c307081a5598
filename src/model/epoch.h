// Epoch: the 64-bit hybrid logical clock value that stamps each write, in the DAOS format: units of 1/16 ns
// since 2021-01-01T00:00:00Z; the low 18 bits count within one physical tick (16.4 us).
#pragma once

#include <cstdint>
#include <optional>

#include "base/strong.h"
#include "base/time.h"

namespace firn {

using Epoch = Strong<struct EpochTag, uint64_t>;

constexpr Epoch kEpochNone{0};
constexpr Epoch kEpochMax{UINT64_MAX};  // as the epoch of a read: the newest

Epoch epoch_from_wall(WallTime wall);
// To the nanosecond, rounded down.
WallTime wall_from_epoch(Epoch epoch);

// Hands out epochs: each greater than all before and not behind the wall clock; and follows epochs seen in
// messages (Kulkarni et al. 2014, "Logical Physical Clocks").
class HybridClock {
 public:
  static constexpr Duration kOffsetMax = std::chrono::seconds(1);

  // A new epoch, greater than any handed out or observed.
  Epoch next(WallTime wall);
  // Never hand out anything at or below `seen` again. False, and nothing happens, if `seen` is further ahead
  // of the wall clock than kOffsetMax: the peer's clock is wrong.
  bool observe(Epoch seen, WallTime wall);
  // As observe, without the check: for epochs read back from this store's own disk.
  void advance_to(Epoch floor);
  Epoch last() const { return last_; }

 private:
  Epoch last_{};
};

}  // namespace firn
