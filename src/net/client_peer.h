// ClientPeer: what an RpcClient knows of one address: the connection, made on first use and again after it
// broke, and how many calls are in progress. Lives as long as the client.
#pragma once

#include <optional>
#include <utility>

#include "net/client_connection.h"
#include "net/deadline_wait.h"
#include "net/rpc_client.h"
#include "runtime/gate.h"

namespace firn::net {

class ClientPeer {
 public:
  // The right to be in progress; given back on destruction.
  class Permit {
   public:
    explicit Permit(ClientPeer& peer) : peer_(&peer) {}
    Permit(Permit&& other) noexcept : peer_(std::exchange(other.peer_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (peer_ != nullptr) peer_->permit_ended();
    }

   private:
    ClientPeer* peer_;
  };

  struct Shared {  // the client's, which outlives its peers
    Runtime& runtime;
    Transport& transport;
    const RpcClientOptions& options;
    Gate& gate;
  };

  ClientPeer(Shared shared, Address address) : shared_(shared), address_(std::move(address)) {}
  ClientPeer(const ClientPeer&) = delete;
  ClientPeer& operator=(const ClientPeer&) = delete;

  const Address& address() const { return address_; }
  // A permit if there is one at once.
  std::optional<Permit> try_permit();
  // Code::timed_out, Code::canceled.
  Task<Result<Permit>> permit(MonotonicTime deadline, CancelToken cancel);
  // A usable connection. Connecting, if need be, is shared by all who wait for it and goes on without them.
  // Code::unreachable or whatever the transport says, Code::timed_out, Code::canceled.
  Task<Result<ClientConnection*>> connection(MonotonicTime deadline, CancelToken cancel);
  // The usable connection there is, or nullptr.
  ClientConnection* open_connection();
  // Tells the server that nobody waits for this request any more, if it can be done at once.
  void send_cancel(RequestId request);
  // Closes the connection, or the one that is being made as soon as it is.
  void close();
  // Whether there was ever an answer to connect().
  bool ever_connected() const { return ever_connected_; }

 private:
  static constexpr uint32_t kCancelsInFlightMax = 16;

  static Task<void> keep_connection(ClientPeer* peer);
  static Task<void> cancel_task(ClientPeer* peer, ClientConnection* connection, ChannelLife::Use use,
                                RequestId request);
  void connect_ended(ClientConnection& connection, Result<std::unique_ptr<Channel>> channel);
  void permit_ended();
  // How many calls may be in progress: at least one.
  uint32_t in_progress_max() const;

  const Shared shared_;
  const Address address_;
  ClientConnection* connection_ = nullptr;  // owned by keep_connection()
  bool connecting_ = false;
  bool ever_connected_ = false;
  bool closing_ = false;
  std::optional<Error> connect_error_;  // of the last connect
  DeadlineWait::List connect_waiters_;
  uint32_t in_progress_ = 0;
  uint32_t cancels_in_flight_ = 0;
  DeadlineWait::List permit_waiters_;
};

}  // namespace firn::net
