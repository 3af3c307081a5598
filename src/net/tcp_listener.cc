// Accepting and routing TCP connections; see tcp_listener.h.
#include "net/tcp_listener.h"

#include <utility>

#include "net/tcp_address.h"

namespace firn::net {

Result<std::unique_ptr<TcpListener>> TcpListener::listen(Runtime& runtime, Sockets& sockets, std::string uri,
                                                         Hooks hooks, Options options) {
  FIRN_TRY(const TcpAddress address, parse_tcp_address(uri));
  FIRN_TRY(auto socket, sockets.listen(address.host, address.port));
  std::string bound = tcp_uri(address.host, socket->port());
  return over(runtime, std::move(socket), std::move(bound), std::move(hooks), options);
}

std::unique_ptr<TcpListener> TcpListener::over(Runtime& runtime, std::unique_ptr<ListenSocket> socket,
                                               std::string uri, Hooks hooks, Options options) {
  return std::unique_ptr<TcpListener>(
      new TcpListener(runtime, std::move(socket), std::move(uri), std::move(hooks), options));
}

TcpListener::TcpListener(Runtime& runtime, std::unique_ptr<ListenSocket> socket, std::string uri, Hooks hooks,
                         Options options)
    : runtime_(runtime),
      hooks_(std::move(hooks)),
      uri_(std::move(uri)),
      server_(runtime, std::move(socket), uri_, [this](Connection* connection) { return greet(connection); },
              {.timeout = options.preamble_timeout, .connections_max = options.greetings_max}) {}

TcpListener::~TcpListener() = default;

Task<void> TcpListener::greet(Connection* connection) {
  Socket& socket = connection->socket();
  auto preamble = co_await read_preamble(&socket);
  if (connection->closing()) co_return;
  if (!preamble) co_return log_refused(socket, preamble.error());  // not one of us: no answer
  auto admitted = check(*preamble);
  if (admitted) admitted = co_await hand_over(&socket, *preamble);
  if (admitted || connection->closing()) co_return;
  log_refused(socket, admitted.error());
  connection->restart_time();
  co_await refuse(connection, std::move(admitted).error());
}

// To the target's thread, which owns the connection from then on.
Task<Result<void>> TcpListener::hand_over(Socket* socket, Preamble preamble) {
  if (preamble.kind == ConnectionKind::frames) {
    std::string peer = socket->peer();
    hooks_.route(preamble.target, socket->release(), std::move(peer));
    co_return Result<void>();
  }
  FIRN_CO_TRY(FabricContact client, co_await receive_hello(socket));
  hooks_.route_fabric(preamble.target, socket->release(), std::move(client));
  co_return Result<void>();
}

void TcpListener::log_refused(const Socket& socket, const Error& reason) {
  runtime_.log().info("connection refused: peer=" + socket.peer() + " reason=" + reason.message());
}

Task<Result<Preamble>> TcpListener::read_preamble(Socket* socket) {
  std::array<std::byte, Preamble::kBytes> bytes{};
  FIRN_CO_CHECK(co_await socket->receive_all(bytes));
  co_return Preamble::decode(bytes);
}

Result<void> TcpListener::check(Preamble preamble) const {
  if (preamble.version != kProtocolVersion) {
    return fail(Code::version, "the server speaks another version of the protocol")
        .on("client", preamble.version)
        .on("server", kProtocolVersion)
        .remedy("use clients and servers of the same release");
  }
  const bool fabric = preamble.kind == ConnectionKind::fabric;
  if (preamble.kind != ConnectionKind::frames && !(fabric && hooks_.route_fabric)) {
    return fail(Code::unsupported, "the server is not reached this way")
        .on("kind of connection", static_cast<uint64_t>(preamble.kind))
        .remedy("use its TCP address, or start it with: firn serve --fabric PROVIDER");
  }
  return hooks_.check ? hooks_.check(preamble.target) : Result<void>();
}

Task<void> TcpListener::refuse(Connection* connection, Error reason) {
  const std::string head = encode_error_frame(FrameKind::refusal, {}, reason);
  const auto lengths = frame_lengths(head.size(), 0);
  const ByteView parts[] = {lengths, as_bytes(head)};
  if (!co_await connection->socket().send_all(parts)) co_return;
  co_await connection->drain();
}

}  // namespace firn::net
