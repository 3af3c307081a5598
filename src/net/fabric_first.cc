// The fabric, else TCP; see fabric_first.h.
#include "net/fabric_first.h"

#include "net/fabric_address.h"
#include "net/tcp_address.h"

namespace firn::net {

Task<Result<std::unique_ptr<Channel>>> FabricFirst::run(FabricFirst* self, Address to,
                                                        ChannelReceiver* receiver, Duration timeout) {
  if (is_fabric_address(to.uri)) co_return co_await self->fabric_.connect(std::move(to), *receiver, timeout);
  FIRN_CO_CHECK(parse_tcp_address(to.uri));
  auto channel =
      co_await self->fabric_.connect({fabric_uri(self->provider_, to.uri), to.target}, *receiver, timeout);
  const bool another_way = !channel && channel.error().code() == Code::unsupported && self->tcp_ != nullptr;
  if (!another_way) co_return channel;
  self->log_.info("fabric not used: address=" + to.uri + " reason=" + channel.error().message());
  co_return co_await self->tcp_->connect(std::move(to), *receiver, timeout);
}

}  // namespace firn::net
