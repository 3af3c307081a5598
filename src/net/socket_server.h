// SocketServer: accepts connections of one listening socket and serves each with a task of its own: so many
// at a time, each only so long. Belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/gate.h"
#include "runtime/intrusive_list.h"
#include "runtime/runtime.h"
#include "runtime/socket.h"
#include "runtime/sync.h"

namespace firn::net {

class SocketServer {
 public:
  struct Options {
    Duration timeout = std::chrono::seconds(5);  // of a connection: then it is shut down
    uint32_t connections_max = 256;              // then no further ones are accepted
  };
  class Connection;
  // Serves a connection to its end; `connection` lives until then, and is closed afterwards.
  using Serve = std::function<Task<void>(Connection* connection)>;

  // `uri` is where it listens, for messages.
  SocketServer(Runtime& runtime, std::unique_ptr<ListenSocket> socket, std::string uri, Serve serve,
               Options options);
  // close() has ended.
  ~SocketServer();

  uint16_t port() const { return socket_->port(); }
  // Accepts no more, shuts all connections down and waits for their tasks. Once.
  Task<void> close();

 private:
  static Task<void> accept_all(SocketServer* server);
  static Task<void> keep(SocketServer* server, std::unique_ptr<Socket> socket, Semaphore::Units units);

  Runtime& runtime_;
  const std::unique_ptr<ListenSocket> socket_;
  const std::string uri_;
  const Serve serve_;
  const Options options_;
  bool closing_ = false;
  Semaphore places_;
  IntrusiveList<Connection> connections_;
  Gate gate_;
};

class SocketServer::Connection final : public ListNode, private Timer {
 public:
  Connection(SocketServer& server, std::unique_ptr<Socket> socket);
  ~Connection() override;

  Socket& socket() { return *socket_; }
  // The server shuts down: there is no use in an answer.
  bool closing() const { return server_.closing_; }
  // The time it may take begins anew.
  void restart_time();
  // Reads and drops what still comes, until the peer has hung up: to close with its bytes unread would reset
  // the connection, and could lose what was sent last.
  Task<void> drain();

 private:
  void fire() override { socket_->shutdown(); }

  SocketServer& server_;
  const std::unique_ptr<Socket> socket_;
};

}  // namespace firn::net
