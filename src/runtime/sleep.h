// Sleeping and yielding, in an executor's time.
#pragma once

#include <coroutine>

#include "base/error.h"
#include "base/time.h"
#include "runtime/cancel.h"
#include "runtime/executor.h"

namespace firn {

namespace detail {

class Sleep : public Timer {
 public:
  Sleep(Executor& executor, MonotonicTime until) : executor_(executor), until_(until) {}
  ~Sleep() override {
    if (armed()) executor_.disarm(*this);
  }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    awaiting_ = awaiting;
    executor_.arm(*this, until_);
  }
  void await_resume() const {}
  void fire() override { executor_.post(awaiting_); }

 protected:
  Executor& executor_;
  MonotonicTime until_;
  std::coroutine_handle<> awaiting_;
};

class CancelableSleep final : public Sleep, public CancelCallback {
 public:
  CancelableSleep(Executor& executor, MonotonicTime until, CancelToken token)
      : Sleep(executor, until), token_(token) {}
  bool await_ready() const { return token_.canceled(); }
  void await_suspend(std::coroutine_handle<> awaiting) {
    Sleep::await_suspend(awaiting);
    attach(token_);
  }
  Result<void> await_resume() const {
    if (fired_) return {};
    return fail(Code::canceled, "the sleep was canceled");
  }
  void fire() override {
    detach();
    fired_ = true;
    Sleep::fire();
  }
  void on_cancel() override {
    executor_.disarm(*this);
    executor_.post(awaiting_);
  }

 private:
  CancelToken token_;
  bool fired_ = false;
};

struct Yield {
  Executor& executor;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) const { executor.post(awaiting); }
  void await_resume() const {}
};

}  // namespace detail

// co_await sleep_until(executor, deadline): resumes not before that time, always in a later turn of the loop.
inline auto sleep_until(Executor& executor, MonotonicTime until) { return detail::Sleep(executor, until); }
inline auto sleep_for(Executor& executor, Duration duration) {
  return detail::Sleep(executor, executor.now() + duration);
}

// The same, giving Result<void>: Code::canceled, soon, when the token is canceled before the time has come.
inline auto sleep_until(Executor& executor, MonotonicTime until, CancelToken token) {
  return detail::CancelableSleep(executor, until, token);
}
inline auto sleep_for(Executor& executor, Duration duration, CancelToken token) {
  return detail::CancelableSleep(executor, executor.now() + duration, token);
}

// co_await yield(executor): lets everything else that is ready run first.
inline auto yield(Executor& executor) { return detail::Yield{executor}; }

}  // namespace firn
