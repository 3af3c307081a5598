// A channel of an RpcClient; see client_connection.h.
#include "net/client_connection.h"

#include <algorithm>

namespace firn::net {

ClientConnection::ClientConnection(Runtime& runtime, Duration idle_max)
    : runtime_(runtime), idle_max_(idle_max), life_(runtime.executor()) {}

ClientConnection::~ClientConnection() {
  FIRN_ASSERT(attempts_.empty());
  runtime_.executor().disarm(*this);
}

void ClientConnection::opened(std::unique_ptr<Channel> channel) {
  channel_ = std::move(channel);
  last_used_ = runtime_.now();
  if (usable()) look_at(last_used_ + idle_max_);
}

void ClientConnection::close() {
  closing_ = true;
  if (channel_ != nullptr && !life_.closed()) channel_->close();
}

void ClientConnection::look_at(MonotonicTime at) {
  if (armed() && next_look_ <= at) return;
  next_look_ = at;
  runtime_.executor().arm(*this, at);
}

// Attempts whose time has come end in a later turn: the list stays as it is.
void ClientConnection::fire() {
  const MonotonicTime now = runtime_.now();
  MonotonicTime next = MonotonicTime::never();
  for (ClientAttempt* const attempt : attempts_) {
    if (attempt->due() <= now) attempt->time_up();
    next = std::min(next, attempt->due());
  }
  if (usable()) {
    if (life_.users() > 0) last_used_ = now;
    if (last_used_ + idle_max_ <= now) return close();
    next = std::min(next, last_used_ + idle_max_);
  }
  if (next != MonotonicTime::never()) look_at(next);
}

void ClientConnection::add(ClientAttempt& attempt) {
  FIRN_ASSERT(usable());
  FIRN_ASSERT(attempts_.empty() || attempts_.back()->number() < attempt.number());
  attempts_.push_back(&attempt);
  last_used_ = attempt.begin();
}

void ClientConnection::remove(const ClientAttempt& attempt) {
  const auto at = place_of(attempt.number());
  if (at != attempts_.end() && *at == &attempt) attempts_.erase(at);
}

// The first whose number is not smaller.
std::vector<ClientAttempt*>::iterator ClientConnection::place_of(CallNumber number) {
  return std::ranges::lower_bound(attempts_, number, {}, &ClientAttempt::number);
}

ClientAttempt* ClientConnection::attempt_of(CallNumber number) {
  const auto at = place_of(number);
  return at != attempts_.end() && (*at)->number() == number ? *at : nullptr;
}

std::vector<MutableBytes> ClientConnection::place(Channel&, ByteView head, size_t payload_bytes) {
  if (payload_bytes == 0) return {};
  const auto frame = decode_frame(head);
  if (!frame || life_.closed()) return {};
  ClientAttempt* const attempt = attempt_of(frame->call_number);
  return attempt == nullptr ? std::vector<MutableBytes>() : attempt->place_payload(*frame, payload_bytes);
}

void ClientConnection::arrived(Channel& channel, ByteView head, size_t) {
  frames_heard_++;
  const auto frame = decode_frame(head);
  if (!frame) return reject(channel, frame.error().clone());
  if (frame->kind == FrameKind::refusal) return reject(channel, error_of(*frame));
  if (frame->kind != FrameKind::reply && frame->kind != FrameKind::busy) return;
  if (frame->credits != 0) credits_ = frame->credits;
  if (ClientAttempt* const attempt = attempt_of(frame->call_number)) attempt->answered(*frame);
}

void ClientConnection::reject(Channel& channel, Error reason) {
  if (!reject_reason_) reject_reason_.emplace(std::move(reason));
  closing_ = true;
  channel.close();
}

void ClientConnection::closed(Channel&, Error reason) {
  if (reject_reason_) reason = std::move(*reject_reason_);
  for (ClientAttempt* const attempt : attempts_) attempt->broken(reason);
  life_.set_closed(std::move(reason));
}

}  // namespace firn::net
