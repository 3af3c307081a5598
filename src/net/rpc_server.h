// RpcServer: answers calls of one service (a target, or the control service) on one thread.
//
//   server.handle<FetchRequest>([this](FetchRequest request, ServerCall& call) { return
//   fetch(std::move(request), call); });
//
// Bounds: calls in progress per channel and in all, bytes of payload in memory; beyond them a call is
// answered BUSY with the time after which to try again, its payload skipped. A request that cannot be decoded
// is answered Code::corrupt; a channel that speaks another protocol version gets Code::version and is closed.
//
// A handler always runs to its end, also when its client cancels, its deadline passes or the channel breaks.
// While a request is being handled, a repeat of it (same RequestId, over whatever channel) is not run again:
// it gets the answer of the first. After that, recognising repeats is the handler's business.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>

#include "base/buffer.h"
#include "model/metrics_messages.h"
#include "model/object_messages.h"
#include "model/store_waits.h"
#include "model/wire.h"
#include "net/call_observer.h"
#include "net/frame.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace firn::net {

class Reservation;

struct RpcServerOptions {
  uint32_t calls_per_channel_max = 256;
  uint32_t calls_max = 4096;
  uint64_t payload_bytes_max = 256ull << 20;
  uint32_t channels_max = 8192;                               // further ones are closed at once
  Duration busy_retry_after = std::chrono::milliseconds(20);  // what a BUSY answer says
  // A reply that the client's side does not take for so long: the channel is closed.
  Duration reply_stall_max = std::chrono::seconds(30);
  CallObserver* observer = nullptr;  // outlives the server
};

// A call being answered; lives until its handler is done.
class ServerCall {
 public:
  RequestId request_id;             // for recognising repeats
  RequestSequence completed_below;  // the client has seen all answers below this one
  MonotonicTime deadline;           // the client waits no longer
  bool canceled = false;            // the client has said that it waits no longer; no answer will be sent
  Buffer payload;                   // of the request
  Buffer reply_payload;             // set by the handler
  std::optional<ObjectAddress> subject;  // likewise, for people: what the request is about
  StoreWaits waits;                      // likewise: what it waited for meanwhile

  // Takes room for a reply of at most so many bytes, before it is made. Code::busy when there is none: the
  // handler answers that, and the client asks again later.
  Result<void> reserve_reply(uint64_t bytes);

 private:
  friend class ServerCore;
  Reservation* room_ = nullptr;
};

class RpcServer : public ChannelAcceptor {
 public:
  RpcServer(Runtime& runtime, RpcServerOptions options);
  // close() has ended.
  ~RpcServer() override;

  template <class Request, class Handler>
  void handle(Handler handler) {
    handle_raw(Request::kOpcode, Request::kName, [handler](std::string_view encoded, ServerCall& call) {
      return run<Request>(handler, encoded, call);
    });
  }
  ChannelReceiver& accepted(std::unique_ptr<Channel> channel) override;
  // Closes all channels and waits for handlers to end. Handlers that wait for something must be told by their
  // owner. Channels that come while it waits are closed at once; none may come afterwards. Once.
  Task<void> close();
  ChannelCounts counts() const;

  // `encoded` is valid until the handler first waits. It gives its encoded reply behind kFrameFixedBytes of
  // zeros.
  using RawHandler = std::function<Task<Result<std::string>>(std::string_view encoded, ServerCall& call)>;
  void handle_raw(uint16_t opcode, const char* name, RawHandler handler);

 private:
  // A handler takes the request, or refers to it: it outlives the handler.
  template <class Request, class Handler>
  static auto call_handler(Handler& handler, Request& request, ServerCall& call) {
    if constexpr (std::invocable<Handler&, Request, ServerCall&>) {
      return handler(std::move(request), call);
    } else {
      return handler(request, call);
    }
  }
  template <class Request, class Handler>
  static Task<Result<std::string>> run(Handler handler, std::string_view encoded, ServerCall& call) {
    FIRN_CO_TRY(Request request, decode<Request>(encoded));
    FIRN_CO_TRY(auto reply, co_await call_handler(handler, request, call));
    co_return encode(reply, kFrameFixedBytes);
  }

  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firn::net
