// TcpListener: the server's side of TCP for a whole process: listens, reads each connection's preamble, and
// routes the connection to the thread of the target that it asks for.
//
//   TcpListener::Hooks hooks{
//       .check = [&](uint32_t target) { return engine.serves(target); },
//       .route = [&](uint32_t target, int descriptor, std::string) {
//         engine.thread(target).executor().submit([&, descriptor] { tcp.adopt(descriptor, rpc_server); });
//       }};
//   FIRN_TRY(auto listener, TcpListener::listen(runtime, runtime.sockets(), "tcp://0.0.0.0:10001",
//   std::move(hooks)));
//
// Who does not send a proper preamble in time is dropped; who asks for another protocol version or an unknown
// target is told so by a refusal frame. Belongs to one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/fabric_hello.h"
#include "net/frame.h"
#include "net/socket_server.h"
#include "net/tcp_frame.h"
#include "runtime/runtime.h"
#include "runtime/socket.h"

namespace firn::net {

class TcpListener {
 public:
  struct Hooks {
    // Whether the target is served here; the error is told to the client. No hook: all are.
    std::function<Result<void>(uint32_t target)> check = {};
    // Takes the connected descriptor over, to be given to TcpTransport::adopt() in the target's thread.
    std::function<void(uint32_t target, int descriptor, std::string peer)> route;
    // The same for a channel over a fabric, to be given to FabricTransport::adopt(). No hook: refused.
    std::function<void(uint32_t target, int descriptor, FabricContact client)> route_fabric = {};
  };
  struct Options {
    Duration preamble_timeout = std::chrono::seconds(5);
    uint32_t greetings_max =
        256;  // connections whose preamble is not there yet; then no further ones are accepted
  };

  // Port 0 takes a free one, see uri().
  static Result<std::unique_ptr<TcpListener>> listen(Runtime& runtime, Sockets& sockets, std::string uri,
                                                     Hooks hooks, Options options);
  static Result<std::unique_ptr<TcpListener>> listen(Runtime& runtime, Sockets& sockets, std::string uri,
                                                     Hooks hooks) {
    return listen(runtime, sockets, std::move(uri), std::move(hooks), Options());
  }
  // Over a socket that listens already, of whatever kind; `uri` is for people.
  static std::unique_ptr<TcpListener> over(Runtime& runtime, std::unique_ptr<ListenSocket> socket,
                                           std::string uri, Hooks hooks, Options options);
  // close() has ended.
  ~TcpListener();

  // Where it listens: as given, with the port it got.
  const std::string& uri() const { return uri_; }
  // Accepts no more; connections already routed are not affected.
  Task<void> close() { return server_.close(); }

 private:
  using Connection = SocketServer::Connection;

  TcpListener(Runtime& runtime, std::unique_ptr<ListenSocket> socket, std::string uri, Hooks hooks,
              Options options);
  Task<void> greet(Connection* connection);
  static Task<Result<Preamble>> read_preamble(Socket* socket);
  Task<Result<void>> hand_over(Socket* socket, Preamble preamble);
  Result<void> check(Preamble preamble) const;
  void log_refused(const Socket& socket, const Error& reason);
  static Task<void> refuse(Connection* connection, Error reason);

  Runtime& runtime_;
  const Hooks hooks_;
  const std::string uri_;
  SocketServer server_;
};

}  // namespace firn::net
