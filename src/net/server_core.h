// ServerCore: what an RpcServer's channels share: handlers, bounds, and the requests being handled, by
// identity.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "net/admission.h"
#include "net/rpc_server.h"
#include "net/running_table.h"
#include "net/server_session.h"
#include "runtime/gate.h"

namespace firn::net {

class ServerCore {
 public:
  ServerCore(Runtime& runtime, RpcServerOptions options)
      : runtime_(runtime),
        options_(options),
        admission_({options.calls_per_channel_max, options.calls_max, options.payload_bytes_max}),
        gate_(runtime.executor()) {}

  void handle(uint16_t opcode, const char* name, RpcServer::RawHandler handler);
  ChannelReceiver& accepted(std::unique_ptr<Channel> channel);
  Task<void> close();

  Runtime& runtime() { return runtime_; }
  // What is not counted here: channels, calls, bytes in progress.
  ChannelCounts& counted() { return counted_; }
  ChannelCounts counts() const;
  Gate& gate() { return gate_; }
  const RpcServerOptions& options() const { return options_; }

  // Whether a request of this identity is being handled.
  bool is_running(RequestId request) const { return running_.find(request) != nullptr; }
  // Room for a call of this channel; an empty one when there is none.
  Reservation reserve(ServerSession& session, uint64_t payload_bytes);
  Admission& admission() { return admission_; }
  // Handles the request, or lets it wait for the outcome of the same request being handled. What was moved
  // from the request belongs to that when this returns.
  void start(ServerSession& session, ArrivedRequest& request);
  // The call waits for the outcome of the same request. False if that is not being handled any more.
  bool join(ServerSession& session, const Frame& frame);
  void cancel(RequestId request);

 private:
  struct Handler {
    const char* name = "";
    RpcServer::RawHandler run;
  };
  // Who gets the outcome.
  struct Asker {
    ServerSession* session = nullptr;
    ChannelLife::Use use;
    CallNumber call_number;
  };
  // A request being handled; lives in serve().
  struct Running {
    Running(ServerSession& session, ArrivedRequest& request);

    const RequestId id;
    Running* next_running = nullptr;
    ServerCall call;
    Reservation room;
    Asker asker;                 // the first
    std::vector<Asker> repeats;  // further ones
    const uint16_t opcode;
    const size_t body_bytes;
    const MonotonicTime begun;
    const MonotonicTime arrived;
    MonotonicTime handled;
    MonotonicTime answered;
  };
  static constexpr size_t kRepeatsMax = 15;  // of one request: it is resent again and again

  static Task<void> keep_session(std::unique_ptr<ServerSession> session, bool welcome);
  static Task<void> serve(ServerCore* core, ServerSession* session, const Handler* handler,
                          ArrivedRequest* request);
  Result<std::string> checked(Result<std::string> outcome, const Running& running) const;
  static std::span<const ByteView> payload_parts(const Result<std::string>& outcome, const ByteView& payload);
  // Where one client waits for a small answer.
  bool answer_now(Running& running, Result<std::string>& outcome) const;
  Task<void> answer_all(Running* running, Result<std::string>* outcome);
  std::string reply_frame(CallNumber number, const Result<std::string>& outcome) const;
  void write_reply(CallNumber number, std::string& frame) const;
  void tell_observer(const Handler* handler, const Running& running, const Result<std::string>& outcome);

  Runtime& runtime_;
  const RpcServerOptions options_;
  Admission admission_;
  Gate gate_;
  std::map<uint16_t, Handler> handlers_;
  RunningTable<Running> running_;
  IntrusiveList<ServerSession> sessions_;
  uint32_t channels_ = 0;
  bool closing_ = false;
  ChannelCounts counted_;
};

}  // namespace firn::net
