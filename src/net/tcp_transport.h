// Transport over TCP. Client: connect. Server: a TcpListener (net/tcp_listener.h) accepts connections for all
// targets of a process and passes each as a descriptor to the thread of its target, where adopt() makes a
// channel of it.
#pragma once

#include "runtime/runtime.h"
#include "runtime/socket.h"
#include "runtime/transport.h"

namespace firn::net {

class TcpTransport final : public Transport {
 public:
  // One per thread; both outlive it and its channels.
  TcpTransport(Runtime& runtime, Sockets& sockets) : runtime_(runtime), sockets_(sockets) {}

  // Address{"tcp://host:port", target}. The server is not waited for: that it does not serve the target comes
  // as a refusal frame.
  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                 Duration timeout) override;

  // Makes a channel of an accepted connection and gives it to the service. Takes the descriptor over.
  void adopt(int descriptor, ChannelAcceptor& acceptor);

 private:
  Runtime& runtime_;
  Sockets& sockets_;
};

}  // namespace firn::net
