// RequestLog: which requests have been carried out, so that a repeat gets the first answer and changes
// nothing.
//
// The answer is committed together with the change it belongs to: either both are durable or neither is. It
// goes when the client says that it has it (completed_below, with its next change), or after an hour, when no
// deadline of a client is still running.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "control/catalog.h"
#include "control/meta_store.h"
#include "control/records.h"
#include "runtime/runtime.h"

namespace firn::control {

// Who asks for a change, as the rpc header says it.
struct Caller {
  RequestId request;  // sequence 0: not remembered
  RequestSequence completed_below;
  MonotonicTime deadline = MonotonicTime::never();
};

class RequestLog {
 public:
  static constexpr Duration kAgeMax = std::chrono::hours(1);

  // Both outlive the log.
  RequestLog(Runtime& runtime, MetaStore& meta) : runtime_(runtime), meta_(meta) {}

  // The answer given to this request before, or nothing. Code::invalid if the identity was used for a request
  // of another kind.
  template <class Request>
  Task<Result<std::optional<typename Request::Reply>>> answered(Caller caller);

  // Adds to a transaction that the request is answered, and that what the client has seen is forgotten.
  template <class Request>
  Task<Result<void>> remember(Caller caller, typename Request::Reply reply, MetaTransaction* transaction);

  // Drops what is too old. At start, and now and then.
  Task<Result<void>> drop_old();

 private:
  Task<Result<std::optional<std::string>>> find(RequestId request, uint16_t opcode);
  Task<Result<void>> add(Caller caller, RequestRecord record, MetaTransaction* transaction);

  Runtime& runtime_;
  MetaStore& meta_;
  MonotonicTime next_drop_{};
};

template <class Request>
Task<Result<std::optional<typename Request::Reply>>> RequestLog::answered(Caller caller) {
  using Reply = typename Request::Reply;
  FIRN_CO_TRY(const std::optional<std::string> encoded, co_await find(caller.request, Request::kOpcode));
  if (!encoded) co_return std::optional<Reply>();
  FIRN_CO_TRY(Reply reply, decode<Reply>(*encoded));
  co_return std::optional<Reply>(std::move(reply));
}

template <class Request>
Task<Result<void>> RequestLog::remember(Caller caller, typename Request::Reply reply,
                                        MetaTransaction* transaction) {
  return add(caller, RequestRecord{Request::kOpcode, runtime_.wall_time(), encode(reply)}, transaction);
}

}  // namespace firn::control
