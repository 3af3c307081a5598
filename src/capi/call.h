// How functions of the C API become operations: a blocking call runs in a lane of its own, one with an event
// in the event's queue.
#pragma once

#include <source_location>
#include <utility>

#include "capi/library.h"

namespace firn::capi {

inline bool ready() { return Library::instance().ready(); }
inline HandleTable& handles() { return Library::instance().handles(); }
template <class T>
std::shared_ptr<T> find(daos_handle_t handle) {
  return handles().find<T>(handle);
}

// A call's arguments cannot be. Kept for firn_last_error().
inline int refuse(const char* why, std::source_location call = std::source_location::current()) {
  return report(fail(Code::invalid, why), call);
}

// The queue of an event, whose state is there. nullptr: it has gone.
std::shared_ptr<EventQueue> queue_of(daos_event_t& event);

// `make` is called with the lane that the operation is to run in, and gives its task: 0 or a negative DER
// number, or an error. What the task needs it holds itself; the caller's memory stays for its time. The call
// gives the end of the operation; with an event, 0 once it has begun.
template <class Make>
int perform(daos_event_t* event, Make make, std::source_location call = std::source_location::current()) {
  if (!ready()) return -DER_UNINIT;
  if (event == nullptr) {
    auto lane = Library::instance().lanes().take();
    if (!lane) return report(std::move(lane).error(), call);
    return report((**lane).runtime().run(make(**lane)), call);
  }
  if (!is_event(event)) return refuse("the event was not made by daos_event_init()", call);
  const auto queue = queue_of(*event);
  if (!queue) return -DER_NONEXIST;
  return queue->start(*event, std::move(make), call);
}

// For calls whose end is known at once: an event completes with it all the same.
inline int perform_now(daos_event_t* event, int result,
                       std::source_location call = std::source_location::current()) {
  if (event == nullptr) return result;
  return perform(
      event, [result](Lane&) { return [](int number) -> Task<Result<int>> { co_return number; }(result); },
      call);
}

}  // namespace firn::capi
