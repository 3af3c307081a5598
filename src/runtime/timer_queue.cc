// Indexed binary heap of timers; see timer_queue.h.
#include "runtime/timer_queue.h"

#include "base/assert.h"

namespace firn {

TimerQueue::~TimerQueue() {
  for (Timer* timer : heap_) timer->heap_index_ = Timer::kNotArmed;
}

void TimerQueue::arm(Timer& timer, MonotonicTime at) {
  disarm(timer);
  timer.at_ = at;
  timer.order_ = next_order_++;
  heap_.push_back(&timer);
  place(heap_.size() - 1, timer);
  sift_up(heap_.size() - 1);
}

void TimerQueue::disarm(Timer& timer) {
  if (!timer.armed()) return;
  FIRN_ASSERT(timer.heap_index_ < heap_.size());
  FIRN_ASSERT(heap_[timer.heap_index_] == &timer);
  remove(timer.heap_index_);
}

MonotonicTime TimerQueue::next_deadline() const {
  return heap_.empty() ? MonotonicTime::never() : heap_.front()->at_;
}

size_t TimerQueue::fire_due(MonotonicTime now) {
  const size_t fired_max = heap_.size();
  size_t fired = 0;
  while (fired < fired_max && !heap_.empty() && heap_.front()->at_ <= now) {
    Timer& timer = *heap_.front();
    remove(0);
    fired++;
    timer.fire();
  }
  return fired;
}

bool TimerQueue::before(const Timer& a, const Timer& b) {
  return a.at_ != b.at_ ? a.at_ < b.at_ : a.order_ < b.order_;
}

void TimerQueue::place(size_t index, Timer& timer) {
  heap_[index] = &timer;
  timer.heap_index_ = index;
}

void TimerQueue::sift_up(size_t index) {
  Timer& timer = *heap_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (!before(timer, *heap_[parent])) break;
    place(index, *heap_[parent]);
    index = parent;
  }
  place(index, timer);
}

void TimerQueue::sift_down(size_t index) {
  Timer& timer = *heap_[index];
  while (true) {
    size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(*heap_[child + 1], *heap_[child])) child++;
    if (!before(*heap_[child], timer)) break;
    place(index, *heap_[child]);
    index = child;
  }
  place(index, timer);
}

void TimerQueue::remove(size_t index) {
  heap_[index]->heap_index_ = Timer::kNotArmed;
  Timer* const last = heap_.back();
  heap_.pop_back();
  if (index == heap_.size()) return;
  place(index, *last);
  sift_up(index);
  sift_down(last->heap_index_);
}

}  // namespace firn
