// Bare TCP for comparison; see bare_tcp.h.
#include "bare_tcp.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace firn::bench {

namespace {

constexpr size_t kStoreBlocks = 64;

bool try_again() { return errno == EAGAIN || errno == EINTR; }

bool send_all(int descriptor, const char* data, size_t bytes) {
  while (bytes > 0) {
    const auto sent = ::send(descriptor, data, bytes, MSG_NOSIGNAL);
    if (sent < 0 && try_again()) continue;
    if (sent <= 0) return false;
    data += sent;
    bytes -= static_cast<size_t>(sent);
  }
  return true;
}

// Between one and `bytes_max`; 0 when the connection has ended.
size_t receive_some(int descriptor, char* data, size_t bytes_max) {
  while (true) {
    const auto received = ::recv(descriptor, data, bytes_max, 0);
    if (received >= 0) return static_cast<size_t>(received);
    if (!try_again()) return 0;
  }
}

bool receive_all(int descriptor, char* data, size_t bytes) {
  while (bytes > 0) {
    const size_t received = receive_some(descriptor, data, bytes);
    if (received == 0) return false;
    data += received;
    bytes -= received;
  }
  return true;
}

void answer_each(int descriptor, size_t there_bytes, size_t back_bytes) {
  std::vector<char> there(there_bytes);
  const std::vector<char> back(back_bytes);
  while (receive_all(descriptor, there.data(), there.size()) &&
         send_all(descriptor, back.data(), back.size())) {
  }
}

void echo(int descriptor) {
  std::vector<char> buffer(64 << 10);
  while (true) {
    const size_t received = receive_some(descriptor, buffer.data(), buffer.size());
    if (received == 0 || !send_all(descriptor, buffer.data(), received)) return;
  }
}

void take_blocks(int descriptor, bool copy) {
  std::vector<char> block(kLargeBytes);
  std::vector<char> store(copy ? kStoreBlocks * kLargeBytes : 0);
  for (size_t i = 0; receive_all(descriptor, block.data(), block.size()); i++) {
    if (copy) std::memcpy(store.data() + i % kStoreBlocks * kLargeBytes, block.data(), kLargeBytes);
  }
}

void write_blocks(int descriptor, const std::string& directory) {
  const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) std::abort();
  std::vector<char> block(kLargeBytes);
  while (receive_all(descriptor, block.data(), block.size())) {
    if (::write(file, block.data(), block.size()) != static_cast<ssize_t>(block.size())) std::abort();
  }
  ::close(file);
}

void receive_blocks(int descriptor, MoreCopies copies, const std::string& directory) {
  if (copies == MoreCopies::new_file) {
    write_blocks(descriptor, directory);
  } else {
    take_blocks(descriptor, copies == MoreCopies::receiver);
  }
}

}  // namespace

SocketPair::SocketPair() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  bool good = ::bind(listener, generic, size) == 0 && ::listen(listener, 1) == 0 &&
              ::getsockname(listener, generic, &size) == 0;
  client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  good = good && ::connect(client, generic, size) == 0;
  server = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  ::close(listener);
  if (!good || server < 0) std::abort();
  const int on = 1;
  for (const int descriptor : {client, server}) {
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
}

SocketPair::~SocketPair() {
  ::close(client);
  ::close(server);
}

void SocketPair::make_nonblocking() const {
  for (const int descriptor : {client, server}) ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

void SocketPair::shut_down() const { ::shutdown(client, SHUT_RDWR); }

BarePingPong::BarePingPong(size_t there_bytes, size_t back_bytes, Waiting waiting)
    : there_(there_bytes), back_(back_bytes) {
  if (waiting == Waiting::spinning) pair_.make_nonblocking();
  server_ = std::thread(answer_each, pair_.server, there_bytes, back_bytes);
}

BarePingPong::~BarePingPong() {
  pair_.shut_down();
  server_.join();
}

void BarePingPong::round_trip() {
  if (!send_all(pair_.client, there_.data(), there_.size()) ||
      !receive_all(pair_.client, back_.data(), back_.size())) {
    std::abort();
  }
}

BareEcho::BareEcho(size_t message_bytes) : message_bytes_(message_bytes) {
  pair_.make_nonblocking();
  server_ = std::thread(echo, pair_.server);
}

BareEcho::~BareEcho() {
  pair_.shut_down();
  server_.join();
}

void BareEcho::exchange(size_t count, size_t in_flight) {
  std::vector<char> buffer(in_flight * message_bytes_);
  size_t to_send = count * message_bytes_;
  size_t to_receive = to_send;
  size_t sendable = std::min(to_send, buffer.size());
  while (to_receive > 0) {
    if (sendable > 0 && !send_all(pair_.client, buffer.data(), sendable)) std::abort();
    to_send -= sendable;
    const size_t received = receive_some(pair_.client, buffer.data(), buffer.size());
    if (received == 0) std::abort();
    to_receive -= received;
    sendable = std::min(received, to_send);
  }
}

BareStream::BareStream(MoreCopies copies, std::string directory)
    : copies_(copies),
      block_(kLargeBytes),
      store_(copies == MoreCopies::sender ? kStoreBlocks * kLargeBytes : 0, 'x'),
      receiver_(receive_blocks, pair_.server, copies, std::move(directory)) {}

BareStream::~BareStream() {
  pair_.shut_down();
  receiver_.join();
}

void BareStream::send_block() {
  if (copies_ == MoreCopies::sender) {
    std::memcpy(block_.data(), store_.data() + next_ * kLargeBytes, kLargeBytes);
    next_ = (next_ + 1) % kStoreBlocks;
  }
  if (!send_all(pair_.client, block_.data(), block_.size())) std::abort();
}

}  // namespace firn::bench
