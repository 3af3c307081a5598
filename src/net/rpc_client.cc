// Calls with deadline, cancel and resend; see rpc_client.h. The parts: a call (here) makes attempts
// (client_attempt.h) over the connection (client_connection.h) that its peer (client_peer.h) keeps.
#include "net/rpc_client.h"

#include <algorithm>
#include <map>

#include "net/client_attempt.h"
#include "net/client_peer.h"
#include "net/deadline_wait.h"

namespace firn::net {

namespace {

// "60 s", "250 ms": for people.
std::string duration_text(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return ms >= 1000 && ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

// A call in progress, in the client's list.
struct Call : ListNode {
  Call(RpcClient::RawCall of, MonotonicTime ends) : raw(std::move(of)), deadline(ends) {}

  const RpcClient::RawCall raw;
  const MonotonicTime deadline;
  CancelSource cancel;  // the user's token, or the client's close()
  RequestSequence sequence;
  uint32_t silent_attempts = 0;
  uint32_t failed_attempts = 0;  // since the last sign of life
  std::optional<Error> obstacle;
};

}  // namespace

class RpcClient::Impl {
 public:
  Impl(Runtime& runtime, Transport& transport, RpcClientOptions options)
      : runtime_(runtime),
        transport_(transport),
        options_(options),
        id_(runtime.rng().next()),
        gate_(runtime.executor()),
        no_calls_(runtime.executor()) {
    no_calls_.set();
  }

  ClientId id() const { return id_; }
  Task<Result<std::string>> call(RawCall raw);
  Task<void> close();

 private:
  // A resend waits twice as long as the one before, up to 2^kSilenceDoublingsMax times `resend_after`.
  static constexpr uint32_t kSilenceDoublingsMax = 4;

  Task<Result<std::string>> run(Call* call, ClientPeer* peer);
  Task<AttemptEnd> attempt(Call* call, ClientPeer* peer);
  Error no_permit(Call* call, ClientPeer* peer, Error reason);
  static AttemptEnd no_connection(Error reason);
  std::string request_head(const Call& call, CallNumber number);
  Duration retry_pause(Call& call, const AttemptEnd& end);
  Duration jittered(Duration pause);
  Error timed_out(Call& call, const ClientPeer& peer);
  void cancel_all(IntrusiveList<Call>& calls);
  ClientPeer& peer_of(const Address& address);
  RequestSequence completed_below();

  Runtime& runtime_;
  Transport& transport_;
  const RpcClientOptions options_;
  const ClientId id_;
  Gate gate_;
  std::map<Address, std::unique_ptr<ClientPeer>> peers_;
  uint64_t next_sequence_ = 1;
  uint64_t next_call_number_ = 1;
  IntrusiveList<Call> waiting_;  // for a permit
  IntrusiveList<Call> started_;  // in the order of their sequence numbers
  size_t calls_ = 0;
  Event no_calls_;
  bool closing_ = false;
};

Task<Result<std::string>> RpcClient::Impl::call(RawCall raw) {
  if (closing_) co_return fail(Code::canceled, "the client is closed").on("call", raw.name);
  if (kFrameFixedBytes + raw.request.size() > kFrameHeadBytesMax ||
      total_bytes(raw.send) > kFramePayloadBytesMax) {
    co_return fail(Code::too_big, "the request is larger than a message may be").on("call", raw.name);
  }
  const MonotonicTime deadline = runtime_.now() + raw.options.timeout;
  Call call(std::move(raw), deadline);
  OnCancel forward(call.raw.options.cancel, [&call] { call.cancel.cancel(); });
  waiting_.push_back(call);
  if (calls_++ == 0) no_calls_.reset();
  auto result = co_await run(&call, &peer_of(call.raw.to));
  call.unlink();
  if (--calls_ == 0) no_calls_.set();
  co_return result;
}

Task<Result<std::string>> RpcClient::Impl::run(Call* call, ClientPeer* peer) {
  FIRN_CO_CHECK(call->cancel.token().check());
  auto permit = peer->try_permit();
  if (!permit) {
    auto waited = co_await peer->permit(call->deadline, call->cancel.token());
    if (!waited) co_return no_permit(call, peer, std::move(waited).error());
    permit.emplace(std::move(*waited));
  }
  // From now on the server may be asked, and has to remember.
  call->sequence = RequestSequence(next_sequence_++);
  started_.push_back(*call);
  while (true) {
    AttemptEnd end = co_await attempt(call, peer);
    if (end.kind == AttemptEnd::Kind::answered) co_return std::move(end.answer);
    if (end.kind == AttemptEnd::Kind::canceled) break;
    const Duration pause = retry_pause(*call, end);
    if (end.obstacle) call->obstacle = std::move(end.obstacle);
    if (runtime_.now() >= call->deadline) co_return timed_out(*call, *peer);
    if (pause == Duration::zero()) continue;
    DeadlineWait wait(runtime_.executor(), std::min(call->deadline, runtime_.now() + pause),
                      call->cancel.token());
    if (co_await wait == DeadlineWait::End::canceled) break;
    if (runtime_.now() >= call->deadline) co_return timed_out(*call, *peer);
  }
  peer->send_cancel({id_, call->sequence});
  co_return fail(Code::canceled, "the call was canceled").on("call", call->raw.name);
}

Error RpcClient::Impl::no_permit(Call* call, ClientPeer* peer, Error reason) {
  if (reason.code() == Code::canceled) return reason;
  call->obstacle.emplace(std::move(reason));
  return timed_out(*call, *peer);
}

AttemptEnd RpcClient::Impl::no_connection(Error reason) {
  if (reason.code() == Code::canceled) return {.kind = AttemptEnd::Kind::canceled};
  // None of these goes away by itself.
  if (reason.code() == Code::version || reason.code() == Code::invalid ||
      reason.code() == Code::unsupported) {
    return {.kind = AttemptEnd::Kind::answered, .answer = std::move(reason)};
  }
  return {.kind = AttemptEnd::Kind::unreachable, .obstacle = std::move(reason)};
}

Task<AttemptEnd> RpcClient::Impl::attempt(Call* call, ClientPeer* peer) {
  ClientConnection* connection = peer->open_connection();
  if (connection == nullptr) {
    auto made = co_await peer->connection(call->deadline, call->cancel.token());
    if (!made) co_return no_connection(std::move(made).error());
    connection = *made;
  }
  ClientConnection& channel = *connection;
  auto use = channel.use();
  const CallNumber number(next_call_number_++);
  const Duration silence_max =
      options_.resend_after * (1 << std::min(call->silent_attempts, kSilenceDoublingsMax));
  ClientAttempt attempt(runtime_.executor(), number, {call->deadline, silence_max, call->cancel.token()},
                        call->raw.place);
  const uint64_t heard_before = channel.frames_heard();
  AttemptEnd end = co_await attempt.run(channel, request_head(*call, number), call->raw.send);
  // Twice silence without a sign of life from the peer: perhaps it is the connection that is dead.
  const bool silent = end.kind == AttemptEnd::Kind::silent;
  if (silent && call->silent_attempts > 0 && channel.frames_heard() == heard_before) channel.close();
  use = {};
  channel.use_ended();
  co_return end;
}

std::string RpcClient::Impl::request_head(const Call& call, CallNumber number) {
  return encode_frame({.kind = FrameKind::request,
                       .opcode = call.raw.opcode,
                       .call_number = number,
                       .request = {id_, call.sequence},
                       .completed_below = completed_below(),
                       .time = call.deadline - runtime_.now(),
                       .body = call.raw.request});
}

// The pause before the next attempt, and what to remember of this one.
Duration RpcClient::Impl::retry_pause(Call& call, const AttemptEnd& end) {
  if (end.kind == AttemptEnd::Kind::silent) {
    call.silent_attempts++;
    return Duration::zero();
  }
  // Who was refused because too many came should come when it was told to: later is no help to anybody.
  if (end.kind == AttemptEnd::Kind::busy && end.retry_after > Duration::zero())
    return jittered(end.retry_after);
  Duration pause = options_.retry_pause_min;
  for (uint32_t i = 0; i < call.failed_attempts && pause < options_.retry_pause_max; i++) pause *= 2;
  call.failed_attempts++;
  return jittered(std::min(pause, options_.retry_pause_max));
}

// Calls that failed together do not come back together.
Duration RpcClient::Impl::jittered(Duration pause) {
  const auto half = static_cast<uint64_t>(pause.count() / 2);
  return pause - Duration(runtime_.rng().below(half + 1));
}

Error RpcClient::Impl::timed_out(Call& call, const ClientPeer& peer) {
  Error error = fail(Code::timed_out, "no answer from " + call.raw.to.uri + " within " +
                                          duration_text(call.raw.options.timeout));
  error = std::move(error).on("call", call.raw.name);
  if (!call.obstacle) return error;
  const bool never_there = !peer.ever_connected() && call.obstacle->code() == Code::unreachable;
  error = std::move(error).because(std::move(*call.obstacle));
  if (never_there && error.remedy().empty())
    return std::move(error).remedy("is the server running? firn serve");
  return error;
}

ClientPeer& RpcClient::Impl::peer_of(const Address& address) {
  auto& peer = peers_[address];
  if (!peer) {
    const ClientPeer::Shared shared{runtime_, transport_, options_, gate_};
    peer = std::make_unique<ClientPeer>(shared, address);
  }
  return *peer;
}

RequestSequence RpcClient::Impl::completed_below() {
  const Call* const oldest = started_.front();
  return oldest == nullptr ? RequestSequence(next_sequence_) : oldest->sequence;
}

Task<void> RpcClient::Impl::close() {
  closing_ = true;
  cancel_all(waiting_);
  cancel_all(started_);
  while (calls_ > 0) co_await no_calls_.wait();
  for (auto& [address, peer] : peers_) peer->close();
  co_await gate_.close();
}

// Canceling wakes calls in a later turn: the list stays as it is meanwhile.
void RpcClient::Impl::cancel_all(IntrusiveList<Call>& calls) {
  IntrusiveList<Call> canceled;
  while (Call* const call = calls.pop_front()) {
    call->cancel.cancel();
    canceled.push_back(*call);
  }
  while (Call* const call = canceled.pop_front()) calls.push_back(*call);
}

RpcClient::RpcClient(Runtime& runtime, Transport& transport, RpcClientOptions options)
    : impl_(std::make_unique<Impl>(runtime, transport, options)) {}
RpcClient::~RpcClient() = default;
Task<Result<std::string>> RpcClient::call_raw(RawCall call) { return impl_->call(std::move(call)); }
Task<void> RpcClient::close() { return impl_->close(); }
ClientId RpcClient::id() const { return impl_->id(); }

}  // namespace firn::net
