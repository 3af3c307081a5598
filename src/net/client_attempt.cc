// One sending of a call; see client_attempt.h.
#include "net/client_attempt.h"

#include <algorithm>

#include "net/client_connection.h"

namespace firn::net {

Task<AttemptEnd> ClientAttempt::run(ClientConnection& connection, std::string head,
                                    std::span<const ByteView> payload) {
  connection_ = &connection;
  connection.add(*this);
  sending_ = true;
  executor_.arm(*this, limits_.deadline);
  attach(limits_.cancel);
  sent(co_await connection.channel().send(as_bytes(head), payload));
  co_await ended_.wait();
  executor_.disarm(*this);
  detach();
  co_return std::move(*end_);
}

void ClientAttempt::sent(Result<void> result) {
  sending_ = false;
  if (end_) return;
  if (!result) {
    // The reason comes with `closed`: the connection may know better than the send what happened.
    if (result.error().code() == Code::unreachable) return connection_->close();
    return finish({.kind = AttemptEnd::Kind::answered, .answer = std::move(result).error()});
  }
  if (landing_) return;
  if (interrupted_) return interrupt(*interrupted_);
  executor_.arm(*this, std::min(limits_.deadline, executor_.now() + limits_.silence_max));
}

std::vector<MutableBytes> ClientAttempt::place_payload(const Frame& frame, size_t payload_bytes) {
  if (frame.kind != FrameKind::reply || frame.status != 0 || !place_ || place_error_) return {};
  auto buffers = place_(frame.body, payload_bytes);
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
  if (!interrupted_) executor_.arm(*this, limits_.deadline);
  return std::move(*buffers);
}

void ClientAttempt::answered(const Frame& frame) {
  landing_ = false;
  if (frame.kind == FrameKind::busy) {
    return finish(
        {.kind = AttemptEnd::Kind::busy,
         .retry_after = std::clamp(frame.time, Duration::zero(), Duration(std::chrono::seconds(60))),
         .obstacle = fail(Code::busy, "the server is busy").on("server", connection_->peer())});
  }
  AttemptEnd end{.kind = AttemptEnd::Kind::answered};
  if (frame.status != 0) {
    Error error = error_of(frame);
    if (error.code() == Code::busy)
      return finish({.kind = AttemptEnd::Kind::busy, .obstacle = std::move(error)});
    end.answer = std::move(error);
  } else if (place_error_) {
    end.answer = std::move(*place_error_);
  } else {
    end.answer = std::string(frame.body);
  }
  finish(std::move(end));
}

void ClientAttempt::broken(const Error& reason) {
  landing_ = false;
  if (interrupted_ == AttemptEnd::Kind::canceled) return finish({.kind = AttemptEnd::Kind::canceled});
  // A peer of another version will not understand the next attempt either.
  if (reason.code() == Code::version) {
    return finish({.kind = AttemptEnd::Kind::answered, .answer = reason.clone()});
  }
  finish({.kind = AttemptEnd::Kind::unreachable, .obstacle = reason.clone()});
}

void ClientAttempt::interrupt(AttemptEnd::Kind why) {
  if (!pinned()) {
    executor_.disarm(*this);
    AttemptEnd end{.kind = why};
    if (why == AttemptEnd::Kind::silent) {
      end.obstacle =
          fail(Code::timed_out, "the server got the request but does not answer")
              .remedy("look whether the server hangs or is overloaded; allow more time (--timeout)");
    }
    return finish(std::move(end));
  }
  if (!interrupted_) {
    interrupted_ = why;
    executor_.arm(*this, executor_.now() + kGrace);
    return;
  }
  if (why == AttemptEnd::Kind::canceled) interrupted_ = why;
  if (!armed()) connection_->close();
}

void ClientAttempt::finish(AttemptEnd end) {
  if (end_) return;
  end_.emplace(std::move(end));
  connection_->remove(*this);
  ended_.set();
}

}  // namespace firn::net
