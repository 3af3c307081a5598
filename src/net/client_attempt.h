// ClientAttempt: one sending of a call over one connection, up to its answer or to what stands in its place.
// The call (rpc_client.cc) makes attempts until one is answered:
//
//   ClientAttempt attempt(executor, connection, limits, answer);
//   if (!attempt.send_now(head, payload)) co_await attempt.send(head, payload);
//   co_await attempt.ended();
//   AttemptEnd end = attempt.take_end();
//
// Invariant: when ended() has returned, nobody touches the call's buffers for this attempt any more. While a
// frame is being sent from them or is landing in them, the attempt is *pinned*: time-out and cancel then wait
// a short grace, and after it close the connection, which frees the buffers.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "net/channel_life.h"
#include "net/frame.h"
#include "runtime/cancel.h"
#include "runtime/executor.h"
#include "runtime/sync.h"
#include "runtime/task.h"

namespace firn::net {

class AnswerReceiver;
class ClientConnection;

struct AttemptEnd {
  enum class Kind : uint8_t {
    answered,     // the call has its answer, or, with an error, one that trying again would not change
    busy,         // the server wants the call again after `retry_after`
    unreachable,  // the connection broke, or there was none
    silent,       // no answer in time
    canceled,
  };
  Kind kind = Kind::silent;
  Duration retry_after{};
  std::optional<Error> error{};  // what stood in the way; of all but canceled, and answered if that went well

  Result<void> result() && {
    if (error) return *std::move(error);
    return {};
  }
};

class ClientAttempt final : private CancelCallback {
 public:
  struct Limits {
    MonotonicTime begin;  // now
    MonotonicTime deadline;
    Duration silence_max{};  // from the end of sending to the first byte of an answer
    CancelToken cancel;
  };
  static constexpr Duration kGrace = std::chrono::milliseconds(100);

  // The connection is usable. One that is canceled already is not begun.
  ClientAttempt(Executor& executor, ClientConnection& connection, CallNumber number, Limits limits,
                AnswerReceiver& answer);
  ClientAttempt(const ClientAttempt&) = delete;
  ClientAttempt& operator=(const ClientAttempt&) = delete;
  ~ClientAttempt();

  // Sends the frame at once, if it is small and the channel can.
  bool send_now(ByteView head, std::span<const ByteView> payload);
  // Sends it, however long that takes.
  Task<void> send(ByteView head, std::span<const ByteView> payload);
  // co_await it after that.
  auto ended() { return ended_.wait(); }
  AttemptEnd take_end() { return *std::move(end_); }

  CallNumber number() const { return number_; }
  MonotonicTime begin() const { return limits_.begin; }

  // From the connection: its time has come; an answer's payload is about to arrive, the answer has arrived,
  // the connection is closed.
  MonotonicTime due() const { return due_; }
  void time_up();
  std::vector<MutableBytes> place_payload(const Frame& frame, size_t payload_bytes);
  void answered(const Frame& frame);
  void broken(const Error& reason);

 private:
  void on_cancel() override { interrupt(AttemptEnd::Kind::canceled); }
  bool pinned() const { return sending_ || landing_; }
  void set_due(MonotonicTime at);
  void interrupt(AttemptEnd::Kind why);
  void sent(Result<void> result);
  void answer_arrived(const Frame& frame);
  // No effect on an attempt that has ended: the first end counts.
  void finish(AttemptEnd end);

  Executor& executor_;
  ClientConnection& connection_;
  ChannelLife::Use use_;
  const CallNumber number_;
  const Limits limits_;
  AnswerReceiver& answer_;
  MonotonicTime due_ = MonotonicTime::never();
  bool sending_ = false;
  bool landing_ = false;
  bool placed_ = false;
  std::optional<AttemptEnd::Kind> interrupted_;  // while pinned
  std::optional<Error> place_error_;
  std::optional<AttemptEnd> end_;
  Event ended_;
};

}  // namespace firn::net
