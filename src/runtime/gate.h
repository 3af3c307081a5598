// Gate: holds tasks that run on their own until they have ended. Whoever starts background work owns a gate
// and closes it before it goes away. Belongs to its executor's thread.
//
//   gate_.spawn(serve(std::move(request)));
//   ...
//   co_await gate_.close();  // in the owner's close()
#pragma once

#include <coroutine>
#include <cstddef>
#include <utility>

#include "base/assert.h"
#include "runtime/executor.h"
#include "runtime/sync.h"
#include "runtime/task.h"

namespace firn {

class Gate {
 public:
  explicit Gate(Executor& executor) : empty_(executor) { empty_.set(); }
  // No task may be running.
  ~Gate() { FIRN_ASSERT(size_ == 0); }

  // Starts the task: it runs here until it first waits, then on its own. Not after close() has ended; while
  // close() waits, the tasks inside may still spawn others.
  void spawn(Task<void> task) {
    FIRN_ASSERT(!closed_);
    if (size_++ == 0) empty_.reset();
    drive(this, std::move(task));
  }

  // Waits until all tasks have ended. Does not ask them to: cancel first (runtime/cancel.h). Once, or one
  // after another.
  Task<void> close() {
    closing_ = true;
    while (size_ > 0) co_await empty_.wait();
    closed_ = true;
  }

  // Tasks that have not ended.
  size_t size() const { return size_; }
  // True from the start of close(): new work from outside should be turned away.
  bool closing() const { return closing_; }

 private:
  // A coroutine that nobody awaits; its frame goes away at its end.
  struct Driver {
    struct promise_type : detail::PooledFrame {
      Driver get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() noexcept {
        assert_failed("no exception leaves a coroutine", __FILE__, __LINE__);
      }
    };
  };

  static Driver drive(Gate* gate, Task<void> task) {
    co_await std::move(task);
    task = Task<void>();  // what the task owned is gone before the gate may be
    gate->ended();
  }

  void ended() {
    if (--size_ == 0) empty_.set();
  }

  Event empty_;
  size_t size_ = 0;
  bool closing_ = false;
  bool closed_ = false;
};

}  // namespace firn
