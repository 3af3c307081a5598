// ClientAttempt: one sending of a call over one connection, up to its answer or to what stands in its place.
// The call (rpc_client.cc) makes attempts until one is answered.
//
// Invariant: when run() has ended, nobody touches the call's buffers for this attempt any more. While a frame
// is being sent from them or is landing in them, the attempt is *pinned*: time-out and cancel then wait a
// short grace, and after it close the connection, which frees the buffers.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/frame.h"
#include "runtime/cancel.h"
#include "runtime/executor.h"
#include "runtime/sync.h"
#include "runtime/task.h"

namespace firn::net {

class ClientConnection;

struct AttemptEnd {
  enum class Kind : uint8_t {
    answered,     // `answer`: the server's, or an error that trying again would not change
    busy,         // the server wants the call again after `retry_after`
    unreachable,  // the connection broke, or there was none
    silent,       // no answer in time
    canceled,
  };
  Kind kind = Kind::silent;
  Result<std::string> answer = std::string();
  Duration retry_after{};
  std::optional<Error> obstacle{};  // what stood in the way; for all but answered and canceled
};

class ClientAttempt final : private Timer, private CancelCallback {
 public:
  using Place =
      std::function<Result<std::vector<MutableBytes>>(std::string_view reply, size_t payload_bytes)>;
  struct Limits {
    MonotonicTime deadline;
    Duration silence_max{};  // from the end of sending to the first byte of an answer
    CancelToken cancel;
  };
  static constexpr Duration kGrace = std::chrono::milliseconds(100);

  ClientAttempt(Executor& executor, CallNumber number, Limits limits, const Place& place)
      : executor_(executor), number_(number), limits_(limits), place_(place), ended_(executor) {}
  ~ClientAttempt() override { executor_.disarm(*this); }

  // Sends head and payload and waits for the end. The connection is open and held in use by the caller.
  Task<AttemptEnd> run(ClientConnection& connection, std::string head, std::span<const ByteView> payload);
  CallNumber number() const { return number_; }

  // From the connection: an answer's payload is about to arrive, the answer has arrived, the connection is
  // closed.
  std::vector<MutableBytes> place_payload(const Frame& frame, size_t payload_bytes);
  void answered(const Frame& frame);
  void broken(const Error& reason);

 private:
  void fire() override { interrupt(AttemptEnd::Kind::silent); }
  void on_cancel() override { interrupt(AttemptEnd::Kind::canceled); }
  bool pinned() const { return sending_ || landing_; }
  void interrupt(AttemptEnd::Kind why);
  void sent(Result<void> result);
  // No effect on an attempt that has ended: the first end counts.
  void finish(AttemptEnd end);

  Executor& executor_;
  const CallNumber number_;
  const Limits limits_;
  const Place& place_;
  ClientConnection* connection_ = nullptr;
  bool sending_ = false;
  bool landing_ = false;
  std::optional<AttemptEnd::Kind> interrupted_;  // while pinned
  std::optional<Error> place_error_;
  std::optional<AttemptEnd> end_;
  Event ended_;
};

}  // namespace firn::net
