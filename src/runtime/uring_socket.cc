// TCP sockets on the io_uring loop; see uring_socket.h and socket.h.
#include "runtime/uring_socket.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"
#include "runtime/connect_to_any.h"
#include "runtime/descriptor.h"
#include "runtime/errno_error.h"
#include "runtime/io_vector.h"
#include "runtime/listening.h"
#include "runtime/socket_address.h"
#include "runtime/uring_operation.h"

namespace firn {

namespace {

constexpr size_t kReceiveBytesMax = 1 << 30;  // of one call; results are int

bool try_again(int result) { return result == -EINTR || result == -EAGAIN; }

void set_option(int descriptor, int level, int option) {
  const int on = 1;
  // May fail on sockets that are not TCP (tests use socket pairs); they do without.
  ::setsockopt(descriptor, level, option, &on, sizeof on);
}

// Receives what is there, at least one byte: asked for directly while the loop is awake.
class Receive final : public UringPolled, public UringCompletion {
 public:
  // `flags` hold once the ring receives.
  Receive(UringExecutor& executor, int descriptor, MutableBytes target, int flags)
      : executor_(executor), descriptor_(descriptor), target_(target), flags_(flags) {}

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> awaiting) {
    awaiting_ = awaiting;
    executor_.poll_while_awake(*this);
  }
  // Bytes, or a negative errno.
  int await_resume() const { return result_; }

  bool poll() override {
    const ssize_t received = ::recv(descriptor_, target_.data(), target_.size(), MSG_DONTWAIT);
    const int result = received < 0 ? -errno : static_cast<int>(received);
    if (try_again(result)) return false;
    completed(result, 0);
    return true;
  }
  void arm() override {
    io_uring_sqe* const entry = executor_.take_entry();
    io_uring_prep_recv(entry, descriptor_, target_.data(), target_.size(), flags_);
    executor_.start(entry, *this);
  }
  void completed(int result, uint32_t) override {
    result_ = result;
    executor_.post(awaiting_);
  }

 private:
  UringExecutor& executor_;
  const int descriptor_;
  const MutableBytes target_;
  const int flags_;
  std::coroutine_handle<> awaiting_;
  int result_ = 0;
};

class UringSocket final : public Socket {
 public:
  UringSocket(UringExecutor& executor, Descriptor descriptor)
      : executor_(executor), descriptor_(std::move(descriptor)) {
    set_option(descriptor_.number(), IPPROTO_TCP, TCP_NODELAY);
    // On a non-blocking descriptor io_uring gives EAGAIN instead of waiting.
    const int flags = ::fcntl(descriptor_.number(), F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK) != 0) ::fcntl(descriptor_.number(), F_SETFL, flags & ~O_NONBLOCK);
    SocketAddress address;
    address.size = sizeof address.storage;
    if (::getpeername(descriptor_.number(), address.get(), &address.size) == 0) peer_ = address.text();
  }
  ~UringSocket() override { FIRN_ASSERT(operations_ == 0); }

  Task<Result<size_t>> receive(MutableBytes target) override { return receive_some(target, 0); }

  Task<Result<void>> receive_all(MutableBytes target) override {
    while (!target.empty()) {
      FIRN_CO_TRY(const size_t received, co_await receive_some(target, MSG_WAITALL));
      if (received == 0)
        co_return fail(Code::unreachable, "the peer closed the connection").on("peer", peer_);
      target = target.subspan(received);
    }
    co_return Result<void>();
  }

  Task<Result<void>> send_all(std::span<const ByteView> parts) override {
    PartCursor cursor(parts);
    while (cursor.left_bytes() > 0) {
      const std::span<iovec> vectors = cursor.next();
      msghdr message{};
      message.msg_iov = vectors.data();
      message.msg_iovlen = vectors.size();
      int result = send_now(message);
      if (result == -EAGAIN) {
        operations_++;
        // MSG_WAITALL: the kernel continues a short send by itself.
        result = co_await perform(executor_, [&](io_uring_sqe* entry) {
          io_uring_prep_sendmsg(entry, descriptor_.number(), &message, MSG_NOSIGNAL | MSG_WAITALL);
        });
        operations_--;
      }
      if (try_again(result)) continue;
      if (result < 0) co_return broken(-result, "sending to a peer failed");
      cursor.advance(static_cast<size_t>(result));
    }
    co_return Result<void>();
  }

  size_t send_now(ByteView bytes) override {
    const ssize_t sent =
        ::send(descriptor_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<size_t>(sent);
  }

  void shutdown() override {
    if (std::exchange(shut_down_, true) || !descriptor_.valid()) return;
    ::shutdown(descriptor_.number(), SHUT_RDWR);
  }
  std::string peer() const override { return peer_; }
  int release() override {
    FIRN_ASSERT(operations_ == 0);
    return descriptor_.release();
  }

 private:
  Task<Result<size_t>> receive_some(MutableBytes target, int flags) {
    FIRN_ASSERT(!target.empty());
    while (true) {
      const size_t size = std::min(target.size(), kReceiveBytesMax);
      operations_++;
      const int result = co_await Receive(executor_, descriptor_.number(), target.first(size), flags);
      operations_--;
      if (try_again(result)) continue;
      if (result < 0) co_return broken(-result, "receiving from a peer failed");
      if (result == 0 && shut_down_) co_return broken(ESHUTDOWN, "the connection was closed");
      co_return static_cast<size_t>(result);
    }
  }

  // As much as the socket takes without waiting, or a negative errno. Mostly all: no operation of the ring.
  int send_now(const msghdr& message) const {
    const ssize_t sent = ::sendmsg(descriptor_.number(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? -errno : static_cast<int>(sent);
  }

  Error broken(int error_number, const char* what) const {
    return socket_error(error_number, what).on("peer", peer_);
  }

  UringExecutor& executor_;
  Descriptor descriptor_;
  std::string peer_ = "?";
  bool shut_down_ = false;
  int operations_ = 0;
};

class UringListenSocket final : public ListenSocket {
 public:
  UringListenSocket(UringExecutor& executor, Listening listening)
      : executor_(executor), descriptor_(std::move(listening.descriptor)), address_(listening.address) {}
  ~UringListenSocket() override { FIRN_ASSERT(accepting_ == nullptr); }

  Task<Result<std::unique_ptr<Socket>>> accept() override {
    FIRN_ASSERT(accepting_ == nullptr);
    while (!closed_) {
      auto operation = perform(executor_, [this](io_uring_sqe* entry) {
        io_uring_prep_accept(entry, descriptor_.number(), nullptr, nullptr, SOCK_CLOEXEC);
      });
      accepting_ = &operation;
      const int result = co_await operation;
      accepting_ = nullptr;
      Descriptor connection(result);
      if (closed_) break;
      if (connection.valid()) co_return std::make_unique<UringSocket>(executor_, std::move(connection));
      // The peer gave up before it was accepted: not this socket's failure.
      if (try_again(result) || result == -ECONNABORTED || result == -EPROTO) continue;
      co_return errno_error(-result, "accepting a connection failed").on("address", address_.text());
    }
    descriptor_.reset();
    co_return fail(Code::canceled, "the listening socket was closed").on("address", address_.text());
  }

  uint16_t port() const override { return address_.port(); }

  void close() override {
    if (std::exchange(closed_, true)) return;
    if (accepting_ != nullptr) {
      executor_.cancel(*accepting_);  // accept() closes the descriptor
    } else {
      descriptor_.reset();
    }
  }

 private:
  UringExecutor& executor_;
  Descriptor descriptor_;
  SocketAddress address_;
  UringCompletion* accepting_ = nullptr;
  bool closed_ = false;
};

class UringLocalSocket final : public LocalSocket {
 public:
  UringLocalSocket(UringExecutor& executor, Descriptor descriptor)
      : LocalSocket(std::move(descriptor)), executor_(executor) {}

 private:
  Task<int> receive_message(msghdr* message) override {
    co_return co_await perform(executor_, [&](io_uring_sqe* entry) {
      io_uring_prep_recvmsg(entry, descriptor(), message, MSG_CMSG_CLOEXEC);
    });
  }

  UringExecutor& executor_;
};

// Ends a connect that takes too long.
class ConnectTimeout final : public Timer {
 public:
  ConnectTimeout(UringExecutor& executor, UringCompletion& operation, MonotonicTime deadline)
      : executor_(executor), operation_(operation) {
    executor_.arm(*this, deadline);
  }
  ~ConnectTimeout() override { executor_.disarm(*this); }
  void fire() override { executor_.cancel(operation_); }

 private:
  UringExecutor& executor_;
  UringCompletion& operation_;
};

Task<Result<std::unique_ptr<Socket>>> connect_to(UringExecutor& executor, SocketAddress address,
                                                 MonotonicTime deadline) {
  Descriptor descriptor(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor.valid())
    co_return errno_error(errno, "a socket could not be made").on("address", address.text());
  auto operation = perform(executor, [&](io_uring_sqe* entry) {
    io_uring_prep_connect(entry, descriptor.number(), address.get(), address.size);
  });
  int result = 0;
  {
    ConnectTimeout timeout(executor, operation, deadline);
    result = co_await operation;
  }
  if (result == -ECANCELED || result == -EINTR) {
    co_return fail(Code::unreachable, "nobody answered in time").on("address", address.text());
  }
  if (result < 0) co_return socket_error(-result, "connecting failed").on("address", address.text());
  co_return std::make_unique<UringSocket>(executor, std::move(descriptor));
}

}  // namespace

Result<std::unique_ptr<ListenSocket>> UringSockets::listen(std::string host, uint16_t port) {
  FIRN_TRY(Listening listening, listen_at_host(host, port));
  return std::make_unique<UringListenSocket>(executor_, std::move(listening));
}

Result<std::unique_ptr<ListenSocket>> UringSockets::listen_local(std::string path) {
  FIRN_TRY(Listening listening, listen_at_path(path));
  return std::make_unique<UringListenSocket>(executor_, std::move(listening));
}

Task<Result<std::unique_ptr<Socket>>> UringSockets::connect(std::string host, uint16_t port,
                                                            Duration timeout) {
  return connect_to_any(executor_, std::move(host), port, timeout,
                        [&executor = executor_](const SocketAddress& address, MonotonicTime deadline) {
                          return connect_to(executor, address, deadline);
                        });
}

std::unique_ptr<Socket> UringSockets::adopt(int descriptor) {
  return std::make_unique<UringSocket>(executor_, Descriptor(descriptor));
}

std::unique_ptr<LocalSocket> UringSockets::adopt_local(Descriptor descriptor) {
  return std::make_unique<UringLocalSocket>(executor_, std::move(descriptor));
}

}  // namespace firn
