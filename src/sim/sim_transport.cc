// Simulated channels; see sim_transport.h.
#include "sim/sim_transport.h"

#include "base/assert.h"

namespace firn::sim {

SimChannel::SimChannel(std::shared_ptr<SimLink> link, Side side) : link_(std::move(link)), side_(side) {
  link_->end(side_).channel = this;
}

SimChannel::~SimChannel() { FIRN_ASSERT(link_->end(side_).state == LinkEnd::State::closed); }

Task<Result<void>> SimChannel::send(ByteView head, std::span<const ByteView> payload) {
  return SimLink::send(link_, side_, head, payload);
}

Task<Result<std::unique_ptr<Channel>>> SimTransport::connect(Address to, ChannelReceiver& receiver,
                                                             Duration timeout) {
  const auto node = network_.find_node(to.uri);
  if (!node) co_return fail(Code::invalid, "not the address of a simulated node").on("address", to.uri);
  const auto link = network_.start_connect(owner_, receiver, *node, to.target);
  const char* const refusal = co_await SimLink::Connected{*link, timeout};
  if (refusal != nullptr) {
    co_return fail(Code::unreachable, refusal).on("address", to.uri).on("target", uint64_t{to.target});
  }
  co_return std::make_unique<SimChannel>(link, Side::client);
}

}  // namespace firn::sim
