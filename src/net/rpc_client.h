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
#include "net/frame.h"
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

class ClientPeer;

// Who gets the answer of a call; outlives it.
class AnswerReceiver {
 public:
  virtual ~AnswerReceiver() = default;
  // Whether place() is to be asked; else payload is dropped.
  virtual bool takes_payload() const = 0;
  // As Bulk::place, the answer's message encoded.
  virtual Result<std::vector<MutableBytes>> place(std::string_view message, size_t payload_bytes) = 0;
  // All of it is there; `placed`: it is the one that place() has seen last. Once, never after an error of
  // place(); the result is the call's.
  virtual Result<void> arrived(std::string_view message, bool placed) = 0;
};

class RpcClient {
 public:
  RpcClient(Runtime& runtime, Transport& transport, RpcClientOptions options);
  // All calls have ended (close()).
  ~RpcClient();

  // `to` and `request` are not needed any more when this returns, before the task has begun.
  template <class Request>
  Task<Result<typename Request::Reply>> call(const Address& to, const Request& request,
                                             Bulk<typename Request::Reply> bulk = {},
                                             CallOptions options = {});

  // Ends calls in progress with Code::canceled, closes channels, waits for all: at most for
  // `connect_timeout`, when a connection is being made. Once.
  Task<void> close();
  ClientId id() const;

  // What the typed call is made of.
  struct RawCall {
    uint16_t opcode = 0;
    const char* name = "";
    std::string frame;  // kFrameFixedBytes for its head, then the encoded request
    std::span<const ByteView> send{};
    CallOptions options{};
  };
  // The call and who gets its answer outlive the task.
  Task<Result<void>> call_raw(ClientPeer& to, RawCall& call, AnswerReceiver& answer);
  // Lives as long as the client.
  ClientPeer& peer(const Address& address);

 private:
  template <class Reply>
  class DecodedAnswer;
  template <class Reply>
  static Task<Result<Reply>> call_encoded(RpcClient* self, ClientPeer* to, RawCall raw, Bulk<Reply> bulk);

  class Impl;
  std::unique_ptr<Impl> impl_;
};

template <class Reply>
class RpcClient::DecodedAnswer final : public AnswerReceiver {
 public:
  explicit DecodedAnswer(const Bulk<Reply>& bulk) : bulk_(bulk) {}

  bool takes_payload() const override { return static_cast<bool>(bulk_.place); }
  Result<std::vector<MutableBytes>> place(std::string_view message, size_t payload_bytes) override {
    reply = decode<Reply>(message);
    if (!reply) return std::move(reply).error();
    return bulk_.place(*reply, payload_bytes);
  }
  Result<void> arrived(std::string_view message, bool placed) override {
    if (!placed) reply = decode<Reply>(message);
    if (!reply) return std::move(reply).error();
    return {};
  }

  Result<Reply> reply;

 private:
  const Bulk<Reply>& bulk_;
};

template <class Request>
Task<Result<typename Request::Reply>> RpcClient::call(const Address& to, const Request& request,
                                                      Bulk<typename Request::Reply> bulk,
                                                      CallOptions options) {
  RawCall raw{Request::kOpcode, Request::kName, encode(request, kFrameFixedBytes), bulk.send, options};
  return call_encoded<typename Request::Reply>(this, &peer(to), std::move(raw), std::move(bulk));
}

template <class Reply>
Task<Result<Reply>> RpcClient::call_encoded(RpcClient* self, ClientPeer* to, RawCall raw, Bulk<Reply> bulk) {
  DecodedAnswer<Reply> answer(bulk);
  FIRN_CO_CHECK(co_await self->call_raw(*to, raw, answer));
  co_return std::move(answer.reply);
}

}  // namespace firn::net
