// Answers calls of one service; see rpc_server.h. Channels are server_session.h, what they share is
// ServerCore.
#include "net/rpc_server.h"

#include <algorithm>

#include "net/server_core.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"

namespace firn::net {

void ServerCore::handle(uint16_t opcode, const char* name, RpcServer::RawHandler handler) {
  const bool added = handlers_.emplace(opcode, Handler{name, std::move(handler)}).second;
  FIRN_ASSERT(added);
}

ChannelReceiver& ServerCore::accepted(std::unique_ptr<Channel> channel) {
  auto session = std::make_unique<ServerSession>(*this, std::move(channel));
  ServerSession& receiver = *session;
  const bool welcome = !closing_ && channels_ < options_.channels_max;
  channels_++;
  counted_.channels_accepted++;
  if (!welcome) counted_.channels_turned_away++;
  sessions_.push_back(receiver);
  gate_.spawn(keep_session(std::move(session), welcome));
  return receiver;
}

// Owns the session until its channel is closed and nobody uses it.
Task<void> ServerCore::keep_session(std::unique_ptr<ServerSession> session, bool welcome) {
  if (!welcome) {
    session->ignore();
    co_await yield(session->core().runtime().executor());  // the transport is still handing the channel over
    session->close();
  }
  co_await session->life().finished();
  session->core().channels_--;
}

Task<void> ServerCore::close() {
  closing_ = true;
  IntrusiveList<ServerSession> closed;
  while (ServerSession* const session = sessions_.pop_front()) {
    closed.push_back(*session);
    session->close();
  }
  co_await gate_.close();
}

Reservation ServerCore::reserve(ServerSession& session, uint64_t payload_bytes) {
  if (closing_ || !admission_.ask(session.admitted(), payload_bytes)) return {};
  return Reservation(session, payload_bytes);
}

bool ServerCore::join(ServerSession& session, const Frame& frame) {
  Running* const running = running_.find(frame.request);
  if (running == nullptr) return false;
  counted_.repeats++;
  const auto is_it = [&](const Asker& asker) {
    return asker.session == &session && asker.call_number == frame.call_number;
  };
  auto& repeats = running->repeats;
  // Else the network doubled it.
  const bool asks = !is_it(running->asker) && std::ranges::none_of(repeats, is_it);
  if (asks && repeats.size() < kRepeatsMax)
    repeats.push_back({&session, session.life().use(), frame.call_number});
  return true;
}

void ServerCore::cancel(RequestId request) {
  Running* const running = running_.find(request);
  if (running == nullptr || running->call.canceled) return;
  running->call.canceled = true;
  counted_.canceled++;
}

ChannelCounts ServerCore::counts() const {
  ChannelCounts counts = counted_;
  counts.channels = channels_;
  counts.requests_in_progress = admission_.calls();
  counts.payload_bytes_in_progress = admission_.payload_bytes();
  return counts;
}

namespace {

Error unknown_request(uint16_t opcode) {
  return fail(Code::unsupported, "the server does not know this request")
      .on("opcode", opcode)
      .remedy("is the server older than the client, or another service?");
}

}  // namespace

void ServerCore::start(ServerSession& session, ArrivedRequest& request) {
  if (join(session, request.frame)) return;
  const auto handler = handlers_.find(request.frame.opcode);
  gate_.spawn(serve(this, &session, handler == handlers_.end() ? nullptr : &handler->second, &request));
}

ServerCore::Running::Running(ServerSession& session, ArrivedRequest& request)
    : id(request.frame.request),
      room(std::move(request.room)),
      asker{&session, session.life().use(), request.frame.call_number},
      opcode(request.frame.opcode),
      body_bytes(request.frame.body.size()),
      begun(request.begun),
      arrived(request.arrived) {
  call.request_id = id;
  call.completed_below = request.frame.completed_below;
  call.deadline = request.deadline;
  call.payload = std::move(request.payload);
  call.room_ = &room;
}

// `request` is valid until this first waits.
Task<void> ServerCore::serve(ServerCore* core, ServerSession* session, const Handler* handler,
                             ArrivedRequest* request) {
  Running running(*session, *request);
  const bool has_identity = running.id.sequence.value != 0;
  if (has_identity) core->running_.insert(running);
  Result<std::string> outcome;
  if (handler != nullptr) {
    outcome = co_await handler->run(request->frame.body, running.call);
  } else {
    outcome = unknown_request(running.opcode);
  }
  running.call.room_ = nullptr;
  running.room.set_reply(running.call.reply_payload.size());
  // A repeat from now on is a request of its own: the handler's memory answers it.
  if (has_identity) core->running_.erase(running);
  outcome = core->checked(std::move(outcome), running);
  running.handled = core->runtime_.now();
  running.answered = running.handled;
  if (!running.call.canceled && !core->answer_now(running, outcome)) {
    co_await core->answer_all(&running, &outcome);
    running.answered = core->runtime_.now();
  }
  if (core->options_.observer != nullptr) core->tell_observer(handler, running, outcome);
}

void ServerCore::tell_observer(const Handler* handler, const Running& running,
                               const Result<std::string>& outcome) {
  const ServerCall& call = running.call;
  const size_t sent_bytes = outcome ? outcome->size() - kFrameFixedBytes + call.reply_payload.size() : 0;
  options_.observer->call_ended({.opcode = running.opcode,
                                 .name = handler != nullptr ? handler->name : "",
                                 .call = call,
                                 .channel = running.asker.session->channel(),
                                 .outcome = outcome ? Code{} : outcome.error().code(),
                                 .received_bytes = running.body_bytes + call.payload.size(),
                                 .sent_bytes = sent_bytes,
                                 .begun = running.begun,
                                 .arrived = running.arrived,
                                 .handled = running.handled,
                                 .answered = running.answered});
}

// An answer that no frame can carry becomes an error.
Result<std::string> ServerCore::checked(Result<std::string> outcome, const Running& running) const {
  if (!outcome) return outcome;
  const size_t payload_bytes = running.call.reply_payload.size();
  if (outcome->size() <= kFrameHeadBytesMax && payload_bytes <= kFramePayloadBytesMax) return outcome;
  return fail(Code::too_big, "the answer is larger than a message may be")
      .on("message_bytes", outcome->size() - kFrameFixedBytes)
      .on("payload_bytes", payload_bytes);
}

// The payload of an answer as one part, or none.
std::span<const ByteView> ServerCore::payload_parts(const Result<std::string>& outcome,
                                                    const ByteView& payload) {
  return outcome && !payload.empty() ? std::span(&payload, 1) : std::span<const ByteView>();
}

bool ServerCore::answer_now(Running& running, Result<std::string>& outcome) const {
  if (!outcome || !running.repeats.empty()) return false;
  write_reply(running.asker.call_number, *outcome);
  const ByteView payload = std::as_const(running.call.reply_payload).bytes();
  return running.asker.session->send_now(as_bytes(*outcome), payload_parts(outcome, payload));
}

Task<void> ServerCore::answer_all(Running* running, Result<std::string>* outcome) {
  const ByteView payload = std::as_const(running->call.reply_payload).bytes();
  const auto parts = payload_parts(*outcome, payload);
  std::vector<Task<void>> answers;
  for (const Asker& asker : running->repeats)
    answers.push_back(asker.session->send(reply_frame(asker.call_number, *outcome), parts, running->handled));
  const Asker& first = running->asker;
  answers.push_back(first.session->send(reply_frame(first.call_number, *outcome), parts, running->handled));
  co_await when_all(std::move(answers));
}

std::string ServerCore::reply_frame(CallNumber number, const Result<std::string>& outcome) const {
  if (!outcome) return encode_error_frame(FrameKind::reply, number, outcome.error());
  std::string frame = *outcome;
  write_reply(number, frame);
  return frame;
}

void ServerCore::write_reply(CallNumber number, std::string& frame) const {
  write_frame(frame, {.kind = FrameKind::reply, .credits = admission_.credits(), .call_number = number});
}

Result<void> ServerCall::reserve_reply(uint64_t bytes) {
  if (room_->reserve_reply(bytes)) return {};
  return fail(Code::busy, "the server has no room for the answer now").on("bytes", bytes);
}

class RpcServer::Impl : public ServerCore {
 public:
  using ServerCore::ServerCore;
};

RpcServer::RpcServer(Runtime& runtime, RpcServerOptions options)
    : impl_(std::make_unique<Impl>(runtime, options)) {}
RpcServer::~RpcServer() = default;
ChannelReceiver& RpcServer::accepted(std::unique_ptr<Channel> channel) {
  return impl_->accepted(std::move(channel));
}
Task<void> RpcServer::close() { return impl_->close(); }
ChannelCounts RpcServer::counts() const { return impl_->counts(); }
void RpcServer::handle_raw(uint16_t opcode, const char* name, RawHandler handler) {
  impl_->handle(opcode, name, std::move(handler));
}

}  // namespace firn::net
