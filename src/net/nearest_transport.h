// NearestTransport: a client's transport: takes the first way of an address that works. An address may have
// several, separated by a space, the best first: "shm:///data/engine.socket?at=… tcp://10.0.0.1:10001". That
// a better way did not work is logged, with the reason, when a lesser one does; a peer on another host is no
// reason to say anything.
#pragma once

#include <memory>
#include <string_view>

#include "net/shm_transport.h"
#include "net/tcp_transport.h"

namespace firn::net {

enum class TransportChoice : uint8_t {
  automatic,
  tcp,  // nothing but the network
  shm,  // nothing but shared memory, where an address has that way: the way to a system may be another
};
// "auto", "tcp", "shm"; Code::invalid.
Result<TransportChoice> parse_transport_choice(std::string_view name);

class NearestTransport final : public Transport {
 public:
  // The runtime outlives it, and it its channels. `network` takes the place of TCP for every way but shared
  // memory, and outlives it too.
  NearestTransport(HostRuntime& runtime, TransportChoice choice, Transport* network = nullptr)
      : runtime_(runtime),
        choice_(choice),
        shm_(runtime),
        tcp_(runtime, runtime.sockets()),
        network_(network == nullptr ? &tcp_ : network) {}

  // As each way's transport says; the last one's error. Code::invalid when the choice leaves no way.
  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                 Duration timeout) override;

 private:
  std::vector<std::string> ways_of(const std::string& uri) const;

  HostRuntime& runtime_;
  const TransportChoice choice_;
  ShmTransport shm_;
  TcpTransport tcp_;
  Transport* const network_;
};

}  // namespace firn::net
