// RpcClient: calls with deadline, cancel and resend. One per thread; holds one channel per address, made on
// first use.
//
//   CallOptions options{.timeout = 10s};
//   FIRN_CO_TRY(ChangeReply reply, co_await rpc.call(target, std::move(update), {.send = data}, options));
//
// A call is resent (same RequestId) when its channel breaks, when the peer answers BUSY, and when no answer
// came within a while, until its deadline; the server recognises a repeat. A call therefore ends with the
// server's answer, with Code::timed_out (the outcome is unknown then, the cause says what stood in the way)
// or with Code::canceled. Only a server of another protocol version ends it earlier, with Code::version.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "model/wire.h"
#include "runtime/cancel.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace firn::net {

struct CallOptions {
  Duration timeout = std::chrono::seconds(60);
  CancelToken cancel{};
};

struct RpcClientOptions {
  uint32_t in_flight_per_peer_max = 128;  // further calls wait their turn
  Duration connect_timeout = std::chrono::seconds(5);
  Duration resend_after = std::chrono::seconds(5);           // no answer for so long: ask again
  Duration retry_pause_min = std::chrono::milliseconds(10);  // doubles up to the max
  Duration retry_pause_max = std::chrono::seconds(1);
  Duration idle_max = std::chrono::seconds(60);  // a connection not used for so long is closed
};

// Bulk data of a call. Buffers live until the call has ended; when it has ended none is touched any more.
template <class Reply>
struct Bulk {
  std::span<const ByteView> send{};
  // Where the answer's payload goes, called when its head is known and before its bytes are taken from the
  // network. May be called again for a resent call. The buffers' total must be `payload_bytes`. Without it
  // payload is dropped.
  std::function<Result<std::vector<MutableBytes>>(const Reply& reply, size_t payload_bytes)> place{};
};

class RpcClient {
 public:
  RpcClient(Runtime& runtime, Transport& transport, RpcClientOptions options);
  // All calls have ended (close()).
  ~RpcClient();

  // `request` is not needed any more when this returns, before the task has begun.
  template <class Request>
  Task<Result<typename Request::Reply>> call(Address to, const Request& request,
                                             Bulk<typename Request::Reply> bulk = {},
                                             CallOptions options = {});

  // Ends calls in progress with Code::canceled, closes channels, waits for all: at most for
  // `connect_timeout`, when a connection is being made. Once.
  Task<void> close();
  ClientId id() const;

  // What the typed call is made of; encoded messages in and out.
  using RawPlace =
      std::function<Result<std::vector<MutableBytes>>(std::string_view reply, size_t payload_bytes)>;
  struct RawCall {
    Address to;
    uint16_t opcode = 0;
    const char* name = "";
    std::string request;
    std::span<const ByteView> send;
    RawPlace place;
    CallOptions options;
  };
  Task<Result<std::string>> call_raw(RawCall call);

 private:
  template <class Reply>
  Task<Result<Reply>> call_encoded(RawCall raw, Bulk<Reply> bulk);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

template <class Request>
Task<Result<typename Request::Reply>> RpcClient::call(Address to, const Request& request,
                                                      Bulk<typename Request::Reply> bulk,
                                                      CallOptions options) {
  RawCall raw{std::move(to), Request::kOpcode, Request::kName, encode(request), bulk.send, {}, options};
  return call_encoded<typename Request::Reply>(std::move(raw), std::move(bulk));
}

template <class Reply>
Task<Result<Reply>> RpcClient::call_encoded(RawCall raw, Bulk<Reply> bulk) {
  if (bulk.place) {
    raw.place = [&bulk](std::string_view encoded, size_t bytes) -> Result<std::vector<MutableBytes>> {
      FIRN_TRY(Reply reply, decode<Reply>(encoded));
      return bulk.place(reply, bytes);
    };
  }
  FIRN_CO_TRY(std::string encoded, co_await call_raw(std::move(raw)));
  co_return decode<Reply>(encoded);
}

}  // namespace firn::net
