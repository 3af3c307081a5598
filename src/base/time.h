// Durations and the two kinds of time: monotonic (for deadlines) and wall (for stamps people read).
#pragma once

#include <chrono>

namespace firn {

using Duration = std::chrono::nanoseconds;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// Time of one process (or one simulated world) since an arbitrary start; never goes back.
struct MonotonicTime {
  int64_t ns = 0;
  friend constexpr auto operator<=>(MonotonicTime, MonotonicTime) = default;
  friend constexpr MonotonicTime operator+(MonotonicTime t, Duration d) {
    if (d.count() > 0 && t.ns > INT64_MAX - d.count()) return {INT64_MAX};
    return {t.ns + d.count()};
  }
  friend constexpr Duration operator-(MonotonicTime a, MonotonicTime b) { return Duration(a.ns - b.ns); }
  // A deadline that never comes.
  static constexpr MonotonicTime never() { return {INT64_MAX}; }
};

// Nanoseconds since 1970-01-01T00:00:00Z; may jump.
struct WallTime {
  int64_t ns = 0;
  friend constexpr auto operator<=>(WallTime, WallTime) = default;
};

}  // namespace firn
