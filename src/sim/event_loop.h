// EventLoop: everything that happens in a simulated world, in the order of (virtual time, order of
// scheduling). The clock jumps from one event to the next. Each event that runs is mixed into a hash: two
// runs of one seed that differ anywhere differ in the hash.
//
// Events belong to a Life, one run of a node from its start to its end. Events of a dead life never run;
// those of a frozen one wait until it thaws. What a dropped event owns is *buried*, not destroyed, where
// it may lead to coroutine frames of the dead node: nothing of a dead node is ever run again, not even a
// destructor (see README.md).
//
// One operating-system thread runs the world; nothing here is shared.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace firn::sim {

using Work = std::move_only_function<void()>;

enum class EventKind : uint8_t {
  turn,     // a turn of an executor's loop
  submit,   // work from another thread
  io,       // a device completes an operation
  deliver,  // a frame reaches its receiver; owns only the world's memory
  channel,  // the rest of a channel's life: connect, send, close
  log,
  world,  // the test's and the faults' own events
};

struct HeldEvent {
  uint32_t thread = 0;
  EventKind kind{};
  Work work;
};

// One run of a node: from start() to kill() or stop().
struct Life {
  uint32_t node = 0;
  uint32_t number = 0;
  bool dead = false;
  bool frozen = false;
  std::vector<HeldEvent> held;  // came due while frozen
  std::vector<Work> buried;     // kept, never run

  // Keeps a coroutine that will not be resumed.
  void bury(std::coroutine_handle<> coroutine) {
    buried.emplace_back([coroutine] { coroutine.resume(); });
  }
};

// Whose event it is: a thread (target) of a life, or the world itself (no life).
struct EventOwner {
  Life* life = nullptr;
  uint32_t thread = 0;
  bool dead() const { return life != nullptr && life->dead; }
};

// A hash of all that happened so far.
class EventHash {
 public:
  void mix(uint64_t value) {
    state_ = (state_ ^ value) * 0x9e3779b97f4a7c15ULL;
    state_ ^= state_ >> 29;
  }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0xcbf29ce484222325ULL;
};

class EventLoop {
 public:
  // Gets one line for each event and note; see World::trace().
  using TraceSink = std::move_only_function<void(std::string_view line)>;

  // Events that may wait at one time: more is a program that schedules without end.
  static constexpr size_t kEventsMax = 1 << 24;

  MonotonicTime now() const { return now_; }
  uint64_t hash() const { return hash_.value(); }
  uint64_t events_run() const { return events_run_; }
  // Who runs at present; the world outside of events.
  EventOwner current() const { return current_; }
  // True in that thread's events and in the world's own: what only that thread may do is asserted with it.
  bool may_act_for(EventOwner owner) const {
    return current_.life == nullptr || (current_.life == owner.life && current_.thread == owner.thread);
  }

  // Runs `work` at `at`, or as soon as possible if that has passed, unless its owner is dead by then.
  void schedule(MonotonicTime at, EventOwner owner, EventKind kind, Work work);
  // Resumes the coroutine as `kind`'s event.
  void resume_at(MonotonicTime at, EventOwner owner, EventKind kind, std::coroutine_handle<> coroutine);

  // Runs the next event if it is due by `limit`. Otherwise the clock goes to `limit`, and false.
  bool run_next(MonotonicTime limit);
  // The events held for a life are due now.
  void thaw(Life& life);
  // Drops what waits for a life, which is dead.
  void drop_held(Life& life);
  // Drops all events.
  void clear();

  // Adds a detail of what happens to the hash and the trace. `what` is a constant word or two.
  void note(EventOwner owner, EventKind kind, const char* what, uint64_t a = 0, uint64_t b = 0);
  void set_trace(TraceSink sink) { trace_ = std::move(sink); }

 private:
  struct Entry {
    int64_t at_ns;
    uint64_t order;
    uint32_t slot;
  };
  struct Slot {
    Work work;
    EventOwner owner;
    EventKind kind{};
  };

  static bool later(const Entry& a, const Entry& b);
  uint32_t put_in_slot(EventOwner owner, EventKind kind, Work work);
  Slot take_from_slot(uint32_t index);
  void run(Slot slot);
  void trace_line(EventOwner owner, EventKind kind, const char* what, uint64_t a, uint64_t b);

  MonotonicTime now_{};
  uint64_t next_order_ = 0;
  uint64_t events_run_ = 0;
  EventHash hash_;
  EventOwner current_;
  std::vector<Entry> heap_;  // a binary heap, the next event first
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_slots_;
  TraceSink trace_;
};

// Seconds with nine digits: "1.500000000".
std::string time_text(MonotonicTime time);

// A hash of bytes, for the event hash; not for anything stored.
uint64_t hash_bytes(std::string_view bytes);

}  // namespace firn::sim
