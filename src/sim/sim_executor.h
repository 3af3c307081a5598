// SimExecutor: the event loop of one simulated thread (a target of a node) inside the world's. Each turn
// comes a small seeded delay after its cause, so the turns of different threads interleave differently
// with each seed.
//
// Fault model: none of its own. When its node dies, nothing it holds is run again. Use from another
// simulated thread, which would be a data race on a real machine, is asserted.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/rng.h"
#include "runtime/executor.h"
#include "runtime/timer_queue.h"
#include "sim/event_loop.h"
#include "sim/options.h"

namespace firn::sim {

class SimExecutor final : public Executor {
 public:
  // `origin`: what this thread's clock shows when the world's shows zero.
  SimExecutor(EventLoop& loop, EventOwner owner, Rng rng, const ScheduleOptions& options, Duration origin);

  MonotonicTime now() const override { return loop_.now() + origin_; }
  void post(std::coroutine_handle<> coroutine) override;
  void arm(Timer& timer, MonotonicTime at) override;
  void disarm(Timer& timer) override { timers_.disarm(timer); }
  void submit(std::move_only_function<void()> work) override;

 private:
  void plan_turn();
  void plan_timers();
  void turn();
  void timers_due(int64_t planned_ns);

  EventLoop& loop_;
  const EventOwner owner_;
  Rng rng_;
  const ScheduleOptions& options_;
  const Duration origin_;
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> running_;  // of the present turn
  bool turn_planned_ = false;
  TimerQueue timers_;
  std::vector<int64_t> wakes_ns_;            // planned looks at the timers, in world time, ascending
  std::vector<MonotonicTime> last_arrival_;  // of submitted work, by submitting thread + 1
};

}  // namespace firn::sim
