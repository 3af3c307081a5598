// UringExecutor: the real event loop: one thread, one io_uring for files, sockets and wake-ups, a timer
// queue, and an inbox for other threads. It blocks when there is nothing to do (no ticks), after polling for
// a moment while that pays (runtime/spin_policy.h).
//
// A turn: pollers, inbox, ready coroutines, due timers, then one system call that submits what they started
// and collects what has completed, if there is any, then a look at sockets that are waited for. While much is
// ready, timers and sockets are looked at in some turns only. Coroutines are only ever resumed from the ready
// queue.
//
// May be created and destroyed in any thread; belongs to the thread that first runs it. Nothing may be in
// progress when it is destroyed.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "runtime/executor.h"
#include "runtime/inbox.h"
#include "runtime/intrusive_list.h"
#include "runtime/poller.h"
#include "runtime/spin_policy.h"
#include "runtime/timer_queue.h"

struct io_uring_sqe;  // NOLINT(readability-identifier-naming): liburing's

namespace firn {

// Who gets an operation's completions. Lives until the last one (the one without IORING_CQE_F_MORE).
class UringCompletion {
 public:
  // Posts coroutines, does not resume them: the caller may be take_entry(). `result` is the system call's,
  // errors negative.
  virtual void completed(int result, uint32_t flags) = 0;

 protected:
  ~UringCompletion() = default;
};

// Who waits for something that can be asked for by a system call of its own, e.g. bytes on a socket. While
// the loop is awake it asks; that costs less than an operation of the ring. Before it sleeps it hands the
// wait over to the ring.
class UringPolled : public ListNode {
 public:
  // Asks once, without waiting. True when it has come: whoever waits was posted.
  virtual bool poll() = 0;
  // Starts the operation of the ring in its place.
  virtual void arm() = 0;

 protected:
  ~UringPolled() = default;
};

struct UringOptions {
  uint32_t entries = 1024;  // submissions gathered at most before they are handed to the kernel
  bool spin = true;         // false: always block at once
};

class UringExecutor final : public PollingExecutor {
 public:
  // Code::unsupported where the kernel has no io_uring or the container forbids it.
  static Result<std::unique_ptr<UringExecutor>> create(UringOptions options = {});
  ~UringExecutor() override;

  MonotonicTime now() const override;
  void post(std::coroutine_handle<> coroutine) override { ready_.push_back(coroutine); }
  void arm(Timer& timer, MonotonicTime at) override { timers_.arm(timer, at); }
  void disarm(Timer& timer) override { timers_.disarm(timer); }
  void submit(std::move_only_function<void()> work) override;

  // Runs until stop(), always in the same thread. May be run again.
  void run();
  // Makes run() return after one turn more: what is woken in this one gets its own. In the loop's thread.
  void stop() { stopping_ = true; }

  // For operations (runtime/uring_operation.h): an empty submission entry, then, once it is filled in, its
  // start.
  io_uring_sqe* take_entry();
  void start(io_uring_sqe* entry, UringCompletion& completion);
  // Asks the kernel to end an operation early; it completes with -ECANCELED, or normally if it was too late.
  void cancel(UringCompletion& completion);
  // Asks `polled` until it has come or was armed. Among many waits only the latest are asked.
  void poll_while_awake(UringPolled& polled);
  // Operations that have not completed.
  size_t operations() const { return operations_; }

  void add_poller(Poller& poller) override { pollers_.add(poller); }
  void remove_poller(Poller& poller) override { pollers_.remove(poller); }

 private:
  struct Ring;
  struct Waker;  // NOLINT(cppcoreguidelines-virtual-class-destructor): nobody deletes it through its base

  UringExecutor(std::unique_ptr<Ring> ring, UringOptions options);
  void enable();
  void turn();
  void run_ready();
  void submit_and_reap();
  void reap();
  bool arm_waker();
  bool arrivals() const;
  bool ask_polled();
  void arm_polled();
  void wait();
  void block_until(MonotonicTime until);

  std::unique_ptr<Ring> ring_;
  std::unique_ptr<Waker> waker_;
  TimerQueue timers_;
  std::vector<std::coroutine_handle<>> ready_;
  std::vector<std::coroutine_handle<>> batch_;  // what this turn resumes; swapped with ready_
  Pollers pollers_;
  size_t operations_ = 0;
  IntrusiveList<UringPolled> polled_;  // oldest first
  size_t polled_count_ = 0;
  int turns_unasked_ = 0;  // since the last that did
  SpinPolicy spin_policy_;
  bool enabled_ = false;  // bound to its thread
  bool running_ = false;
  bool stopping_ = false;
  SpinPolicy::Crowd crowd_ = SpinPolicy::Crowd::nobody;  // in this idle period

  Inbox inbox_;
  std::atomic<bool> sleeping_ = false;  // announces that a submit() must wake the loop
};

}  // namespace firn
