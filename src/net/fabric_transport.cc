// Making fabric channels; see fabric_transport.h.
#include "net/fabric_transport.h"

#include <utility>

#include "net/fabric_channel.h"
#include "net/fabric_endpoint.h"
#include "net/frame.h"
#include "net/tcp_address.h"
#include "net/tcp_frame.h"
#include "runtime/gate.h"

namespace firn::net {

class FabricTransport::Impl {
 public:
  Impl(RealRuntime& runtime, FabricOptions options)
      : runtime_(runtime), options_(std::move(options)), gate_(runtime.executor()) {}
  ~Impl() { FIRN_ASSERT(endpoint_ == nullptr); }

  // The one in use: opened anew when the last one has ended.
  Result<FabricEndpoint*> endpoint();
  Task<Result<std::unique_ptr<Channel>>> connect(Address to, ChannelReceiver* receiver,
                                                 MonotonicTime deadline);
  void adopt(std::unique_ptr<Socket> lifeline, const FabricContact& client, ChannelAcceptor& acceptor);
  Task<void> close();

  RealRuntime& runtime() { return runtime_; }

 private:
  // A hello that does not come in time ends with its connection.
  struct Deadline final : Timer {
    Deadline(Executor& of, Socket& connection, MonotonicTime at) : executor(of), socket(connection) {
      executor.arm(*this, at);
    }
    ~Deadline() override { executor.disarm(*this); }
    void fire() override { socket.shutdown(); }
    Executor& executor;
    Socket& socket;
  };

  Result<std::unique_ptr<FabricChannel>> prepare(std::unique_ptr<Socket>& lifeline);
  Task<Result<void>> greet(FabricChannel* channel, uint32_t target);
  static Task<void> refuse(std::unique_ptr<Socket> lifeline, Error reason);
  static Task<void> bury(std::unique_ptr<FabricEndpoint> endpoint);

  RealRuntime& runtime_;
  const FabricOptions options_;
  std::unique_ptr<FabricEndpoint> endpoint_;
  Gate gate_;
};

Result<FabricEndpoint*> FabricTransport::Impl::endpoint() {
  if (endpoint_ != nullptr && endpoint_->is_lost()) gate_.spawn(bury(std::move(endpoint_)));
  if (endpoint_ == nullptr) {
    FIRN_TRY(endpoint_, FabricEndpoint::open(runtime_, options_.choice, options_.host));
  }
  return endpoint_.get();
}

Task<void> FabricTransport::Impl::bury(std::unique_ptr<FabricEndpoint> endpoint) {
  co_await endpoint->close();
}

Result<std::unique_ptr<FabricChannel>> FabricTransport::Impl::prepare(std::unique_ptr<Socket>& lifeline) {
  FIRN_TRY(FabricEndpoint* const open, endpoint());
  return std::make_unique<FabricChannel>(runtime_, *open, std::move(lifeline), options_.limits);
}

Task<Result<std::unique_ptr<Channel>>> FabricTransport::Impl::connect(Address to, ChannelReceiver* receiver,
                                                                      MonotonicTime deadline) {
  FIRN_CO_TRY(const FabricAddress address, parse_fabric_address(to.uri));
  if (address.provider != options_.choice.provider) {
    co_return fail(Code::unsupported, "the address is for another fabric than this side has")
        .on("address", to.uri)
        .on("fabric", options_.choice.provider);
  }
  FIRN_CO_TRY(const TcpAddress tcp, parse_tcp_address(address.tcp_uri));
  FIRN_CO_TRY(auto lifeline,
              co_await runtime_.sockets().connect(tcp.host, tcp.port, deadline - runtime_.now()));
  FIRN_CO_TRY(auto channel, prepare(lifeline));
  FIRN_CO_CHECK(co_await greet(channel.get(), to.target));
  const Deadline limit(runtime_.executor(), channel->lifeline(), deadline);
  FIRN_CO_TRY(const FabricContact peer, co_await receive_hello(&channel->lifeline()));
  FIRN_CO_CHECK(channel->set_peer(peer));
  channel->start(*receiver, {});
  co_return channel;
}

Task<Result<void>> FabricTransport::Impl::greet(FabricChannel* channel, uint32_t target) {
  const auto preamble = Preamble{kProtocolVersion, target, ConnectionKind::fabric}.encode();
  const ByteView part = preamble;
  FIRN_CO_CHECK(co_await channel->lifeline().send_all({&part, 1}));
  co_return co_await send_hello(&channel->lifeline(), encode_contact(channel->contact()));
}

void FabricTransport::Impl::adopt(std::unique_ptr<Socket> lifeline, const FabricContact& client,
                                  ChannelAcceptor& acceptor) {
  auto prepared = prepare(lifeline);
  if (!prepared) return gate_.spawn(refuse(std::move(lifeline), std::move(prepared).error()));
  std::unique_ptr<FabricChannel> channel = *std::move(prepared);
  if (auto known = channel->set_peer(client); !known) {
    return gate_.spawn(refuse(channel->give_up_lifeline(), std::move(known).error()));
  }
  FabricChannel& accepted = *channel;
  accepted.start(acceptor.accepted(std::move(channel)), encode_contact(accepted.contact()));
}

Task<void> FabricTransport::Impl::refuse(std::unique_ptr<Socket> lifeline, Error reason) {
  (void)co_await send_hello(lifeline.get(), encode_error_frame(FrameKind::refusal, {}, reason));
  lifeline->shutdown();
}

Task<void> FabricTransport::Impl::close() {
  if (endpoint_ != nullptr) gate_.spawn(bury(std::move(endpoint_)));
  co_await gate_.close();
}

FabricTransport::FabricTransport(RealRuntime& runtime, FabricOptions options)
    : impl_(std::make_unique<Impl>(runtime, std::move(options))) {}
FabricTransport::~FabricTransport() = default;

Result<void> FabricTransport::open() {
  FIRN_CHECK(impl_->endpoint());
  return {};
}

Task<Result<std::unique_ptr<Channel>>> FabricTransport::connect(Address to, ChannelReceiver& receiver,
                                                                Duration timeout) {
  return impl_->connect(std::move(to), &receiver, impl_->runtime().now() + timeout);
}

void FabricTransport::adopt(int descriptor, FabricContact client, ChannelAcceptor& acceptor) {
  impl_->adopt(impl_->runtime().sockets().adopt(descriptor), client, acceptor);
}

Task<void> FabricTransport::close() { return impl_->close(); }

}  // namespace firn::net
