// FabricFirst: a client's transport where a fabric is configured: reaches servers over the fabric, and those
// that do not have it over TCP, if that is wanted. Addresses are "tcp://host:port", or already name a fabric.
#pragma once

#include <string>

#include "base/log.h"
#include "runtime/transport.h"

namespace firn::net {

class FabricFirst final : public Transport {
 public:
  // Both outlive it; without `tcp` there is no other way.
  FabricFirst(Log& log, Transport& fabric, std::string provider, Transport* tcp)
      : log_(log), fabric_(fabric), provider_(std::move(provider)), tcp_(tcp) {}

  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver& receiver,
                                                 Duration timeout) override {
    return run(this, std::move(to), &receiver, timeout);
  }

 private:
  static Task<Result<std::unique_ptr<Channel>>> run(FabricFirst* self, Address to, ChannelReceiver* receiver,
                                                    Duration timeout);

  Log& log_;
  Transport& fabric_;
  const std::string provider_;
  Transport* const tcp_;
};

}  // namespace firn::net
