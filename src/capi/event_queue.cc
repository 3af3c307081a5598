// Events and who drives their operations; see event_queue.h.
#include "capi/event_queue.h"

#include <utility>

#include <daos_errno.h>

namespace firn::capi {

Result<std::shared_ptr<EventQueue>> EventQueue::create(bool collects) {
  FIRN_TRY(auto lane, Lane::create());
  return std::shared_ptr<EventQueue>(new EventQueue(std::move(lane), collects));
}

EventQueue::~EventQueue() { lane_->close(); }

// --- Driving

bool EventQueue::try_drive() {
  const std::scoped_lock lock(mutex_);
  if (driver_ != std::thread::id()) return false;
  driver_ = std::this_thread::get_id();
  return true;
}

void EventQueue::hand_over_if_due() {
  const size_t running = [this] {
    const std::scoped_lock lock(mutex_);
    return running_.size();
  }();
  if (gathering_.waits(running, lane_->loop().now())) return;
  lane_->loop().settle();
  gathering_.handed_over();
}

void EventQueue::stop_driving() {
  const std::scoped_lock lock(mutex_);
  driver_ = {};
  driven_.notify_all();
}

// Something has completed. With the lock.
void EventQueue::wake_driver() {
  if (driver_ == std::this_thread::get_id()) {
    lane_->loop().stop();
  } else if (driver_ != std::thread::id()) {
    lane_->loop().submit([this] { lane_->loop().stop(); });
  }
}

// Drives until an event completes or the time has come, or waits for who does. False: this thread drives
// already, it is in a callback.
bool EventQueue::turn(std::unique_lock<std::mutex>& lock, MonotonicTime until) {
  if (driver_ == std::this_thread::get_id()) return false;
  if (driver_ != std::thread::id()) {
    using Steady = std::chrono::steady_clock;
    if (until == MonotonicTime::never()) {
      driven_.wait(lock);
    } else {
      driven_.wait_until(lock, Steady::time_point(std::chrono::nanoseconds(until.ns)));
    }
    return true;
  }
  driver_ = std::this_thread::get_id();
  lock.unlock();
  if (gathering_.any()) gathering_.came_back(lane_->loop().now());
  lane_->loop().run(until);
  lock.lock();
  driver_ = {};
  driven_.notify_all();
  return true;
}

MonotonicTime EventQueue::deadline_of(int64_t timeout_us) const {
  constexpr int64_t kLongUs = INT64_MAX / 4000;
  if (timeout_us < 0 || timeout_us > kLongUs) return MonotonicTime::never();
  return lane_->loop().now() + std::chrono::microseconds(timeout_us);
}

// --- Operations

int EventQueue::launch(daos_event_t& event) {
  const std::scoped_lock lock(mutex_);
  EventState& state = state_of(event);
  if (state.status != DAOS_EVS_READY || state.launched) return -DER_NO_PERM;
  if (state.parent != nullptr) {
    EventState& parent = state_of(*state.parent);
    const bool open = parent.status == DAOS_EVS_READY || parent.status == DAOS_EVS_RUNNING;
    if (!open || parent.launched) return -DER_NO_PERM;
    parent.children_running++;
  }
  event.ev_error = 0;
  state.launched = true;
  state.operating = true;
  state.aborted = false;
  state.status = DAOS_EVS_RUNNING;
  running_.push_back(event);
  return 0;
}

Task<void> EventQueue::operate(EventQueue* queue, daos_event_t* event, Task<Result<int>> task,
                               std::source_location call) {
  const int result = report(co_await std::move(task), call);
  queue->operation_ended(*event, result);
}

void EventQueue::operation_ended(daos_event_t& event, int result) {
  std::unique_lock lock(mutex_);
  event.ev_error = result;
  state_of(event).operating = false;
  if (state_of(event).children_running == 0) complete(event, lock);
}

// Of an event that runs; then of its parent, if that waited for this. The lock is not held during callbacks.
void EventQueue::complete(daos_event_t& event, std::unique_lock<std::mutex>& lock) {
  EventState& state = state_of(event);
  if (event.ev_error == 0) event.ev_error = state.first_error;
  if (state.aborted) event.ev_error = -DER_CANCELED;
  if (state.callback_count > 0) {
    lock.unlock();
    run_callbacks(event);
    lock.lock();
  }
  running_.remove(event);
  state.status = state.aborted ? DAOS_EVS_ABORTED : DAOS_EVS_COMPLETED;
  wake_driver();
  daos_event_t* const parent = state.parent;
  if (parent == nullptr) {
    if (collects_) completed_.push_back(event);
    return;
  }
  EventState& family = state_of(*parent);
  family.children_running--;
  if (family.first_error == 0) family.first_error = event.ev_error;
  const bool last = family.children_running == 0 && family.launched && !family.operating;
  if (last) complete(*parent, lock);
}

void EventQueue::run_callbacks(daos_event_t& event) {
  EventState& state = state_of(event);
  const uint32_t count = std::exchange(state.callback_count, 0);
  for (uint32_t i = 0; i < count; i++) {
    const auto& callback = state.callbacks[i];
    const int result = callback.function(callback.argument, &event, event.ev_error);
    if (result != 0) event.ev_error = result;
  }
}

// It may be used again, and so may its children.
void EventQueue::set_ready(daos_event_t& event) {
  EventState& state = state_of(event);
  state.status = DAOS_EVS_READY;
  state.launched = false;
  state.first_error = 0;
  for (daos_event_t* child = state.first_child; child != nullptr; child = state_of(*child).next_sibling) {
    state_of(*child).status = DAOS_EVS_READY;
    state_of(*child).launched = false;
  }
}

// --- Asking

uint32_t EventQueue::take_completed(uint32_t events_max, daos_event_t** events) {
  uint32_t count = 0;
  while (count < events_max && completed_.front() != nullptr) {
    daos_event_t& event = *completed_.front();
    completed_.remove(event);
    set_ready(event);
    events[count++] = &event;
  }
  return count;
}

int EventQueue::poll(bool wait_running, int64_t timeout_us, uint32_t events_max, daos_event_t** events) {
  const MonotonicTime deadline = deadline_of(timeout_us);
  std::unique_lock lock(mutex_);
  for (bool looked = false;; looked = true) {
    if (const uint32_t count = take_completed(events_max, events)) return static_cast<int>(count);
    if (wait_running && running_.size() == 0) return 0;
    if (looked && lane_->loop().now() >= deadline) return 0;
    if (!turn(lock, deadline)) return -DER_BUSY;
  }
}

int EventQueue::test(daos_event_t& event, int64_t timeout_us, bool* completed) {
  const MonotonicTime deadline = deadline_of(timeout_us);
  std::unique_lock lock(mutex_);
  EventState& state = state_of(event);
  if (state.parent != nullptr) return -DER_NO_PERM;
  for (bool looked = false;; looked = true) {
    *completed = state.status != DAOS_EVS_RUNNING;
    if (*completed || (looked && lane_->loop().now() >= deadline)) break;
    if (!turn(lock, deadline)) return -DER_BUSY;
  }
  if (*completed && state.status != DAOS_EVS_READY) {
    if (collects_) completed_.remove(event);
    set_ready(event);
  }
  return 0;
}

int EventQueue::query(unsigned which, uint32_t events_max, daos_event_t** events) {
  const std::scoped_lock lock(mutex_);
  uint32_t count = 0;
  const auto add = [&](const EventList& list) {
    for (daos_event_t* event = list.front(); event != nullptr; event = state_of(*event).next) {
      if (state_of(*event).parent != nullptr) continue;
      if (events != nullptr && count == events_max) return;
      if (events != nullptr) events[count] = event;
      count++;
    }
  };
  if ((which & DAOS_EQR_COMPLETED) != 0) add(completed_);
  if ((which & DAOS_EQR_WAITING) != 0) add(running_);
  return static_cast<int>(count);
}

bool EventQueue::running() {
  const std::scoped_lock lock(mutex_);
  return running_.size() > 0;
}

// --- Events

int EventQueue::add_child(daos_event_t& child, daos_event_t& parent) {
  const std::scoped_lock lock(mutex_);
  EventState& family = state_of(parent);
  if (family.status != DAOS_EVS_READY || family.parent != nullptr) return -DER_INVAL;
  state_of(child).parent = &parent;
  state_of(child).next_sibling = std::exchange(family.first_child, &child);
  return 0;
}

void EventQueue::leave_parent(daos_event_t& child) {
  daos_event_t** link = &state_of(*state_of(child).parent).first_child;
  while (*link != &child) link = &state_of(**link).next_sibling;
  *link = state_of(child).next_sibling;
}

int EventQueue::finish(daos_event_t& event) {
  const std::scoped_lock lock(mutex_);
  EventState& state = state_of(event);
  if (state.status == DAOS_EVS_RUNNING || state.children_running > 0) return -DER_BUSY;
  const bool collected = collects_ && state.parent == nullptr && state.status != DAOS_EVS_READY;
  if (collected) completed_.remove(event);
  if (state.parent != nullptr) leave_parent(event);
  for (daos_event_t* child = state.first_child; child != nullptr;) {
    EventState& gone = state_of(*child);
    child = gone.next_sibling;
    gone.magic = 0;
  }
  state.magic = 0;
  return 0;
}

daos_event_t* EventQueue::next_child(daos_event_t& parent, daos_event_t* child) {
  const std::scoped_lock lock(mutex_);
  return child == nullptr ? state_of(parent).first_child : state_of(*child).next_sibling;
}

int EventQueue::add_callback(daos_event_t& event, EventState::Callback callback) {
  const std::scoped_lock lock(mutex_);
  EventState& state = state_of(event);
  if (state.status != DAOS_EVS_READY) return -DER_NO_PERM;
  if (state.callback_count == EventState::kCallbacksMax) return -DER_OVERFLOW;
  state.callbacks[state.callback_count++] = callback;
  return 0;
}

int EventQueue::barrier(daos_event_t& parent) {
  std::unique_lock lock(mutex_);
  EventState& state = state_of(parent);
  if (state.first_child == nullptr) return -DER_INVAL;
  if (state.status != DAOS_EVS_READY) return -DER_NO_PERM;
  state.launched = true;
  state.status = DAOS_EVS_RUNNING;
  parent.ev_error = 0;
  running_.push_back(parent);
  if (state.children_running == 0) complete(parent, lock);
  return 0;
}

int EventQueue::abort(daos_event_t& event) {
  const std::scoped_lock lock(mutex_);
  EventState& state = state_of(event);
  if (state.status != DAOS_EVS_RUNNING) return -DER_NO_PERM;
  state.aborted = true;
  return 0;
}

}  // namespace firn::capi
