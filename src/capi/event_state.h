// What the library keeps in a daos_event_t, and lists of events. Nothing is allocated.
#pragma once

#include <cstdint>
#include <new>

#include <daos_event.h>

namespace firn::capi {

struct EventState {
  static constexpr uint32_t kMagic = 0x746e7645;  // "Evnt": daos_event_init() was here
  static constexpr uint32_t kCallbacksMax = 3;
  struct Callback {
    daos_event_comp_cb_t function;
    void* argument;
  };

  uint32_t magic = kMagic;
  uint8_t status = DAOS_EVS_READY;  // daos_ev_status_t
  bool launched = false;            // an operation or a barrier: a parent may complete
  bool operating = false;           // an operation of its own runs
  bool aborted = false;
  uint64_t queue = 0;  // the event queue's cookie; 0: none
  daos_event_t* parent = nullptr;
  daos_event_t* first_child = nullptr;
  daos_event_t* next_sibling = nullptr;
  daos_event_t* previous = nullptr;  // in an EventList
  daos_event_t* next = nullptr;
  uint32_t children_running = 0;
  int32_t first_error = 0;  // of the children
  uint32_t callback_count = 0;
  Callback callbacks[kCallbacksMax] = {};
};
static_assert(sizeof(EventState) <= sizeof(daos_event_t::ev_private));
static_assert(sizeof(daos_event_t) == 176);

inline EventState& state_of(daos_event_t& event) {
  return *std::launder(reinterpret_cast<EventState*>(&event.ev_private));
}
inline void make_state(daos_event_t& event) { new (&event.ev_private) EventState(); }
inline bool is_event(daos_event_t* event) {
  return event != nullptr && state_of(*event).magic == EventState::kMagic;
}

// Events in the order of their coming.
class EventList {
 public:
  daos_event_t* front() const { return first_; }
  uint32_t size() const { return size_; }
  void push_back(daos_event_t& event) {
    EventState& state = state_of(event);
    state.previous = last_;
    state.next = nullptr;
    (last_ == nullptr ? first_ : state_of(*last_).next) = &event;
    last_ = &event;
    size_++;
  }
  // Precondition: it is in this list.
  void remove(daos_event_t& event) {
    const EventState& state = state_of(event);
    (state.previous == nullptr ? first_ : state_of(*state.previous).next) = state.next;
    (state.next == nullptr ? last_ : state_of(*state.next).previous) = state.previous;
    size_--;
  }

 private:
  daos_event_t* first_ = nullptr;
  daos_event_t* last_ = nullptr;
  uint32_t size_ = 0;
};

}  // namespace firn::capi
