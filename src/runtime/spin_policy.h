// SpinPolicy: whether a loop with nothing to do should poll for a moment before it blocks. Being woken costs
// tens of microseconds, so under a steady stream of work polling wins; without one, or where others want the
// core, it burns time. A pure state machine: the loop tells how each idle period went and asks for the next
// one's budget.
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
  // The longest poll before blocking.
  static constexpr int64_t kSpinMaxNs = 100'000;
  // After a poll that kept others from the core this many idle periods block at once; doubled each time it
  // repeats.
  static constexpr uint32_t kSkipMax = 256;

  explicit SpinPolicy(unsigned cores) : enabled_(cores > 1) {}

  // How long to poll in the idle period that begins now; zero: block at once.
  Duration budget() const {
    if (!enabled_ || skip_ > 0 || average_wait_ns_ > kWorthwhileNs) return Duration::zero();
    return Duration(kSpinMaxNs);
  }

  // An idle period has ended after `wait`; `crowded`: while polling, something else needed the core.
  void waited(Duration wait, bool crowded) {
    const int64_t wait_ns = std::clamp<int64_t>(wait.count(), 0, kLongWaitNs);
    average_wait_ns_ += (wait_ns - average_wait_ns_) / 8;
    if (crowded) {
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
  uint32_t penalty_ = 0;
  uint32_t skip_ = 0;
  uint32_t calm_ = 0;  // idle periods without a crowd
};

}  // namespace firn
