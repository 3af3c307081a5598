// One channel of an RpcServer; see server_session.h.
#include "net/server_session.h"

#include <algorithm>

#include "net/server_core.h"

namespace firn::net {

ServerSession::ServerSession(ServerCore& core, std::unique_ptr<Channel> channel)
    : core_(core), channel_(std::move(channel)), life_(core.runtime().executor()) {}

ServerSession::~ServerSession() {
  landing_ = {};
  FIRN_ASSERT(admitted_.calls == 0);
  core_.runtime().executor().disarm(*this);
}

ServerSession::Landing ServerSession::admit(const Frame& frame, size_t payload_bytes) {
  Landing landing;
  landing.begun = core_.runtime().now();
  landing.deadline = landing.begun + std::max(frame.time, Duration::zero());
  if (core_.is_running(frame.request)) {
    landing.verdict = Verdict::repeat;
    return landing;
  }
  landing.room = core_.reserve(*this, payload_bytes);
  landing.verdict = landing.room ? Verdict::take : Verdict::busy;
  if (landing.room) landing.payload = Buffer(payload_bytes);
  return landing;
}

std::vector<MutableBytes> ServerSession::place(Channel&, ByteView head, size_t payload_bytes) {
  landing_ = {};
  const auto frame = decode_frame(head);
  if (!frame || frame->kind != FrameKind::request || payload_bytes == 0 || rejected_) return {};
  landing_ = admit(*frame, payload_bytes);
  if (landing_.verdict != Verdict::take) return {};
  return {landing_.payload.bytes()};
}

void ServerSession::arrived(Channel&, ByteView head, size_t payload_bytes) {
  core_.counted().received_bytes += head.size() + payload_bytes;
  if (rejected_ || life_.closed()) {
    landing_ = {};
    return;
  }
  const auto frame = decode_frame(head);
  if (!frame) return reject(frame.error());
  if (frame->kind == FrameKind::cancel) return core_.cancel(frame->request);
  if (frame->kind != FrameKind::request) return;
  if (payload_bytes == 0) {
    Landing landing = admit(*frame, 0);
    return request_arrived(*frame, landing);
  }
  Landing landing = std::exchange(landing_, {});
  request_arrived(*frame, landing);
}

void ServerSession::request_arrived(const Frame& frame, Landing& landing) {
  const MonotonicTime now = landing.payload.empty() ? landing.begun : core_.runtime().now();
  // The client waits no longer: it has no use for an answer.
  if (frame.time <= Duration::zero() || landing.deadline <= now) {
    core_.counted().late++;
    return;
  }
  if (landing.verdict == Verdict::take) {
    ArrivedRequest request{.frame = frame,
                           .payload = std::move(landing.payload),
                           .deadline = landing.deadline,
                           .room = std::move(landing.room),
                           .begun = landing.begun,
                           .arrived = now};
    return core_.start(*this, request);
  }
  if (landing.verdict == Verdict::repeat && core_.join(*this, frame)) return;
  core_.counted().busy_answers++;
  answer_shortly(encode_frame({.kind = FrameKind::busy,
                               .opcode = frame.opcode,
                               .credits = core_.admission().credits(),
                               .call_number = frame.call_number,
                               .time = core_.admission().retry_after(core_.options().busy_retry_after)}));
}

void ServerSession::answer_shortly(std::string head) {
  if (send_now(as_bytes(head), {})) return;
  if (short_answers_ >= kShortAnswersMax) return;
  short_answers_++;
  core_.gate().spawn(short_answer_task(this, life_.use(), std::move(head)));
}

Task<void> ServerSession::short_answer_task(ServerSession* session, ChannelLife::Use, std::string head) {
  co_await session->send(std::move(head), {}, session->core_.runtime().now());
  session->short_answers_--;
}

// What follows on a stream that is not understood makes no sense either.
void ServerSession::reject(const Error& reason) {
  rejected_ = true;
  core_.counted().channels_refused++;
  core_.runtime().log().warning("rpc channel refused: peer=" + channel_->peer() +
                                " reason=" + reason.message());
  core_.gate().spawn(refuse_task(this, life_.use(), encode_error_frame(FrameKind::refusal, {}, reason)));
}

Task<void> ServerSession::refuse_task(ServerSession* session, ChannelLife::Use, std::string head) {
  co_await session->send(std::move(head), {}, session->core_.runtime().now());
  session->close();
}

bool ServerSession::send_now(ByteView head, std::span<const ByteView> payload) {
  if (life_.closed() || !channel_->send_now(head, payload)) return false;
  core_.counted().sent_bytes += head.size() + total_bytes(payload);
  return true;
}

Task<void> ServerSession::send(std::string head, std::span<const ByteView> payload, MonotonicTime now) {
  if (life_.closed()) co_return;
  Sending sending;
  sending.since = now;
  sendings_.push_back(sending);
  core_.counted().sent_bytes += head.size() + total_bytes(payload);
  if (!armed()) core_.runtime().executor().arm(*this, sending.since + core_.options().reply_stall_max);
  // An error means that the channel broke: the client will ask again over another.
  (void)co_await channel_->send(as_bytes(head), payload);
}

// Armed by the first of a row of sends and not disarmed by their end: no work per reply.
void ServerSession::fire() {
  const Sending* const oldest = sendings_.front();
  if (oldest == nullptr || life_.closed()) return;
  Executor& executor = core_.runtime().executor();
  const MonotonicTime stalled_at = oldest->since + core_.options().reply_stall_max;
  if (stalled_at > executor.now()) return executor.arm(*this, stalled_at);
  core_.counted().channels_stalled++;
  core_.runtime().log().warning("rpc channel closed: its peer takes no answers: peer=" + channel_->peer());
  close();
}

void ServerSession::closed(Channel&, Error reason) {
  landing_ = {};
  life_.set_closed(std::move(reason));
}

Reservation::Reservation(ServerSession& session, uint64_t payload_bytes)
    : session_(&session), use_(session.life().use()), payload_bytes_(payload_bytes) {
  session.core().admission().enter(session.admitted(), payload_bytes);
}

bool Reservation::reserve_reply(uint64_t bytes) {
  Admission& admission = session_->core().admission();
  if (!admission.ask_payload(session_->admitted(), bytes)) return false;
  admission.add_payload(session_->admitted(), bytes);
  reply_bytes_ += bytes;
  return true;
}

void Reservation::set_reply(uint64_t bytes) {
  Admission& admission = session_->core().admission();
  admission.take_payload(session_->admitted(), std::exchange(reply_bytes_, bytes));
  admission.add_payload(session_->admitted(), bytes);
}

void Reservation::release() {
  if (session_ == nullptr) return;
  session_->core().admission().leave(session_->admitted(), payload_bytes_ + reply_bytes_);
  session_ = nullptr;
  use_ = {};
}

}  // namespace firn::net
