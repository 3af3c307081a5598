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

}  // namespace firn
