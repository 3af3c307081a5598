// Gathering: whether an operation that has just been started goes out at once, or together with others that
// are started next: one system call then carries several. It may wait for the caller's next call only while
// others are on their way already, and only as long as callers come back soon: one that was away computing
// gets its next operations handed over at once. A pure state machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace firn::capi {

class Gathering {
 public:
  // So many are handed over together at most.
  static constexpr uint32_t kOperationsMax = 8;
  // Who comes back later than this was away.
  static constexpr int64_t kSoonNs = 50'000;
  // So many starts go out at once after that.
  static constexpr uint32_t kAtOnceAfterLate = 256;

  // An operation was started; `running` counts it and all before that have not ended. False: now is the time.
  bool waits(size_t running, MonotonicTime now) {
    if (at_once_ > 0) {
      at_once_--;
      return false;
    }
    if (running <= gathered_ + 1) return false;
    last_ = now;
    return ++gathered_ < kOperationsMax;
  }
  bool any() const { return gathered_ > 0; }
  // All that were started are handed over now.
  void handed_over() { gathered_ = 0; }
  // A caller has come back, and they are handed over.
  void came_back(MonotonicTime now) {
    if (gathered_ > 0 && (now - last_).count() > kSoonNs) at_once_ = kAtOnceAfterLate;
    gathered_ = 0;
  }

 private:
  uint32_t gathered_ = 0;
  uint32_t at_once_ = 0;
  MonotonicTime last_{};  // when the last of them was started
};

}  // namespace firn::capi
