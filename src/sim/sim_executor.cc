// The executor of one simulated thread; see sim_executor.h.
#include "sim/sim_executor.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace firn::sim {

SimExecutor::SimExecutor(EventLoop& loop, EventOwner owner, Rng rng, const ScheduleOptions& options,
                         Duration origin)
    : loop_(loop), owner_(owner), rng_(rng), options_(options), origin_(origin) {
  FIRN_ASSERT(options.turn_delay.min.count() > 0);
}

void SimExecutor::post(std::coroutine_handle<> coroutine) {
  FIRN_ASSERT(loop_.may_act_for(owner_));  // from another thread: submit()
  ready_.push_back(coroutine);
  if (!turn_planned_) plan_turn();
}

void SimExecutor::plan_turn() {
  turn_planned_ = true;
  loop_.schedule(loop_.now() + options_.turn_delay.draw(rng_), owner_, EventKind::turn, [this] { turn(); });
}

// Runs what was posted before the turn began; what these post comes in the next one. After a kill in their
// midst the rest stays where it is.
void SimExecutor::turn() {
  turn_planned_ = false;
  running_.swap(ready_);
  for (const auto coroutine : running_) {
    coroutine.resume();
    if (owner_.dead()) return;
  }
  running_.clear();
}

void SimExecutor::arm(Timer& timer, MonotonicTime at) {
  FIRN_ASSERT(loop_.may_act_for(owner_));
  timers_.arm(timer, at);
  plan_timers();
}

// Makes sure of a look at the timers soon after the next is due. Looks that turn out too early do no harm and
// stay planned, so that timers that come and go do not fill the world's queue.
void SimExecutor::plan_timers() {
  if (timers_.next_deadline() == MonotonicTime::never()) return;
  const int64_t due_ns = std::max((timers_.next_deadline() + -origin_).ns, loop_.now().ns);
  const auto next = std::lower_bound(wakes_ns_.begin(), wakes_ns_.end(), due_ns);
  if (next != wakes_ns_.end() && *next <= due_ns + options_.turn_delay.max.count()) return;
  const MonotonicTime at = MonotonicTime{due_ns} + options_.turn_delay.draw(rng_);
  wakes_ns_.insert(next, at.ns);
  loop_.schedule(at, owner_, EventKind::turn, [this, at] { timers_due(at.ns); });
}

void SimExecutor::timers_due(int64_t planned_ns) {
  const auto planned = std::lower_bound(wakes_ns_.begin(), wakes_ns_.end(), planned_ns);
  FIRN_ASSERT(planned != wakes_ns_.end());
  FIRN_ASSERT(*planned == planned_ns);
  wakes_ns_.erase(planned);
  timers_.fire_due(now());
  plan_timers();
}

// In order per submitting thread, in any order between threads. A dead node's loop has ended; see Life for
// why what it is given is kept.
void SimExecutor::submit(std::move_only_function<void()> work) {
  const EventOwner from = loop_.current();
  const size_t source = from.life == owner_.life ? from.thread + 1 : 0;
  if (last_arrival_.size() <= source) last_arrival_.resize(source + 1);
  MonotonicTime& last = last_arrival_[source];
  last = std::max(last, loop_.now() + options_.turn_delay.draw(rng_));
  loop_.schedule(last, owner_, EventKind::submit, std::move(work));
}

}  // namespace firn::sim
