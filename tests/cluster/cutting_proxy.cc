// A proxy that breaks connections; see cutting_proxy.h. One thread, blocking writes: its peers are children
// of the same test and read what they are sent.
#include "cutting_proxy.h"

#include <algorithm>
#include <optional>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace firn::cluster {

namespace {

constexpr int kPollMs = 20;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

bool send_all(int socket, const char* bytes, size_t count) {
  while (count > 0) {
    const ssize_t sent = ::send(socket, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    count -= static_cast<size_t>(sent);
  }
  return true;
}

}  // namespace

struct CuttingProxy::Connection {
  int client = -1;
  int server = -1;
  std::optional<Cut> cut;
  ~Connection() {
    ::close(client);
    if (server >= 0) ::close(server);
  }
};

CuttingProxy::CuttingProxy(const std::string& server)
    : server_port_(std::stoi(server.substr(server.rfind(':') + 1))),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), length), 0);
  EXPECT_EQ(::listen(listener_, 64), 0);
  EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length), 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

CuttingProxy::~CuttingProxy() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
}

std::string CuttingProxy::address() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

void CuttingProxy::cut_next(std::vector<Cut> cuts) {
  const std::scoped_lock lock(mutex_);
  cuts_.assign(cuts.begin(), cuts.end());
}

void CuttingProxy::run() {
  while (!ending_) {
    std::vector<pollfd> waits = {{listener_, POLLIN, 0}};
    for (const auto& connection : connections_) {
      waits.push_back({connection->client, POLLIN, 0});
      waits.push_back({connection->server, POLLIN, 0});
    }
    if (::poll(waits.data(), waits.size(), kPollMs) <= 0) continue;
    for (size_t i = connections_.size(); i-- > 0;) {
      Connection& connection = *connections_[i];
      const bool open = (waits[1 + 2 * i].revents == 0 || forward(connection, true)) &&
                        (waits[2 + 2 * i].revents == 0 || forward(connection, false));
      if (!open) connections_.erase(connections_.begin() + static_cast<ptrdiff_t>(i));
    }
    if (waits[0].revents != 0) accept_one();
  }
  connections_.clear();
}

void CuttingProxy::accept_one() {
  auto connection = std::make_unique<Connection>();
  connection->client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  connection->server = connect_to(server_port_);
  if (connection->client < 0 || connection->server < 0) return;
  const std::scoped_lock lock(mutex_);
  if (!cuts_.empty()) {
    connection->cut = cuts_.front();
    cuts_.pop_front();
  }
  connections_.push_back(std::move(connection));
}

bool CuttingProxy::forward(Connection& connection, bool to_server) {
  char bytes[65536];
  const int from = to_server ? connection.client : connection.server;
  const int to = to_server ? connection.server : connection.client;
  const ssize_t received = ::recv(from, bytes, sizeof bytes, 0);
  if (received <= 0) return false;
  auto count = static_cast<size_t>(received);
  if (!connection.cut || connection.cut->to_server != to_server) return send_all(to, bytes, count);
  const bool ends = connection.cut->after_bytes <= count;
  count = std::min<size_t>(count, connection.cut->after_bytes);
  connection.cut->after_bytes -= count;
  if (ends) cuts_made_++;
  return send_all(to, bytes, count) && !ends;
}

}  // namespace firn::cluster
