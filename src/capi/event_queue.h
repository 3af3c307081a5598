// EventQueue: a lane, and the events whose operations it runs. Who starts an operation or asks for events
// drives the lane for that moment; while another thread does, starting hands the operation over to it and
// asking waits for it. Operations that are started one after the other go out together (capi/gathering.h).
// Any thread.
//
// The events of a queue, their states and their families are guarded by its mutex, which is not held while
// the lane runs nor while callbacks do.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <source_location>
#include <thread>

#include "capi/errors.h"
#include "capi/event_state.h"
#include "capi/gathering.h"
#include "capi/lane.h"

namespace firn::capi {

class EventQueue {
 public:
  static constexpr HandleKind kKind = HandleKind::queue;

  // With `collects`, completed events wait to be polled; without, each is tested.
  static Result<std::shared_ptr<EventQueue>> create(bool collects);
  // Cancels what runs. Nobody is inside.
  ~EventQueue();

  // Runs `make(Lane&)`, a Task<Result<int>>, until it first waits; its end completes the event. Negative, and
  // nothing started, if the event cannot take an operation.
  template <class Make>
  int start(daos_event_t& event, Make make, std::source_location call) {
    if (const int refused = launch(event); refused != 0) return refused;
    auto begin = [this, &event, make = std::move(make), call]() mutable {
      lane_->gate().spawn(operate(this, &event, make(*lane_), call));
    };
    if (try_drive()) {
      begin();
      hand_over_if_due();
      stop_driving();
    } else {
      lane_->loop().submit(std::move(begin));
    }
    return 0;
  }

  // As daos_eq_poll(), daos_event_test(), daos_eq_query().
  int poll(bool wait_running, int64_t timeout_us, uint32_t events_max, daos_event_t** events);
  int test(daos_event_t& event, int64_t timeout_us, bool* completed);
  int query(unsigned which, uint32_t events_max, daos_event_t** events);
  bool running();

  // As the functions of the API; the event is of this queue.
  int add_child(daos_event_t& child, daos_event_t& parent);
  int finish(daos_event_t& event);
  daos_event_t* next_child(daos_event_t& parent, daos_event_t* child);
  int add_callback(daos_event_t& event, EventState::Callback callback);
  int barrier(daos_event_t& parent);
  int abort(daos_event_t& event);

 private:
  EventQueue(std::unique_ptr<Lane> lane, bool collects) : lane_(std::move(lane)), collects_(collects) {}

  int launch(daos_event_t& event);
  static Task<void> operate(EventQueue* queue, daos_event_t* event, Task<Result<int>> task,
                            std::source_location call);
  void operation_ended(daos_event_t& event, int result);
  void complete(daos_event_t& event, std::unique_lock<std::mutex>& lock);
  static void run_callbacks(daos_event_t& event);
  void set_ready(daos_event_t& event);
  uint32_t take_completed(uint32_t events_max, daos_event_t** events);
  void leave_parent(daos_event_t& child);

  void hand_over_if_due();
  bool try_drive();
  void stop_driving();
  void wake_driver();
  bool turn(std::unique_lock<std::mutex>& lock, MonotonicTime until);
  MonotonicTime deadline_of(int64_t timeout_us) const;

  const std::unique_ptr<Lane> lane_;
  const bool collects_;
  Gathering gathering_;  // of who drives
  std::mutex mutex_;
  std::condition_variable driven_;  // a driver has left, events may have completed
  std::thread::id driver_;          // nobody: none
  EventList running_;
  EventList completed_;  // not children
};

}  // namespace firn::capi
