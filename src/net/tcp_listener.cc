// Accepting and routing TCP connections; see tcp_listener.h.
#include "net/tcp_listener.h"

#include "net/tcp_address.h"
#include "net/tcp_frame.h"
#include "runtime/sleep.h"

namespace firn::net {

// A connection whose preamble is awaited: not for ever.
struct TcpListener::Greeting final : ListNode, Timer {
  Greeting(Executor& of, Socket& connection) : executor(of), socket(connection) {}
  ~Greeting() override { executor.disarm(*this); }
  void fire() override { socket.shutdown(); }
  Executor& executor;
  Socket& socket;
};

Result<std::unique_ptr<TcpListener>> TcpListener::listen(Runtime& runtime, Sockets& sockets, std::string uri,
                                                         Hooks hooks, Options options) {
  FIRN_TRY(const TcpAddress address, parse_tcp_address(uri));
  FIRN_TRY(auto socket, sockets.listen(address.host, address.port));
  std::string bound = tcp_uri(address.host, socket->port());
  return over(runtime, std::move(socket), std::move(bound), std::move(hooks), options);
}

std::unique_ptr<TcpListener> TcpListener::over(Runtime& runtime, std::unique_ptr<ListenSocket> socket,
                                               std::string uri, Hooks hooks, Options options) {
  std::unique_ptr<TcpListener> listener(
      new TcpListener(runtime, std::move(socket), std::move(hooks), options));
  listener->uri_ = std::move(uri);
  listener->gate_.spawn(accept_all(listener.get()));
  return listener;
}

TcpListener::TcpListener(Runtime& runtime, std::unique_ptr<ListenSocket> socket, Hooks hooks, Options options)
    : runtime_(runtime),
      socket_(std::move(socket)),
      hooks_(std::move(hooks)),
      options_(options),
      greetings_(runtime.executor(), options.greetings_max),
      gate_(runtime.executor()) {}

TcpListener::~TcpListener() = default;

Task<void> TcpListener::accept_all(TcpListener* listener) {
  constexpr Duration kPauseAfterError = std::chrono::milliseconds(100);  // e.g. too many open files
  while (!listener->closing_) {
    auto units = co_await listener->greetings_.acquire();
    if (listener->closing_) break;
    auto socket = co_await listener->socket_->accept();
    if (socket) {
      listener->gate_.spawn(greet(listener, std::move(*socket), std::move(units)));
      continue;
    }
    if (socket.error().code() == Code::canceled) break;
    listener->runtime_.log().warning("connection not accepted: address=" + listener->uri_ +
                                     " reason=" + socket.error().message());
    co_await sleep_for(listener->runtime_.executor(), kPauseAfterError);
  }
}

Task<void> TcpListener::greet(TcpListener* listener, std::unique_ptr<Socket> socket, Semaphore::Units) {
  Greeting greeting(listener->runtime_.executor(), *socket);
  listener->greeted_.push_back(greeting);
  if (listener->closing_) socket->shutdown();
  Executor& executor = listener->runtime_.executor();
  executor.arm(greeting, executor.now() + listener->options_.preamble_timeout);
  auto preamble = co_await read_preamble(socket.get());
  if (listener->closing_) co_return;
  if (!preamble) co_return listener->log_refused(*socket, preamble.error());  // not one of us: no answer
  auto admitted = listener->check(*preamble);
  if (admitted) {
    std::string peer = socket->peer();
    co_return listener->hooks_.route(preamble->target, socket->release(), std::move(peer));
  }
  listener->log_refused(*socket, admitted.error());
  executor.arm(greeting, executor.now() + listener->options_.preamble_timeout);
  co_await refuse(socket.get(), std::move(admitted).error());
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

// Tells why, then waits until the client has hung up: closing with its bytes unread would reset the
// connection and could lose the refusal.
Task<void> TcpListener::refuse(Socket* socket, Error reason) {
  const std::string head = encode_error_frame(FrameKind::refusal, {}, reason);
  const auto lengths = frame_lengths(head.size(), 0);
  const ByteView parts[] = {lengths, as_bytes(head)};
  if (!co_await socket->send_all(parts)) co_return;
  constexpr size_t kSkippedBytesMax = 1 << 20;
  std::array<std::byte, 4096> skipped;
  for (size_t bytes = 0; bytes < kSkippedBytesMax;) {
    auto received = co_await socket->receive(skipped);
    if (!received || *received == 0) break;
    bytes += *received;
  }
}

Task<void> TcpListener::close() {
  closing_ = true;
  socket_->close();
  IntrusiveList<Greeting> closed;
  while (Greeting* const greeting = greeted_.pop_front()) {
    closed.push_back(*greeting);
    greeting->socket.shutdown();
  }
  co_await gate_.close();
}

}  // namespace firn::net
