// when_all: runs several tasks at the same time and waits for all of them. Each starts at once, in order, and
// runs until it first waits. Destroying the waiting frame destroys the tasks.
//
//   std::vector<Task<Result<void>>> writes;
//   ...
//   FIRN_CO_CHECK(co_await when_all_ok(std::move(writes)));
#pragma once

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/error.h"
#include "runtime/task.h"

namespace firn {

namespace detail {

// How many branches still run, and who waits for them.
struct Join {
  size_t running = 0;
  std::coroutine_handle<> waiting = std::noop_coroutine();
};

// A coroutine that counts down a Join when it ends.
class Branch {
 public:
  struct promise_type : PooledFrame {
    Join* join = nullptr;

    struct CountDown {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
        Join& all = *self.promise().join;
        return --all.running == 0 ? all.waiting : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };

    Branch get_return_object() { return Branch(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    CountDown final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept {
      assert_failed("no exception leaves a coroutine", __FILE__, __LINE__);
    }
  };

  Branch(Branch&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~Branch() {
    if (handle_) handle_.destroy();
  }
  void start(Join& join) {
    handle_.promise().join = &join;
    handle_.resume();
  }

 private:
  explicit Branch(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

// Starts all branches and resumes when the last has ended.
struct JoinAll {
  std::vector<Branch>& branches;
  Join join{};

  bool await_ready() const { return branches.empty(); }
  bool await_suspend(std::coroutine_handle<> awaiting) {
    join.running =
        branches.size() + 1;  // one more for this function: no branch resumes us before all have started
    for (Branch& branch : branches) branch.start(join);
    join.waiting = awaiting;
    return --join.running > 0;
  }
  void await_resume() const {}
};

template <class T>
Branch run_branch(Task<T> task, std::optional<T>* result) {
  result->emplace(co_await std::move(task));
}
inline Branch run_branch(Task<void> task) { co_await std::move(task); }

}  // namespace detail

// The results in the order of the tasks.
template <class T>
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks) {
  std::vector<std::optional<T>> results(tasks.size());
  std::vector<detail::Branch> branches;
  branches.reserve(tasks.size());
  for (size_t i = 0; i < tasks.size(); i++)
    branches.push_back(detail::run_branch(std::move(tasks[i]), &results[i]));
  co_await detail::JoinAll{branches};
  std::vector<T> values;
  values.reserve(results.size());
  for (auto& result : results) values.push_back(std::move(*result));
  co_return values;
}

inline Task<void> when_all(std::vector<Task<void>> tasks) {
  std::vector<detail::Branch> branches;
  branches.reserve(tasks.size());
  for (auto& task : tasks) branches.push_back(detail::run_branch(std::move(task)));
  co_await detail::JoinAll{branches};
}

// Success if all succeed, else the error of the first task in order that failed. All have ended in either
// case.
inline Task<Result<void>> when_all_ok(std::vector<Task<Result<void>>> tasks) {
  auto results = co_await when_all(std::move(tasks));
  for (auto& result : results) FIRN_CO_CHECK(std::move(result));
  co_return Result<void>();
}

}  // namespace firn
