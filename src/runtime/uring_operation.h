// UringOperation: one io_uring operation as an awaitable.
//
//   int result = co_await perform(executor, [&](io_uring_sqe* entry) {
//     io_uring_prep_read(entry, fd, data, size, offset);
//   });
//
// The function only fills in the entry. What the entry points to lives until the operation has completed.
#pragma once

#include <coroutine>
#include <cstdint>
#include <utility>

#include <liburing.h>

#include "runtime/uring_executor.h"

namespace firn {

template <class Prepare>
class UringOperation final : public UringCompletion {
 public:
  UringOperation(UringExecutor& executor, Prepare prepare)
      : executor_(executor), prepare_(std::move(prepare)) {}
  UringOperation(const UringOperation&) = delete;
  UringOperation& operator=(const UringOperation&) = delete;

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    awaiting_ = awaiting;
    io_uring_sqe* const entry = executor_.take_entry();
    prepare_(entry);
    executor_.start(entry, *this);
  }
  // What the system call would give; errors as negative errno.
  int await_resume() const { return result_; }

  void completed(int result, uint32_t) override {
    result_ = result;
    executor_.post(awaiting_);
  }

 private:
  UringExecutor& executor_;
  Prepare prepare_;
  std::coroutine_handle<> awaiting_;
  int result_ = 0;
};

template <class Prepare>
auto perform(UringExecutor& executor, Prepare prepare) {
  return UringOperation<Prepare>(executor, std::move(prepare));
}

}  // namespace firn
