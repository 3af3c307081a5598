// call_on: runs a task in another executor's thread and awaits its result in one's own. Both executors have
// to keep running until the call has ended: if the other one stops before, the caller waits for ever.
#pragma once

#include <type_traits>
#include <utility>

#include "runtime/executor.h"
#include "runtime/gate.h"
#include "runtime/sync.h"
#include "runtime/task.h"

namespace firn {

namespace detail {

template <class T>
struct TaskValue;
template <class T>
struct TaskValue<Task<T>> {
  using Type = T;
};

template <class T>
struct RemoteCall {
  Executor& here;
  OneShot<T> result{here};
};

// T of a function that returns Task<T>.
template <class Function>
using TaskResult = typename TaskValue<std::invoke_result_t<Function&>>::Type;

template <class T>
Task<void> answer(RemoteCall<T>* call, Task<T> task) {
  T value = co_await std::move(task);
  call->here.submit([call, value = std::move(value)]() mutable { call->result.set(std::move(value)); });
}

}  // namespace detail

// `make_task` is called, and its Task<T> run, in `gate`'s thread, whose executor is `there`; the gate holds
// the task.
//   Result<Info> info = co_await call_on(runtime.executor(), target.executor(), target.gate(), [&] { return
//   query(); });
template <class Function, class T = detail::TaskResult<Function>>
Task<T> call_on(Executor& here, Executor& there, Gate& gate, Function make_task) {
  detail::RemoteCall<T> call{here};
  there.submit([&] { gate.spawn(detail::answer(&call, make_task())); });
  co_return co_await call.result.wait();
}

}  // namespace firn
