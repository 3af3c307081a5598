// ManualExecutor: a loop in virtual time, for unit tests of single-threaded code. Time stands still while
// anything is ready and then jumps to the next timer. (The simulated world's executor, in sim, has the
// faults; this has none.)
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

#include "runtime/executor.h"
#include "runtime/timer_queue.h"

namespace firn {

class ManualExecutor final : public Executor {
 public:
  MonotonicTime now() const override { return now_; }
  void post(std::coroutine_handle<> coroutine) override { ready_.push_back(coroutine); }
  void arm(Timer& timer, MonotonicTime at) override { timers_.arm(timer, at); }
  void disarm(Timer& timer) override { timers_.disarm(timer); }
  // From this thread only.
  void submit(std::move_only_function<void()> work) override { submitted_.push_back(std::move(work)); }

  // Runs what is ready, without letting time pass. Gives how much was run.
  size_t run_ready() {
    size_t count = 0;
    for (; !stopped_ && (!ready_.empty() || !submitted_.empty()); count++) run_one();
    return count;
  }
  // Lets time pass up to `until`, firing timers on the way.
  void advance_to(MonotonicTime until) {
    run_ready();
    while (!stopped_ && timers_.next_deadline() <= until) step_timers();
    if (!stopped_ && now_ < until) now_ = until;
  }
  void advance(Duration duration) { advance_to(now_ + duration); }
  // Until stop(), or until nothing is left to happen. A stop() before it counts.
  void run() {
    run_ready();
    while (!stopped_ && !timers_.empty()) step_timers();
    stopped_ = false;
  }
  void stop() { stopped_ = true; }
  bool idle() const { return ready_.empty() && submitted_.empty() && timers_.empty(); }

 private:
  void run_one() {
    if (!submitted_.empty()) {
      auto work = std::move(submitted_.front());
      submitted_.pop_front();
      return work();
    }
    const auto coroutine = ready_.front();
    ready_.pop_front();
    coroutine.resume();
  }
  void step_timers() {
    if (now_ < timers_.next_deadline()) now_ = timers_.next_deadline();
    timers_.fire_due(now_);
    run_ready();
  }

  MonotonicTime now_{};
  bool stopped_ = false;
  std::deque<std::coroutine_handle<>> ready_;
  std::deque<std::move_only_function<void()>> submitted_;
  TimerQueue timers_;
};

}  // namespace firn
