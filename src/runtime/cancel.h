// Cancel: asking work to end early. Who may ask owns a CancelSource; the work gets a CancelToken and either
// looks at it or registers what shall happen. Cancelling is a request: the work still ends by itself, usually
// with Code::canceled, and whoever started it still awaits that end. All in one thread.
//
//   CancelSource source;
//   gate.spawn(work(source.token()));  // in it: FIRN_CO_CHECK(co_await sleep_for(executor, 1s, token));
//   source.cancel();
#pragma once

#include <utility>

#include "base/error.h"
#include "runtime/intrusive_list.h"

namespace firn {

class CancelCallback;
class CancelToken;

// The source outlives its tokens' use.
class CancelSource {
 public:
  CancelSource() = default;
  CancelSource(const CancelSource&) = delete;
  CancelSource& operator=(const CancelSource&) = delete;

  inline CancelToken token();
  bool canceled() const { return canceled_; }
  // Calls what is registered, in order of registration. A second call has no effect. Callbacks may register
  // and deregister, but not destroy the source.
  inline void cancel();

 private:
  friend class CancelCallback;
  bool canceled_ = false;
  IntrusiveList<CancelCallback> callbacks_;
};

// A view of a source; the default one is never canceled. Copied freely.
class CancelToken {
 public:
  CancelToken() = default;
  explicit CancelToken(CancelSource& source) : source_(&source) {}

  bool canceled() const { return source_ != nullptr && source_->canceled(); }
  // Code::canceled if it is; for FIRN_CO_CHECK.
  Result<void> check() const {
    if (canceled()) return fail(Code::canceled, "the operation was canceled");
    return {};
  }

 private:
  friend class CancelCallback;
  CancelSource* source_ = nullptr;
};

// What shall happen on cancel. Deregistered by destruction.
class CancelCallback : public ListNode {
 public:
  virtual void on_cancel() = 0;

 protected:
  CancelCallback() = default;
  ~CancelCallback() = default;
  // Calls on_cancel() at once if the token is canceled already; otherwise once when it will be.
  void attach(CancelToken token) {
    if (token.canceled()) return on_cancel();
    if (token.source_ != nullptr) token.source_->callbacks_.push_back(*this);
  }
  void detach() { unlink(); }
};

// Calls a function on cancel, or at once if the token is canceled already:
//   OnCancel guard(token, [&] { socket.shutdown(); });
template <class Function>
class OnCancel final : public CancelCallback {
 public:
  OnCancel(CancelToken token, Function function) : function_(std::move(function)) { attach(token); }
  void on_cancel() override { function_(); }

 private:
  Function function_;
};

CancelToken CancelSource::token() { return CancelToken(*this); }

void CancelSource::cancel() {
  canceled_ = true;
  while (CancelCallback* callback = callbacks_.pop_front()) callback->on_cancel();
}

}  // namespace firn
