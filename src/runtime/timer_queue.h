// TimerQueue: the armed timers of one executor, real or simulated. An indexed binary heap: arm, disarm and
// fire are O(log n), and the order of firing depends on nothing but the calls (time first, then the order of
// arming). Belongs to the executor's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "runtime/executor.h"

namespace firn {

class TimerQueue {
 public:
  TimerQueue() = default;
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;
  // Timers that are still armed are forgotten.
  ~TimerQueue();

  // An armed timer forgets its old time and place among ties.
  void arm(Timer& timer, MonotonicTime at);
  // No effect on a timer that is not armed. An armed timer must be in this queue.
  void disarm(Timer& timer);

  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  // When the next timer is due; MonotonicTime::never() when there is none.
  MonotonicTime next_deadline() const;
  // Fires what is due at `now`, at most as many as are armed when it begins: a timer that arms itself anew
  // for a time that has passed does not keep the loop here. Timers may be armed, disarmed and destroyed while
  // others fire. Gives how many fired.
  size_t fire_due(MonotonicTime now);

 private:
  static bool before(const Timer& a, const Timer& b);
  void place(size_t index, Timer& timer);
  void sift_up(size_t index);
  void sift_down(size_t index);
  void remove(size_t index);

  std::vector<Timer*> heap_;
  uint64_t next_order_ = 0;
};

}  // namespace firn
