// DeadlineWait: a wait that ends when somebody wakes it, when its time is up, or when it is canceled;
// whichever comes first. Who may wake it keeps it in a list; at its end it has left that list, so that a wake
// is never lost on a waiter that has given up.
//
//   DeadlineWait wait(executor, deadline, token);
//   waiters_.push_back(wait.place());
//   if (co_await wait != DeadlineWait::End::woken) ...
#pragma once

#include <coroutine>

#include "base/time.h"
#include "runtime/cancel.h"
#include "runtime/executor.h"
#include "runtime/intrusive_list.h"

namespace firn::net {

class DeadlineWait final : private Timer, private CancelCallback {
 public:
  enum class End : uint8_t { none, woken, time_up, canceled };
  struct Place : ListNode {
    explicit Place(DeadlineWait& of) : wait(of) {}
    DeadlineWait& wait;
  };
  using List = IntrusiveList<Place>;

  DeadlineWait(Executor& executor, MonotonicTime until, CancelToken token)
      : executor_(executor), until_(until), token_(token), place_(*this) {}
  ~DeadlineWait() override { executor_.disarm(*this); }

  Place& place() { return place_; }
  // No effect on a wait that has ended.
  void wake() { finish(End::woken); }

  bool await_ready() const { return end_ != End::none; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    awaiting_ = awaiting;
    executor_.arm(*this, until_);
    attach(token_);
  }
  End await_resume() const { return end_; }

 private:
  void fire() override { finish(End::time_up); }
  void on_cancel() override { finish(End::canceled); }
  void finish(End end) {
    if (end_ != End::none) return;
    end_ = end;
    place_.unlink();
    executor_.disarm(*this);
    detach();
    if (awaiting_) executor_.post(awaiting_);
  }

  Executor& executor_;
  const MonotonicTime until_;
  const CancelToken token_;
  Place place_;
  std::coroutine_handle<> awaiting_;
  End end_ = End::none;
};

}  // namespace firn::net
