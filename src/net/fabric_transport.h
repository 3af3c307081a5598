// Transport over a fabric by libfabric: verbs, cxi, opx, efa, psm3, tcp and others by name; docs/fabric.md,
// docs/decisions/0011-fabric.md. Channels begin with a TCP connection to the engine's one port. Client:
// connect. Server: a TcpListener (net/tcp_listener.h) gives connections for fabric channels to adopt().
//
// In a build without libfabric open() answers Code::unsupported.
#pragma once

#include <memory>
#include <string>

#include "net/fabric_address.h"
#include "net/fabric_hello.h"
#include "runtime/real_runtime.h"
#include "runtime/transport.h"

namespace firn::net {

struct FabricOptions {
  FabricChoice choice;
  // This host's address to its peers, for providers on IP, when the choice names no domain. Empty: any.
  std::string host{};
  FabricLimits limits{};
};

class FabricTransport final : public Transport {
 public:
  // One per thread; the runtime outlives it and its channels.
  FabricTransport(RealRuntime& runtime, FabricOptions options);
  // close() has ended, or open() and connect() were never called.
  ~FabricTransport() override;

  // Opens the endpoint: a server at its start, to learn what is wrong. Otherwise the first connect() does.
  // Code::unsupported (no such fabric here), Code::io.
  Result<void> open();

  // Address{"fabric+PROVIDER://host:port", target}. Code::unsupported also when the server does not have the
  // fabric: it may be reached by TCP.
  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                 Duration timeout) override;

  // Makes a channel of a client's connection and gives it to the service; or tells the client why not. Takes
  // the descriptor over.
  void adopt(int descriptor, FabricContact client, ChannelAcceptor& acceptor);

  // After the last channel. Once.
  Task<void> close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace firn::net
