// SendLoan: memory that a socket sends from without copying it: it is read until the peer has it, which is
// later than the send's end. Belongs to its executor's thread; not destroyed while it is out.
//
//   SendLoan loan(executor);
//   auto sent = co_await socket.send_lent(parts, loan);
//   co_await loan.returned();  // now the parts may be changed and freed
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "runtime/sync.h"

namespace firn {

class SendLoan {
 public:
  // What a socket needs in order to notice an end; lives as long as the loan.
  class Part {
   public:
    Part() = default;
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    virtual ~Part() = default;
  };

  explicit SendLoan(Executor& executor) : returned_(executor) { returned_.set(); }
  ~SendLoan() { FIRN_ASSERT(!out()); }

  bool out() const { return out_ > 0; }
  // co_await loan.returned(): at once unless it is out.
  auto returned() { return returned_.wait(); }

  // For sockets: some of the memory is out, then back again.
  void lend(std::unique_ptr<Part> part) {
    parts_.push_back(std::move(part));
    out_++;
    returned_.reset();
  }
  void give_back() {
    FIRN_ASSERT(out_ > 0);
    if (--out_ == 0) returned_.set();
  }

 private:
  Event returned_;
  size_t out_ = 0;
  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace firn
