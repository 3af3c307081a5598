// One sending of a call; see client_attempt.h.
#include "net/client_attempt.h"

#include <algorithm>

#include "net/client_connection.h"
#include "net/rpc_client.h"

namespace firn::net {

ClientAttempt::ClientAttempt(Executor& executor, ClientConnection& connection, CallNumber number,
                             Limits limits, AnswerReceiver& answer)
    : executor_(executor),
      connection_(connection),
      use_(connection.use()),
      number_(number),
      limits_(limits),
      answer_(answer),
      ended_(executor) {
  connection_.add(*this);
  attach(limits_.cancel);
}

ClientAttempt::~ClientAttempt() { connection_.remove(*this); }

bool ClientAttempt::send_now(ByteView head, std::span<const ByteView> payload) {
  if (end_) return true;
  if (!connection_.channel().send_now(head, payload)) return false;
  set_due(std::min(limits_.deadline, limits_.begin + limits_.silence_max));
  return true;
}

Task<void> ClientAttempt::send(ByteView head, std::span<const ByteView> payload) {
  sending_ = true;
  set_due(limits_.deadline);
  sent(co_await connection_.channel().send(head, payload));
}

void ClientAttempt::sent(Result<void> result) {
  sending_ = false;
  if (end_) {
    due_ = MonotonicTime::never();
    return;
  }
  if (!result) {
    // The reason comes with `closed`: the connection may know better than the send what happened.
    if (result.error().code() == Code::unreachable) return connection_.close();
    return finish({.kind = AttemptEnd::Kind::answered, .error = std::move(result).error()});
  }
  if (landing_) return;
  if (interrupted_) return interrupt(*interrupted_);
  set_due(std::min(limits_.deadline, executor_.now() + limits_.silence_max));
}

void ClientAttempt::set_due(MonotonicTime at) {
  due_ = at;
  connection_.look_at(at);
}

void ClientAttempt::time_up() {
  due_ = MonotonicTime::never();
  // The grace is over.
  if (interrupted_ && pinned()) return connection_.close();
  interrupt(AttemptEnd::Kind::silent);
}

std::vector<MutableBytes> ClientAttempt::place_payload(const Frame& frame, size_t payload_bytes) {
  if (end_ || frame.kind != FrameKind::reply || frame.status != 0 || !answer_.takes_payload() || place_error_)
    return {};
  auto buffers = answer_.place(frame.body, payload_bytes);
  placed_ = true;
  if (!buffers) {
    place_error_.emplace(std::move(buffers).error());
    return {};
  }
  if (total_bytes(*buffers) != payload_bytes) {
    place_error_.emplace(fail(Code::too_big, "the answer's data does not fit into the buffers given for it")
                             .on("bytes", payload_bytes)
                             .on("buffers", total_bytes(*buffers)));
    return {};
  }
  // A large answer on a slow network may take long: from now on only the deadline counts.
  landing_ = true;
  if (!interrupted_) set_due(limits_.deadline);
  return std::move(*buffers);
}

void ClientAttempt::answered(const Frame& frame) {
  landing_ = false;
  if (end_) return;
  if (frame.kind == FrameKind::busy) {
    return finish(
        {.kind = AttemptEnd::Kind::busy,
         .retry_after = std::clamp(frame.time, Duration::zero(), Duration(std::chrono::seconds(60))),
         .error = fail(Code::busy, "the server is busy").on("server", connection_.peer())});
  }
  if (frame.status == 0) return answer_arrived(frame);
  Error error = error_of(frame);
  const bool busy = error.code() == Code::busy;
  finish({.kind = busy ? AttemptEnd::Kind::busy : AttemptEnd::Kind::answered, .error = std::move(error)});
}

void ClientAttempt::answer_arrived(const Frame& frame) {
  AttemptEnd end{.kind = AttemptEnd::Kind::answered};
  if (place_error_) {
    end.error = std::move(place_error_);
  } else if (auto taken = answer_.arrived(frame.body, placed_); !taken) {
    end.error.emplace(std::move(taken).error());
  }
  finish(std::move(end));
}

void ClientAttempt::broken(const Error& reason) {
  landing_ = false;
  if (interrupted_ == AttemptEnd::Kind::canceled) return finish({.kind = AttemptEnd::Kind::canceled});
  // A peer of another version will not understand the next attempt either.
  if (reason.code() == Code::version) {
    return finish({.kind = AttemptEnd::Kind::answered, .error = reason.clone()});
  }
  finish({.kind = AttemptEnd::Kind::unreachable, .error = reason.clone()});
}

void ClientAttempt::interrupt(AttemptEnd::Kind why) {
  if (!pinned()) {
    AttemptEnd end{.kind = why};
    if (why == AttemptEnd::Kind::silent) {
      end.error = fail(Code::timed_out, "the server got the request but does not answer")
                      .remedy("look whether the server hangs or is overloaded; allow more time (--timeout)");
    }
    return finish(std::move(end));
  }
  if (!interrupted_) set_due(executor_.now() + kGrace);
  if (!interrupted_ || why == AttemptEnd::Kind::canceled) interrupted_ = why;
}

void ClientAttempt::finish(AttemptEnd end) {
  if (end_) return;
  end_.emplace(std::move(end));
  if (!sending_) due_ = MonotonicTime::never();
  ended_.set();
}

}  // namespace firn::net
