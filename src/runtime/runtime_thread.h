// RuntimeThread: a thread that runs a RealRuntime's loop, for programs with several targets and for plain
// code beside coroutines. Created, stopped and destroyed by one thread, which is not the one it runs.
//
//   FIRN_TRY(auto thread, RuntimeThread::start({.storage_root = root}));
//   Result<Info> info = thread->call([&] { return query(thread->runtime()); });
//   thread->stop();
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "base/error.h"
#include "runtime/call_on.h"
#include "runtime/gate.h"
#include "runtime/real_runtime.h"

namespace firn {

class RuntimeThread {
 public:
  static Result<std::unique_ptr<RuntimeThread>> start(RealRuntimeOptions options = {});
  // Stops it if that has not been done.
  ~RuntimeThread();

  // Belongs to the thread; others use executor().submit() only.
  RealRuntime& runtime() { return *runtime_; }
  // Tasks that stop() waits for. Belongs to the thread.
  Gate& gate() { return gate_; }

  // Calls `make_task` in the thread, runs its Task<T> there and waits for the result. From threads without a
  // loop (a coroutine uses call_on() with gate()).
  template <class Function, class T = detail::TaskResult<Function>>
  T call(Function make_task) {
    std::promise<std::optional<T>> promise;
    auto future = promise.get_future();
    runtime_->executor().submit([&] { gate_.spawn(fulfil(std::move(promise), make_task())); });
    return *future.get();
  }

  // Waits until the gate's tasks have ended, ends the loop and joins the thread. Once, or again without
  // effect.
  void stop();

 private:
  explicit RuntimeThread(std::unique_ptr<RealRuntime> runtime);
  Task<void> close_and_stop();
  template <class T>
  static Task<void> fulfil(std::promise<std::optional<T>> promise, Task<T> task) {
    promise.set_value(co_await std::move(task));
  }

  std::unique_ptr<RealRuntime> runtime_;
  Gate gate_;
  Gate closing_;  // holds close_and_stop(), which waits for gate_
  std::thread thread_;
};

}  // namespace firn
