// Answers calls of one service; see rpc_server.h. Channels are server_session.h, what they share is
// ServerCore.
#include "net/rpc_server.h"

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
  const auto found = running_.find(frame.request);
  if (found == running_.end()) return false;
  counted_.repeats++;
  auto& askers = found->second->askers;
  for (const Asker& asker : askers) {
    if (asker.session == &session && asker.call_number == frame.call_number)
      return true;  // the network doubled it
  }
  if (askers.size() < kAskersMax) askers.push_back({&session, session.life().use(), frame.call_number});
  return true;
}

void ServerCore::cancel(RequestId request) {
  const auto found = running_.find(request);
  if (found == running_.end() || found->second->call.canceled) return;
  found->second->call.canceled = true;
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

void ServerCore::start(ServerSession& session, ArrivedRequest request) {
  if (join(session, request.frame)) return;
  const auto handler = handlers_.find(request.frame.opcode);
  gate_.spawn(
      serve(this, &session, handler == handlers_.end() ? nullptr : &handler->second, std::move(request)));
}

Task<void> ServerCore::serve(ServerCore* core, ServerSession* session, const Handler* handler,
                             ArrivedRequest request) {
  const RequestId id = request.frame.request;
  Running running;
  running.askers.push_back({session, session->life().use(), request.frame.call_number});
  ServerCall& call = running.call;
  call.request_id = id;
  call.completed_below = request.frame.completed_below;
  call.deadline = request.deadline;
  call.payload = std::move(request.payload);
  call.room_ = &request.room;
  const bool has_identity = id.sequence.value != 0;
  if (has_identity) core->running_.emplace(id, &running);
  Result<std::string> outcome;
  if (handler != nullptr) {
    outcome = co_await handler->run(request.frame.body, call);
  } else {
    outcome = unknown_request(request.frame.opcode);
  }
  call.room_ = nullptr;
  request.room.set_reply(call.reply_payload.size());
  // A repeat from now on is a request of its own: the handler's memory answers it.
  if (has_identity) core->running_.erase(id);
  outcome = core->checked(std::move(outcome), running);
  running.handled = core->runtime_.now();
  if (!call.canceled) co_await core->send_outcome(&running, &outcome);
  if (core->options_.observer != nullptr) core->tell_observer(handler, running, request, outcome);
}

void ServerCore::tell_observer(const Handler* handler, const Running& running, const ArrivedRequest& request,
                               const Result<std::string>& outcome) {
  const ServerCall& call = running.call;
  options_.observer->call_ended({.opcode = request.frame.opcode,
                                 .name = handler != nullptr ? handler->name : "",
                                 .call = call,
                                 .channel = running.askers.front().session->channel(),
                                 .outcome = outcome ? Code{} : outcome.error().code(),
                                 .received_bytes = request.frame.body.size() + call.payload.size(),
                                 .sent_bytes = outcome ? outcome->size() + call.reply_payload.size() : 0,
                                 .begun = request.begun,
                                 .arrived = request.arrived,
                                 .handled = running.handled,
                                 .answered = runtime_.now()});
}

// An answer that no frame can carry becomes an error.
Result<std::string> ServerCore::checked(Result<std::string> outcome, const Running& running) const {
  if (!outcome) return outcome;
  const size_t head_bytes = kFrameFixedBytes + outcome->size();
  const size_t payload_bytes = running.call.reply_payload.size();
  if (head_bytes <= kFrameHeadBytesMax && payload_bytes <= kFramePayloadBytesMax) return outcome;
  return fail(Code::too_big, "the answer is larger than a message may be")
      .on("message_bytes", outcome->size())
      .on("payload_bytes", payload_bytes);
}

Task<void> ServerCore::send_outcome(Running* running, const Result<std::string>* outcome) {
  const ByteView part = std::as_const(running->call.reply_payload).bytes();
  const bool has_payload = *outcome && !part.empty();
  const std::span<const ByteView> payload = has_payload ? std::span(&part, 1) : std::span<const ByteView>();
  auto& askers = running->askers;
  if (askers.size() == 1) {
    co_await askers.front().session->send(reply_head(askers.front().call_number, *outcome), payload,
                                          running->handled);
    co_return;
  }
  std::vector<Task<void>> answers;
  for (const Asker& asker : askers) {
    answers.push_back(
        asker.session->send(reply_head(asker.call_number, *outcome), payload, running->handled));
  }
  co_await when_all(std::move(answers));
}

std::string ServerCore::reply_head(CallNumber number, const Result<std::string>& outcome) const {
  if (!outcome) return encode_error_frame(FrameKind::reply, number, outcome.error());
  return encode_frame(
      {.kind = FrameKind::reply, .credits = admission_.credits(), .call_number = number, .body = *outcome});
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
