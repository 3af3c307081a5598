// Accepting connections and serving them; see socket_server.h.
#include "net/socket_server.h"

#include <array>
#include <utility>

#include "runtime/sleep.h"

namespace firn::net {

SocketServer::Connection::Connection(SocketServer& server, std::unique_ptr<Socket> socket)
    : server_(server), socket_(std::move(socket)) {
  restart_time();
}

SocketServer::Connection::~Connection() { server_.runtime_.executor().disarm(*this); }

void SocketServer::Connection::restart_time() {
  Executor& executor = server_.runtime_.executor();
  executor.arm(*this, executor.now() + server_.options_.timeout);
}

Task<void> SocketServer::Connection::drain() {
  constexpr size_t kDroppedBytesMax = 1 << 20;
  std::array<std::byte, 4096> dropped;
  for (size_t bytes = 0; bytes < kDroppedBytesMax;) {
    auto received = co_await socket_->receive(dropped);
    if (!received || *received == 0) break;
    bytes += *received;
  }
}

SocketServer::SocketServer(Runtime& runtime, std::unique_ptr<ListenSocket> socket, std::string uri,
                           Serve serve, Options options)
    : runtime_(runtime),
      socket_(std::move(socket)),
      uri_(std::move(uri)),
      serve_(std::move(serve)),
      options_(options),
      places_(runtime.executor(), options.connections_max),
      gate_(runtime.executor()) {
  gate_.spawn(accept_all(this));
}

SocketServer::~SocketServer() = default;

Task<void> SocketServer::accept_all(SocketServer* server) {
  constexpr Duration kPauseAfterError = std::chrono::milliseconds(100);  // e.g. too many open files
  while (!server->closing_) {
    auto units = co_await server->places_.acquire();
    if (server->closing_) break;
    auto socket = co_await server->socket_->accept();
    if (socket) {
      server->gate_.spawn(keep(server, std::move(*socket), std::move(units)));
      continue;
    }
    if (socket.error().code() == Code::canceled) break;
    server->runtime_.log().warning("connection not accepted: address=" + server->uri_ +
                                   " reason=" + socket.error().message());
    co_await sleep_for(server->runtime_.executor(), kPauseAfterError);
  }
}

Task<void> SocketServer::keep(SocketServer* server, std::unique_ptr<Socket> socket, Semaphore::Units) {
  Connection connection(*server, std::move(socket));
  server->connections_.push_back(connection);
  if (server->closing_) connection.socket().shutdown();
  co_await server->serve_(&connection);
}

Task<void> SocketServer::close() {
  closing_ = true;
  socket_->close();
  IntrusiveList<Connection> closed;
  while (Connection* const connection = connections_.pop_front()) {
    closed.push_back(*connection);
    connection->socket().shutdown();
  }
  co_await gate_.close();
}

}  // namespace firn::net
