// blocking_run: from plain code into coroutines. For main() and tests; never inside a coroutine.
#pragma once

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/assert.h"
#include "runtime/executor.h"
#include "runtime/gate.h"
#include "runtime/task.h"

namespace firn {

namespace detail {
template <class Loop, class T>
Task<void> run_then_stop(Loop* loop, Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
  loop->stop();
}
template <class Loop>
Task<void> run_then_stop(Loop* loop, Task<void> task) {
  co_await std::move(task);
  loop->stop();
}
}  // namespace detail

// Runs the loop in this thread until the task has ended, and gives its result. `Loop` is an Executor with
// run() and stop(). Other work of the loop that has not ended by then stays suspended until the loop runs
// again.
template <class T, class Loop>
T blocking_run(Loop& loop, Task<T> task) {
  Gate gate(loop);
  if constexpr (std::is_void_v<T>) {
    gate.spawn(detail::run_then_stop(&loop, std::move(task)));
    loop.run();
    FIRN_ASSERT(gate.size() == 0);
  } else {
    std::optional<T> result;
    gate.spawn(detail::run_then_stop(&loop, std::move(task), &result));
    loop.run();
    FIRN_ASSERT(result.has_value());
    return std::move(*result);
  }
}

}  // namespace firn
