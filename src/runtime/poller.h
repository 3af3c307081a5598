// Poller: a source of work that the kernel does not announce, e.g. a ring in memory shared with another
// process. The loop asks it in every turn, and again and again while it looks around before it blocks
// (runtime/spin_policy.h). Only while the loop sleeps does the other side have to wake it:
//
//   consumer (the loop)                     producer (another thread or process)
//   sleeping(true)  -- stores a flag        publishes the work
//   ready()         -- looks once more      looks at the flag; if it is set, clears it and wakes the loop
//   blocks                                  by an operation that completes (a byte in a socket) or submit()
//
// Both flag and work are accessed with sequential consistency, so that one of the two sees the other.
#pragma once

#include <algorithm>
#include <vector>

#include "runtime/executor.h"

namespace firn {

// All calls are made in the loop's thread.
class Poller {
 public:
  // Takes what has arrived; once per turn. Bounded work: the others want their turn. May add and remove
  // pollers, itself too.
  virtual void poll() = 0;
  // Whether poll() would find something. Cheap: asked millions of times per second.
  virtual bool ready() const = 0;
  // True: the loop blocks unless ready() says otherwise right after this. False: it is awake again.
  virtual void sleeping(bool asleep) = 0;

 protected:
  ~Poller() = default;
};

// An executor that asks pollers.
class PollingExecutor : public Executor {
 public:
  // The loop asks the poller from now on, until it is removed. In the loop's thread, or before it runs.
  virtual void add_poller(Poller& poller) = 0;
  virtual void remove_poller(Poller& poller) = 0;
};

// The pollers of a loop. May change while they are asked.
class Pollers {
 public:
  void add(Poller& poller) { all_.push_back(&poller); }
  void remove(Poller& poller) {
    std::replace(all_.begin(), all_.end(), &poller, static_cast<Poller*>(nullptr));
  }
  bool empty() const { return all_.empty(); }
  // By index: a poller may add others, which get their first turn in the next one.
  void poll() {
    if (all_.empty()) return;
    const size_t count = all_.size();
    for (size_t i = 0; i < count; i++) {
      if (all_[i] != nullptr) all_[i]->poll();
    }
    std::erase(all_, nullptr);
  }
  bool ready() const {
    return std::any_of(all_.begin(), all_.end(),
                       [](const Poller* poller) { return poller != nullptr && poller->ready(); });
  }
  void sleeping(bool asleep) {
    for (Poller* const poller : all_) {
      if (poller != nullptr) poller->sleeping(asleep);
    }
  }

 private:
  std::vector<Poller*> all_;  // nullptr: removed in this turn
};

}  // namespace firn
