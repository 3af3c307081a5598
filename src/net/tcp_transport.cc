// Channels over TCP; see tcp_transport.h. Their bytes: tcp_frame.h.
#include "net/tcp_transport.h"

#include "net/frame.h"
#include "net/tcp_address.h"
#include "net/tcp_frame.h"
#include "runtime/gate.h"
#include "runtime/sleep.h"

namespace firn::net {

namespace {

class TcpChannel final : public Channel {
 public:
  TcpChannel(Executor& executor, std::unique_ptr<Socket> socket)
      : executor_(executor),
        socket_(std::move(socket)),
        peer_("tcp://" + socket_->peer()),
        sender_(executor, *socket_),
        reader_(*socket_, *this),
        sending_(executor),
        receiving_(executor) {}

  // Once, before anything else but close().
  void start(ChannelReceiver& receiver) {
    sending_.spawn(sender_.run());
    receiving_.spawn(receive(this, &receiver));
  }
  bool send_now(ByteView head, std::span<const ByteView> payload) override {
    return sender_.send_now(head, payload, reader_.at_last());
  }

  Task<Result<void>> send(ByteView head, std::span<const ByteView> payload) override {
    return sender_.send(head, payload);
  }
  void close() override {
    sender_.stop();
    reader_.stop();
    socket_->shutdown();
  }
  std::string peer() const override { return peer_; }

 private:
  // The channel's life: frames until it is closed or breaks, then `closed`, always in a turn of its own.
  static Task<void> receive(TcpChannel* channel, ChannelReceiver* receiver) {
    Error reason = co_await channel->reader_.run(receiver);
    channel->close();
    co_await channel->sending_.close();
    co_await yield(channel->executor_);
    receiver->closed(*channel, std::move(reason).on("peer", channel->peer_));
  }

  Executor& executor_;
  const std::unique_ptr<Socket> socket_;
  const std::string peer_;
  FrameSender sender_;
  FrameReader reader_;
  Gate sending_;
  Gate receiving_;
};

}  // namespace

Task<Result<std::unique_ptr<Channel>>> TcpTransport::connect(Address to, ChannelReceiver& receiver,
                                                             Duration timeout) {
  FIRN_CO_TRY(const TcpAddress address, parse_tcp_address(to.uri));
  FIRN_CO_TRY(auto socket, co_await sockets_.connect(address.host, address.port, timeout));
  const auto preamble = Preamble{kProtocolVersion, to.target}.encode();
  const ByteView part = preamble;
  FIRN_CO_CHECK(co_await socket->send_all({&part, 1}));
  auto channel = std::make_unique<TcpChannel>(runtime_.executor(), std::move(socket));
  channel->start(receiver);
  co_return channel;
}

void TcpTransport::adopt(int descriptor, ChannelAcceptor& acceptor) {
  auto channel = std::make_unique<TcpChannel>(runtime_.executor(), sockets_.adopt(descriptor));
  TcpChannel& accepted = *channel;
  accepted.start(acceptor.accepted(std::move(channel)));
}

}  // namespace firn::net
