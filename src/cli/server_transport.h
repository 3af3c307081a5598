// ServerTransport: how a command reaches a server. On its host by shared memory, else by the network, which
// is TCP, or a fabric that the environment chooses:
//   FIRN_FABRIC=PROVIDER[/DOMAIN]       this host's fabric; used with every server that has it too
//   FIRN_TRANSPORT=auto|tcp|shm|fabric  nothing else than that
// An address "fabric+PROVIDER://HOST:PORT" asks for that fabric and nothing else.
#pragma once

#include <memory>
#include <string>

#include "net/fabric_first.h"
#include "net/fabric_transport.h"
#include "net/nearest_transport.h"
#include "net/tcp_transport.h"
#include "runtime/real_runtime.h"

namespace firn::cli {

class ServerTransport {
 public:
  // The runtime outlives it. Code::invalid: the environment and the address do not agree, or make no sense.
  static Result<std::unique_ptr<ServerTransport>> make(RealRuntime& runtime, const std::string& system);

  Transport& transport() { return *nearest_; }
  // After the last channel. Once.
  Task<void> close();

 private:
  explicit ServerTransport(RealRuntime& runtime) : tcp_(runtime, runtime.sockets()) {}

  net::TcpTransport tcp_;
  std::unique_ptr<net::FabricTransport> fabric_;
  std::unique_ptr<net::FabricFirst> fabric_first_;
  std::unique_ptr<net::NearestTransport> nearest_;
};

}  // namespace firn::cli
