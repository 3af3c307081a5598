// Executor: one thread's event loop. All methods but `submit` are called on that thread only.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/assert.h"
#include "base/time.h"

namespace firn {

// A timer that an executor can fire. Owned by its user; must be disarmed (or have fired) before it is
// destroyed.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() { FIRN_ASSERT(!armed()); }
  // Called in the executor's thread, once per arming; the timer is no longer armed and may be armed anew or
  // destroyed.
  virtual void fire() = 0;
  bool armed() const { return heap_index_ != kNotArmed; }

 private:
  friend class TimerQueue;
  static constexpr size_t kNotArmed = SIZE_MAX;
  MonotonicTime at_{};
  uint64_t order_ = 0;  // ties fire in the order they were armed
  size_t heap_index_ = kNotArmed;
};

class Executor {
 public:
  virtual ~Executor() = default;

  virtual MonotonicTime now() const = 0;
  // Resumes the coroutine in a later turn of the loop, in the order of posts.
  virtual void post(std::coroutine_handle<> coroutine) = 0;
  // Fires once, never before `at`. An armed timer may be armed anew: the old time is forgotten.
  virtual void arm(Timer& timer, MonotonicTime at) = 0;
  // Afterwards the timer will not fire. No effect on a timer that is not armed.
  virtual void disarm(Timer& timer) = 0;

  // Runs `work` in this executor's thread, in order of arrival per submitting thread. From any thread; wakes
  // the loop when it sleeps. Work submitted after the loop has ended is destroyed without being run.
  virtual void submit(std::move_only_function<void()> work) = 0;
};

}  // namespace firn
