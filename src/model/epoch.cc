// The hybrid logical clock; see epoch.h.
#include "model/epoch.h"

#include <algorithm>

namespace firn {

namespace {
constexpr int64_t kStartNs = 1609459200ll * 1'000'000'000ll;  // 2021-01-01T00:00:00Z
constexpr uint64_t kUnitsPerNs = 16;
constexpr uint64_t kLogicalMask = (1ull << 18) - 1;
}  // namespace

Epoch epoch_from_wall(WallTime wall) {
  const int64_t since_start_ns = std::max<int64_t>(wall.ns - kStartNs, 0);
  return Epoch{static_cast<uint64_t>(since_start_ns) * kUnitsPerNs};
}

WallTime wall_from_epoch(Epoch epoch) {
  return WallTime{static_cast<int64_t>(epoch.value / kUnitsPerNs) + kStartNs};
}

Epoch HybridClock::next(WallTime wall) {
  const uint64_t physical = epoch_from_wall(wall).value & ~kLogicalMask;
  last_.value = std::max(physical, last_.value + 1);
  return last_;
}

bool HybridClock::observe(Epoch seen, WallTime wall) {
  const Epoch limit = epoch_from_wall(WallTime{wall.ns + kOffsetMax.count()});
  if (seen > limit) return false;
  last_ = std::max(last_, seen);
  return true;
}

void HybridClock::advance_to(Epoch floor) { last_ = std::max(last_, floor); }

}  // namespace firn
