// ZeroCopySend: a send by io_uring for which the network card takes the bytes from where they are. It
// completes twice: when the kernel has taken them into the stream, with their number; and when nobody reads
// them any more. With the second comes whether they were copied all the same, as they are on the way to a
// peer on this host: then it costs more than a copy.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>

#include <liburing.h>
#include <sys/socket.h>

#include "runtime/send_loan.h"
#include "runtime/uring_executor.h"

namespace firn {

// What a socket knows of its sends without a copy. Outlives them.
struct Lending {
  bool pays = true;       // until a send was copied, or refused
  size_t unreturned = 0;  // sends whose bytes are out
};

class ZeroCopySend {
 public:
  // `message` and what it refers to live as long as the coroutine that awaits this, its bytes as the loan.
  ZeroCopySend(UringExecutor& executor, int descriptor, const msghdr& message, SendLoan& loan,
               Lending& lending)
      : executor_(executor), descriptor_(descriptor), message_(message), loan_(loan), lending_(lending) {}

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    auto completions = std::make_unique<Completions>(*this, awaiting);
    io_uring_sqe* const entry = executor_.take_entry();
    io_uring_prep_sendmsg_zc(entry, descriptor_, &message_, MSG_NOSIGNAL | MSG_WAITALL);
    entry->ioprio |= kReportUsage;
    executor_.start(entry, *completions);
    lending_.unreturned++;
    loan_.lend(std::move(completions));
  }
  // Bytes taken, or a negative errno.
  int await_resume() const { return result_; }

 private:
  // Not in liburing 2.3: IORING_SEND_ZC_REPORT_USAGE (Linux 6.2), IORING_NOTIF_USAGE_ZC_COPIED.
  static constexpr uint16_t kReportUsage = 1 << 3;
  static constexpr uint32_t kUsageCopied = uint32_t{1} << 31;

  class Completions final : public SendLoan::Part, public UringCompletion {
   public:
    Completions(ZeroCopySend& of, std::coroutine_handle<> awaiting)
        : executor_(of.executor_),
          loan_(of.loan_),
          lending_(of.lending_),
          result_(of.result_),
          awaiting_(awaiting) {}
    void completed(int result, uint32_t flags) override {
      if ((flags & IORING_CQE_F_NOTIF) == 0) {
        result_ = result;
        executor_.post(awaiting_);
      } else if ((static_cast<uint32_t>(result) & kUsageCopied) != 0) {
        lending_.pays = false;
      }
      if ((flags & IORING_CQE_F_MORE) != 0) return;
      lending_.unreturned--;
      loan_.give_back();
    }

   private:
    UringExecutor& executor_;
    SendLoan& loan_;
    Lending& lending_;
    int& result_;  // there until the first completion has been seen
    const std::coroutine_handle<> awaiting_;
  };

  UringExecutor& executor_;
  const int descriptor_;
  const msghdr& message_;
  SendLoan& loan_;
  Lending& lending_;
  int result_ = 0;
};

}  // namespace firn
