// Events and event queues of the C API; daos_event.h.
#include <daos_event.h>

#include "capi/call.h"

namespace firn::capi {

namespace {

// Events without a queue: a shared pointer to what the library owns.
std::shared_ptr<EventQueue> loose_events() {
  return {std::shared_ptr<void>(), &Library::instance().loose_events()};
}

// Finds the event's queue and asks it.
template <class Ask>
int ask(daos_event_t* event, Ask ask_queue) {
  if (!ready()) return -DER_UNINIT;
  if (!is_event(event)) return refuse("the event was not made by daos_event_init()");
  const auto queue = queue_of(*event);
  return queue ? ask_queue(*queue) : -DER_NONEXIST;
}

}  // namespace

std::shared_ptr<EventQueue> queue_of(daos_event_t& event) {
  const uint64_t cookie = state_of(event).queue;
  return cookie == 0 ? loose_events() : find<EventQueue>({cookie});
}

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_eq_create(daos_handle_t* eqh) {
  if (!ready()) return -DER_UNINIT;
  if (eqh == nullptr) return refuse("there is no place for the handle");
  auto queue = EventQueue::create(true);
  if (!queue) return report(std::move(queue).error(), std::source_location::current());
  *eqh = handles().add(*std::move(queue));
  return eqh->cookie == 0 ? -DER_NOMEM : 0;
}

int daos_eq_destroy(daos_handle_t eqh, int flags) {
  if (!ready()) return -DER_UNINIT;
  const auto queue = find<EventQueue>(eqh);
  if (!queue) return -DER_NO_HDL;
  if ((flags & DAOS_EQ_DESTROY_FORCE) == 0 && queue->running()) return -DER_BUSY;
  return handles().remove<EventQueue>(eqh) ? 0 : -DER_NO_HDL;
}

int daos_eq_poll(daos_handle_t eqh, int wait_running, int64_t timeout, unsigned int nevents,
                 daos_event_t** events) {
  if (!ready()) return -DER_UNINIT;
  if (nevents == 0 || events == nullptr) return refuse("there is no place for events");
  const auto queue = find<EventQueue>(eqh);
  return queue ? queue->poll(wait_running != 0, timeout, nevents, events) : -DER_NO_HDL;
}

int daos_eq_query(daos_handle_t eqh, daos_eq_query_t query, unsigned int nevents, daos_event_t** events) {
  if (!ready()) return -DER_UNINIT;
  const auto queue = find<EventQueue>(eqh);
  return queue ? queue->query(query, nevents, nevents == 0 ? nullptr : events) : -DER_NO_HDL;
}

int daos_event_init(daos_event_t* ev, daos_handle_t eqh, daos_event_t* parent) {
  if (!ready()) return -DER_UNINIT;
  if (ev == nullptr) return refuse("there is no event");
  if (parent != nullptr) {
    if (!is_event(parent)) return refuse("the parent was not made by daos_event_init()");
    eqh.cookie = state_of(*parent).queue;
  }
  if (eqh.cookie != 0 && !find<EventQueue>(eqh)) return parent == nullptr ? -DER_NO_HDL : -DER_NONEXIST;
  *ev = {};
  make_state(*ev);
  state_of(*ev).queue = eqh.cookie;
  if (parent == nullptr) return 0;
  return ask(ev, [&](EventQueue& queue) { return queue.add_child(*ev, *parent); });
}

int daos_event_fini(daos_event_t* ev) {
  return ask(ev, [&](EventQueue& queue) { return queue.finish(*ev); });
}

daos_event_t* daos_event_next(daos_event_t* parent, daos_event_t* child) {
  if (!ready() || !is_event(parent)) return nullptr;
  const auto queue = queue_of(*parent);
  return queue ? queue->next_child(*parent, child) : nullptr;
}

int daos_event_test(struct daos_event* ev, int64_t timeout, bool* flag) {
  if (flag == nullptr) return refuse("there is no place for the answer");
  return ask(ev, [&](EventQueue& queue) { return queue.test(*ev, timeout, flag); });
}

int daos_event_register_comp_cb(struct daos_event* ev, daos_event_comp_cb_t cb, void* arg) {
  if (cb == nullptr) return refuse("there is no function to call");
  return ask(ev, [&](EventQueue& queue) { return queue.add_callback(*ev, {cb, arg}); });
}

int daos_event_parent_barrier(struct daos_event* ev) {
  return ask(ev, [&](EventQueue& queue) { return queue.barrier(*ev); });
}

int daos_event_abort(daos_event_t* ev) {
  return ask(ev, [&](EventQueue& queue) { return queue.abort(*ev); });
}
