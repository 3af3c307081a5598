// SimTransport and SimChannel: one simulated thread's access to the world's network, as the Transport and
// Channel interfaces. Faults: sim_network.h. A service is reached at Address{"sim://<node's name>",
// target}.
//
// Each frame is placed, also one without payload. Between close() and `closed` frames may still arrive.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>

#include "runtime/transport.h"
#include "sim/sim_network.h"

namespace firn::sim {

class SimChannel final : public Channel {
 public:
  SimChannel(std::shared_ptr<SimLink> link, Side side);
  ~SimChannel() override;
  Task<Result<void>> send(ByteView head, std::span<const ByteView> payload) override;
  bool send_now(ByteView head, std::span<const ByteView> payload) override {
    return link_->send_now(side_, head, payload);
  }
  void close() override { link_->close(side_); }
  std::string peer() const override { return link_->uri_of_peer(side_); }

 private:
  const std::shared_ptr<SimLink> link_;  // shared with the other end and with frames under way
  const Side side_;
};

class SimTransport final : public Transport {
 public:
  SimTransport(SimNetwork& network, EventOwner owner) : network_(network), owner_(owner) {}

  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                 Duration timeout) override;

  // Channels to Address{this node, target} go to `acceptor`, in this thread, until unlisten() or the node's
  // end. Nobody listens there yet.
  void listen(uint32_t target, ChannelAcceptor& acceptor) { network_.listen(target, owner_, acceptor); }
  void unlisten(uint32_t target) { network_.unlisten(target, owner_); }
  // "sim://<this node's name>".
  std::string uri() const { return std::string(kUriPrefix) + network_.name(owner_.life->node); }

 private:
  SimNetwork& network_;
  const EventOwner owner_;
};

}  // namespace firn::sim
