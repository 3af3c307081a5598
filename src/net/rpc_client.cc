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
  Call(RpcClient::RawCall& of, ClientPeer& to, MonotonicTime now)
      : raw(of), peer(to), begin(now), deadline(now + of.options.timeout) {}

  RpcClient::RawCall& raw;
  ClientPeer& peer;
  MonotonicTime begin;  // of the call, then of its latest attempt
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
  Task<Result<void>> call(ClientPeer* peer, RawCall* raw, AnswerReceiver* answer);
  ClientPeer& peer(const Address& address);
  Task<void> close();

 private:
  // A resend waits twice as long as the one before, up to 2^kSilenceDoublingsMax times `resend_after`.
  static constexpr uint32_t kSilenceDoublingsMax = 4;

  // Counts the calls in progress.
  class Counted {
   public:
    explicit Counted(Impl& of) : of_(of) {
      if (of_.calls_++ == 0) of_.no_calls_.reset();
    }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() {
      if (--of_.calls_ == 0) of_.no_calls_.set();
    }

   private:
    Impl& of_;
  };

  Result<void> check(const RawCall& raw) const;
  Task<AttemptEnd> connect(Call* call, ClientConnection** connection);
  Task<Result<void>> wait_to_retry(Call* call, AttemptEnd end);
  static Error no_permit(Call& call, Error reason);
  static AttemptEnd no_connection(Error reason);
  ClientAttempt::Limits limits(Call& call) const;
  void write_head(const Call& call, CallNumber number);
  Duration retry_pause(Call& call, const AttemptEnd& end);
  Duration jittered(Duration pause);
  Error canceled(const Call& call) const;
  static Error timed_out(Call& call);
  void cancel_all(IntrusiveList<Call>& calls);
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

Result<void> RpcClient::Impl::check(const RawCall& raw) const {
  if (closing_) return fail(Code::canceled, "the client is closed").on("call", raw.name);
  if (raw.frame.size() > kFrameHeadBytesMax || total_bytes(raw.send) > kFramePayloadBytesMax)
    return fail(Code::too_big, "the request is larger than a message may be").on("call", raw.name);
  return {};
}

// One coroutine where nothing has to be waited for but the answer.
Task<Result<void>> RpcClient::Impl::call(ClientPeer* peer, RawCall* raw, AnswerReceiver* answer) {
  FIRN_CO_CHECK(check(*raw));
  Call call(*raw, *peer, runtime_.now());
  const Counted counted(*this);
  OnCancel forward(raw->options.cancel, [&call] { call.cancel.cancel(); });
  waiting_.push_back(call);
  FIRN_CO_CHECK(call.cancel.token().check());
  auto permit = peer->try_permit();
  if (!permit) {
    auto waited = co_await peer->permit(call.deadline, call.cancel.token());
    if (!waited) co_return no_permit(call, std::move(waited).error());
    permit.emplace(std::move(*waited));
    call.begin = runtime_.now();
  }
  // From now on the server may be asked, and has to remember.
  call.sequence = RequestSequence(next_sequence_++);
  started_.push_back(call);
  while (true) {
    AttemptEnd end;
    ClientConnection* connection = peer->open_connection();
    if (connection == nullptr) end = co_await connect(&call, &connection);
    if (connection != nullptr) {
      const uint64_t heard_before = connection->frames_heard();
      ClientAttempt attempt(runtime_.executor(), *connection, CallNumber(next_call_number_++), limits(call),
                            *answer);
      write_head(call, attempt.number());
      const ByteView head = as_bytes(raw->frame);
      if (!attempt.send_now(head, raw->send)) co_await attempt.send(head, raw->send);
      co_await attempt.ended();
      end = attempt.take_end();
      // Twice silence without a sign of life from the peer: perhaps it is the connection that is dead.
      const bool silent = end.kind == AttemptEnd::Kind::silent && call.silent_attempts > 0;
      if (silent && connection->frames_heard() == heard_before) connection->close();
    }
    if (end.kind == AttemptEnd::Kind::answered) co_return std::move(end).result();
    FIRN_CO_CHECK(co_await wait_to_retry(&call, std::move(end)));
  }
}

// What stood in the way if there is no connection afterwards.
Task<AttemptEnd> RpcClient::Impl::connect(Call* call, ClientConnection** connection) {
  auto made = co_await call->peer.connection(call->deadline, call->cancel.token());
  call->begin = runtime_.now();
  if (!made) co_return no_connection(std::move(made).error());
  *connection = *made;
  co_return AttemptEnd();
}

// Until it is time for another attempt; the reason if there is none.
Task<Result<void>> RpcClient::Impl::wait_to_retry(Call* call, AttemptEnd end) {
  if (end.kind == AttemptEnd::Kind::canceled) co_return canceled(*call);
  const Duration pause = retry_pause(*call, end);
  if (end.error) call->obstacle = std::move(end.error);
  if (runtime_.now() >= call->deadline) co_return timed_out(*call);
  if (pause > Duration::zero()) {
    DeadlineWait wait(runtime_.executor(), std::min(call->deadline, runtime_.now() + pause),
                      call->cancel.token());
    if (co_await wait == DeadlineWait::End::canceled) co_return canceled(*call);
    if (runtime_.now() >= call->deadline) co_return timed_out(*call);
  }
  call->begin = runtime_.now();
  co_return Result<void>();
}

Error RpcClient::Impl::canceled(const Call& call) const {
  call.peer.send_cancel({id_, call.sequence});
  return fail(Code::canceled, "the call was canceled").on("call", call.raw.name);
}

Error RpcClient::Impl::no_permit(Call& call, Error reason) {
  if (reason.code() == Code::canceled) return reason;
  call.obstacle.emplace(std::move(reason));
  return timed_out(call);
}

AttemptEnd RpcClient::Impl::no_connection(Error reason) {
  if (reason.code() == Code::canceled) return {.kind = AttemptEnd::Kind::canceled};
  // None of these goes away by itself.
  if (reason.code() == Code::version || reason.code() == Code::invalid ||
      reason.code() == Code::unsupported) {
    return {.kind = AttemptEnd::Kind::answered, .error = std::move(reason)};
  }
  return {.kind = AttemptEnd::Kind::unreachable, .error = std::move(reason)};
}

ClientAttempt::Limits RpcClient::Impl::limits(Call& call) const {
  const Duration silence_max =
      options_.resend_after * (1 << std::min(call.silent_attempts, kSilenceDoublingsMax));
  return {call.begin, call.deadline, silence_max, call.cancel.token()};
}

void RpcClient::Impl::write_head(const Call& call, CallNumber number) {
  write_frame(call.raw.frame, {.kind = FrameKind::request,
                               .opcode = call.raw.opcode,
                               .call_number = number,
                               .request = {id_, call.sequence},
                               .completed_below = completed_below(),
                               .time = call.deadline - call.begin});
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

Error RpcClient::Impl::timed_out(Call& call) {
  Error error = fail(Code::timed_out, "no answer from " + call.peer.address().uri + " within " +
                                          duration_text(call.raw.options.timeout));
  error = std::move(error).on("call", call.raw.name);
  if (!call.obstacle) return error;
  const bool never_there = !call.peer.ever_connected() && call.obstacle->code() == Code::unreachable;
  error = std::move(error).because(std::move(*call.obstacle));
  if (never_there && error.remedy().empty())
    return std::move(error).remedy("is the server running? firn serve");
  return error;
}

ClientPeer& RpcClient::Impl::peer(const Address& address) {
  std::unique_ptr<ClientPeer>& peer = peers_[address];
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
Task<Result<void>> RpcClient::call_raw(ClientPeer& to, RawCall& call, AnswerReceiver& answer) {
  return impl_->call(&to, &call, &answer);
}
ClientPeer& RpcClient::peer(const Address& address) { return impl_->peer(address); }
Task<void> RpcClient::close() { return impl_->close(); }
ClientId RpcClient::id() const { return impl_->id(); }

}  // namespace firn::net
