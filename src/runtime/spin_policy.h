// SpinPolicy: whether a loop with nothing to do should poll for a moment before it blocks. Being woken costs
// tens of microseconds, so under a steady stream of work polling wins; without one, or where others want the
// core, it burns time. A pure state machine: the loop tells how each idle period went and asks for the next
// one's plan.
//
// Where others want the core it matters who they are. Loops like this one give it back within microseconds
// and leave work behind: handing it to them and looking again is cheaper than sleeping and being woken, and
// more has come by then. A program that computes keeps it for milliseconds: only a sleeper gets it back at
// once.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace firn {

class SpinPolicy {
 public:
  // A wait as long as that says that nothing is going on; longer ones weigh no more.
  static constexpr int64_t kLongWaitNs = 400'000;
  // Polling is worthwhile below this average wait. It has to be above what blocking waits take when the peer
  // answers at once (a wake-up on each side, about 55 us), or a loop that blocks would never learn that it
  // should poll.
  static constexpr int64_t kWorthwhileNs = 90'000;
  // The same where loops share a core: each waits for the others' turns.
  static constexpr int64_t kSharedWorthwhileNs = 250'000;
  // The longest poll before blocking.
  static constexpr int64_t kSpinMaxNs = 100'000;
  static constexpr int64_t kSharedSpinMaxNs = 500'000;
  // A core that was handed over and comes back later than this was wanted by others ...
  static constexpr int64_t kSharedGapNs = 15'000;
  // ... and later than this, by one that computes.
  static constexpr int64_t kTakenGapNs = 700'000;
  // So many idle periods after the last sign of them others are expected to want the core.
  static constexpr uint32_t kSharedPeriods = 64;
  // After the core was taken this many idle periods block at once; doubled each time it repeats.
  static constexpr uint32_t kSkipMax = 4096;

  // Who wanted the core while it was offered.
  enum class Crowd : uint8_t { nobody, loops, computation };
  static Crowd crowd_of(Duration gap) {
    if (gap.count() > kTakenGapNs) return Crowd::computation;
    return gap.count() > kSharedGapNs ? Crowd::loops : Crowd::nobody;
  }

  // How to pass an idle period.
  struct Plan {
    Duration poll_max{};       // before blocking; zero: block at once
    bool yield_first = false;  // hand the core over before each look, not now and then
    friend bool operator==(const Plan&, const Plan&) = default;
  };

  explicit SpinPolicy(unsigned cores) : enabled_(cores > 1) {}

  // Of the idle period that begins now.
  Plan plan() const {
    if (!enabled_ || skip_ > 0) return {};
    const bool shared = shared_ > 0;
    if (average_wait_ns_ > (shared ? kSharedWorthwhileNs : kWorthwhileNs)) return {};
    return {Duration(shared ? kSharedSpinMaxNs : kSpinMaxNs), shared};
  }

  // An idle period has ended after `wait`; `crowd`: who wanted the core meanwhile, as far as was seen.
  void waited(Duration wait, Crowd crowd) {
    const int64_t wait_ns = std::clamp<int64_t>(wait.count(), 0, kLongWaitNs);
    average_wait_ns_ += (wait_ns - average_wait_ns_) / 8;
    if (crowd == Crowd::loops) {
      shared_ = kSharedPeriods;
    } else if (shared_ > 0) {
      shared_--;
    }
    if (crowd == Crowd::computation) {
      penalty_ = std::clamp<uint32_t>(penalty_ * 2, 4, kSkipMax);
      skip_ = penalty_;
    } else if (skip_ > 0) {
      skip_--;
    } else if (penalty_ > 0 && average_wait_ns_ <= kWorthwhileNs && ++calm_ % 64 == 0) {
      penalty_ /= 2;
    }
  }

 private:
  bool enabled_;
  int64_t average_wait_ns_ = kLongWaitNs;
  uint32_t shared_ = 0;
  uint32_t penalty_ = 0;
  uint32_t skip_ = 0;
  uint32_t calm_ = 0;  // idle periods without a computation beside
};

}  // namespace firn
