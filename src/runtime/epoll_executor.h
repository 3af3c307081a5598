// EpollExecutor: the event loop of clients inside other people's programs: sockets, timers and wake-ups over
// epoll, no files. Unlike an io_uring it may be run by one thread now and by another later, whoever has it at
// the time; what was begun in a thread that has gone goes on. Nothing happens while nobody runs it.
//
// A turn: a look at what has arrived on sockets (while there is work, in some turns only), pollers, inbox,
// ready coroutines, then the timers that were due when it looked. So after a pause, however long, an answer
// that has come is seen before the time that was allowed for it runs out. With nothing to do it polls for a
// moment while that pays (runtime/spin_policy.h), then blocks.
//
// All methods but submit() are called by whoever has the loop. Nothing may be in progress when it is
// destroyed.
#pragma once

#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "runtime/descriptor.h"
#include "runtime/executor.h"
#include "runtime/inbox.h"
#include "runtime/poller.h"
#include "runtime/spin_policy.h"
#include "runtime/timer_queue.h"

namespace firn {

struct EpollOptions {
  bool spin = true;  // false: always block at once
};

class EpollExecutor final : public PollingExecutor {
 public:
  static Result<std::unique_ptr<EpollExecutor>> create(EpollOptions options = {});
  ~EpollExecutor() override;

  MonotonicTime now() const override;
  void post(std::coroutine_handle<> coroutine) override { ready_.push_back(coroutine); }
  void arm(Timer& timer, MonotonicTime at) override { timers_.arm(timer, at); }
  void disarm(Timer& timer) override { timers_.disarm(timer); }
  void submit(std::move_only_function<void()> work) override;
  void add_poller(Poller& poller) override { pollers_.add(poller); }
  void remove_poller(Poller& poller) override { pollers_.remove(poller); }

  // Runs until stop(), or until that time has come. What is ready then has been run: what was to be sent is
  // with the kernel. May be run again, by another thread.
  void run(MonotonicTime until = MonotonicTime::never());
  // Runs what is ready, and hands what it sends to the kernel, without looking for arrivals: for who has
  // begun something and goes away.
  void settle();
  // Makes run() return soon; the next one too if none is running.
  void stop() { stopping_ = true; }

 private:
  friend class EpollWatch;

  EpollExecutor(Descriptor epoll, Descriptor wake, EpollOptions options);
  void turn(MonotonicTime until);
  void run_ready();
  bool look();
  bool look_due();
  bool arrivals();
  void wait(MonotonicTime until);
  void block_until(MonotonicTime until);

  const Descriptor epoll_;
  const Descriptor wake_;  // an eventfd that submit() writes to
  TimerQueue timers_;
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> batch_;  // what this turn resumes; swapped with ready_
  Pollers pollers_;
  SpinPolicy spin_policy_;
  int unlooked_ = 0;           // turns or looks around since the last look at sockets
  MonotonicTime looked_at_{};  // what had arrived by then has been seen
  bool running_ = false;
  bool stopping_ = false;

  Inbox inbox_;
  std::atomic<bool> sleeping_ = false;  // announces that a submit() must wake the loop
};

// A stream descriptor whose readiness the loop watches as long as this lives. The kernel tells of changes
// only, so: try first, and wait when it would block.
class EpollWatch {
 public:
  // Makes the descriptor non-blocking. It outlives this, and so does the executor.
  EpollWatch(EpollExecutor& executor, int descriptor);
  EpollWatch(EpollWatch&&) = delete;
  // Nobody waits.
  ~EpollWatch();

  // False: everything that had come was taken; no use in trying before readable() has been awaited.
  bool maybe_readable() const { return readable_.possible; }
  // A stream gave less than was asked for.
  void drained() { readable_.possible = hung_up_; }
  // co_await: until something has come, the stream's end or its failure too. One waiter at a time.
  auto readable() { return Wait{readable_}; }
  // co_await: until there is room to write, or a connection is made or refused.
  auto writable() { return Wait{writable_}; }
  // Whoever waits is resumed although nothing has happened.
  void wake();

 private:
  friend class EpollExecutor;
  struct Direction {
    bool possible = true;
    std::coroutine_handle<> waiting;
  };
  struct Wait {
    Direction& direction;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const {
      direction.possible = false;
      direction.waiting = awaiting;
    }
    void await_resume() const {}
  };
  void happened(uint32_t events);
  void resume(Direction& direction);

  EpollExecutor& executor_;
  const int descriptor_;
  Direction readable_;
  Direction writable_;
  bool hung_up_ = false;  // its end has come or comes with the last bytes
};

}  // namespace firn
