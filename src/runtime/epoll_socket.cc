// TCP sockets on the epoll loop; see epoll_socket.h and socket.h.
#include "runtime/epoll_socket.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/assert.h"
#include "runtime/connect_to_any.h"
#include "runtime/errno_error.h"
#include "runtime/io_vector.h"
#include "runtime/listening.h"
#include "runtime/socket_address.h"

namespace firn {

namespace {

bool would_block(int error_number) { return error_number == EAGAIN || error_number == EWOULDBLOCK; }

class EpollSocket final : public Socket {
 public:
  EpollSocket(EpollExecutor& executor, Descriptor descriptor)
      : descriptor_(std::move(descriptor)), watch_(std::in_place, executor, descriptor_.number()) {
    const int on = 1;
    // May fail on sockets that are not TCP (tests use socket pairs); they do without.
    ::setsockopt(descriptor_.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    SocketAddress address;
    address.size = sizeof address.storage;
    if (::getpeername(descriptor_.number(), address.get(), &address.size) == 0) peer_ = address.text();
  }
  ~EpollSocket() override { FIRN_ASSERT(operations_ == 0); }

  Task<Result<size_t>> receive(MutableBytes target) override {
    FIRN_ASSERT(!target.empty());
    operations_++;
    auto received = co_await receive_some(target);
    operations_--;
    co_return received;
  }

  Task<Result<void>> receive_all(MutableBytes target) override {
    while (!target.empty()) {
      FIRN_CO_TRY(const size_t received, co_await receive(target));
      if (received == 0)
        co_return fail(Code::unreachable, "the peer closed the connection").on("peer", peer_);
      target = target.subspan(received);
    }
    co_return Result<void>();
  }

  Task<Result<void>> send_all(std::span<const ByteView> parts) override {
    operations_++;
    auto sent = co_await send_parts(parts);
    operations_--;
    co_return sent;
  }

  void shutdown() override {
    if (std::exchange(shut_down_, true) || !descriptor_.valid()) return;
    ::shutdown(descriptor_.number(), SHUT_RDWR);
  }
  std::string peer() const override { return peer_; }
  int release() override {
    FIRN_ASSERT(operations_ == 0);
    watch_.reset();
    return descriptor_.release();
  }

 private:
  Task<Result<size_t>> receive_some(MutableBytes target) {
    while (true) {
      if (!watch_->maybe_readable()) co_await watch_->readable();
      const ssize_t received = ::recv(descriptor_.number(), target.data(), target.size(), 0);
      if (received < 0 && would_block(errno)) {
        co_await watch_->readable();
        continue;
      }
      if (received < 0 && errno == EINTR) continue;
      if (received < 0) co_return broken(errno, "receiving from a peer failed");
      if (received == 0 && shut_down_) co_return broken(ESHUTDOWN, "the connection was closed");
      if (static_cast<size_t>(received) < target.size()) watch_->drained();
      co_return static_cast<size_t>(received);
    }
  }

  Task<Result<void>> send_parts(std::span<const ByteView> parts) {
    PartCursor cursor(parts);
    while (cursor.left_bytes() > 0) {
      const std::span<iovec> vectors = cursor.next();
      msghdr message{};
      message.msg_iov = vectors.data();
      message.msg_iovlen = vectors.size();
      const ssize_t sent = ::sendmsg(descriptor_.number(), &message, MSG_NOSIGNAL);
      if (sent >= 0) {
        cursor.advance(static_cast<size_t>(sent));
      } else if (would_block(errno)) {
        co_await watch_->writable();
      } else if (errno != EINTR) {
        co_return broken(errno, "sending to a peer failed");
      }
    }
    co_return Result<void>();
  }

  Error broken(int error_number, const char* what) const {
    return socket_error(error_number, what).on("peer", peer_);
  }

  Descriptor descriptor_;
  std::optional<EpollWatch> watch_;  // as long as the descriptor is ours
  std::string peer_ = "?";
  bool shut_down_ = false;
  int operations_ = 0;
};

class EpollListenSocket final : public ListenSocket {
 public:
  EpollListenSocket(EpollExecutor& executor, Listening listening)
      : executor_(executor),
        descriptor_(std::move(listening.descriptor)),
        watch_(std::in_place, executor, descriptor_.number()),
        address_(listening.address) {}
  ~EpollListenSocket() override { FIRN_ASSERT(!accepting_); }

  Task<Result<std::unique_ptr<Socket>>> accept() override {
    FIRN_ASSERT(!accepting_);
    accepting_ = true;
    auto socket = co_await accept_one();
    accepting_ = false;
    if (closed_) release();
    co_return socket;
  }

  uint16_t port() const override { return address_.port(); }

  void close() override {
    if (std::exchange(closed_, true)) return;
    if (accepting_) {
      watch_->wake();
    } else {
      release();
    }
  }

 private:
  Task<Result<std::unique_ptr<Socket>>> accept_one() {
    while (!closed_) {
      Descriptor connection(::accept4(descriptor_.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.valid()) co_return std::make_unique<EpollSocket>(executor_, std::move(connection));
      const int number = errno;
      if (would_block(number)) {
        co_await watch_->readable();
      } else if (number != EINTR && number != ECONNABORTED && number != EPROTO) {
        co_return errno_error(number, "accepting a connection failed").on("address", address_.text());
      }
    }
    co_return fail(Code::canceled, "the listening socket was closed").on("address", address_.text());
  }

  void release() {
    watch_.reset();
    descriptor_.reset();
  }

  EpollExecutor& executor_;
  Descriptor descriptor_;
  std::optional<EpollWatch> watch_;
  SocketAddress address_;
  bool accepting_ = false;
  bool closed_ = false;
};

class EpollLocalSocket final : public LocalSocket {
 public:
  EpollLocalSocket(EpollExecutor& executor, Descriptor descriptor)
      : LocalSocket(std::move(descriptor)), watch_(executor, LocalSocket::descriptor()) {}

 private:
  // A message that passes a descriptor ends before the next one: only "would block" says that all is taken.
  Task<int> receive_message(msghdr* message) override {
    while (true) {
      if (!watch_.maybe_readable()) co_await watch_.readable();
      const ssize_t received = ::recvmsg(descriptor(), message, MSG_CMSG_CLOEXEC);
      if (received >= 0) co_return static_cast<int>(received);
      if (!would_block(errno)) co_return -errno;
      co_await watch_.readable();
    }
  }

  EpollWatch watch_;
};

// Ends a connect that takes too long.
class ConnectTimeout final : public Timer {
 public:
  ConnectTimeout(EpollExecutor& executor, EpollWatch& watch, MonotonicTime deadline)
      : executor_(executor), watch_(watch) {
    executor_.arm(*this, deadline);
  }
  ~ConnectTimeout() override { executor_.disarm(*this); }
  bool fired() const { return fired_; }
  void fire() override {
    fired_ = true;
    watch_.wake();
  }

 private:
  EpollExecutor& executor_;
  EpollWatch& watch_;
  bool fired_ = false;
};

// 0: connected.
int connect_result(int descriptor) {
  int error_number = 0;
  socklen_t size = sizeof error_number;
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error_number, &size) == 0 ? error_number : errno;
}

Task<Result<std::unique_ptr<Socket>>> connect_to(EpollExecutor& executor, SocketAddress address,
                                                 MonotonicTime deadline) {
  Descriptor descriptor(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor.valid())
    co_return errno_error(errno, "a socket could not be made").on("address", address.text());
  int result = 0;
  {
    EpollWatch watch(executor, descriptor.number());
    result = ::connect(descriptor.number(), address.get(), address.size) == 0 ? 0 : errno;
    if (result == EINPROGRESS || result == EINTR) {
      ConnectTimeout timeout(executor, watch, deadline);
      co_await watch.writable();
      if (timeout.fired()) {
        co_return fail(Code::unreachable, "nobody answered in time").on("address", address.text());
      }
      result = connect_result(descriptor.number());
    }
  }
  if (result != 0) co_return socket_error(result, "connecting failed").on("address", address.text());
  co_return std::make_unique<EpollSocket>(executor, std::move(descriptor));
}

}  // namespace

Result<std::unique_ptr<ListenSocket>> EpollSockets::listen(std::string host, uint16_t port) {
  FIRN_TRY(Listening listening, listen_at_host(host, port));
  return std::make_unique<EpollListenSocket>(executor_, std::move(listening));
}

Result<std::unique_ptr<ListenSocket>> EpollSockets::listen_local(std::string path) {
  FIRN_TRY(Listening listening, listen_at_path(path));
  return std::make_unique<EpollListenSocket>(executor_, std::move(listening));
}

Task<Result<std::unique_ptr<Socket>>> EpollSockets::connect(std::string host, uint16_t port,
                                                            Duration timeout) {
  return connect_to_any(executor_, std::move(host), port, timeout,
                        [&executor = executor_](const SocketAddress& address, MonotonicTime deadline) {
                          return connect_to(executor, address, deadline);
                        });
}

std::unique_ptr<Socket> EpollSockets::adopt(int descriptor) {
  return std::make_unique<EpollSocket>(executor_, Descriptor(descriptor));
}

std::unique_ptr<LocalSocket> EpollSockets::adopt_local(Descriptor descriptor) {
  return std::make_unique<EpollLocalSocket>(executor_, std::move(descriptor));
}

}  // namespace firn
