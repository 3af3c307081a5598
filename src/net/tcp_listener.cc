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
  if (admitted) {
    std::string peer = socket.peer();
    co_return hooks_.route(preamble->target, socket.release(), std::move(peer));
  }
  log_refused(socket, admitted.error());
  connection->restart_time();
  co_await refuse(connection, std::move(admitted).error());
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
