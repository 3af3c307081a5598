// Tests of TCP sockets over loopback, on each kind of loop.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/rng.h"
#include "runtime/blocking_run.h"
#include "runtime/epoll_socket.h"
#include "runtime/gate.h"
#include "runtime/sleep.h"
#include "runtime/uring_socket.h"

namespace firn {
namespace {

struct Pair {
  std::unique_ptr<Socket> client;
  std::unique_ptr<Socket> server;
};

struct OnUring {
  using Loop = UringExecutor;
  using Net = UringSockets;
};
struct OnEpoll {
  using Loop = EpollExecutor;
  using Net = EpollSockets;
};

template <class Kind>
struct StreamSocketTest : ::testing::Test {
  using Loop = Kind::Loop;

  StreamSocketTest() {
    auto created = Loop::create();
    EXPECT_TRUE(created.has_value());
    executor = *std::move(created);
    sockets = std::make_unique<typename Kind::Net>(*executor);
  }
  std::unique_ptr<ListenSocket> listen(std::string host = "127.0.0.1") {
    auto listener = sockets->listen(std::move(host), 0);
    EXPECT_TRUE(listener.has_value());
    return *std::move(listener);
  }
  template <class T>
  T run(Task<T> task) {
    return blocking_run(*executor, std::move(task));
  }
  Pair make_pair() {
    auto listener = listen();
    return run(connect_pair(sockets.get(), listener.get()));
  }
  static Task<Pair> connect_pair(Sockets* sockets, ListenSocket* listener) {
    Pair pair;
    auto client = co_await sockets->connect("127.0.0.1", listener->port(), 5s);
    EXPECT_TRUE(client.has_value());
    auto server = co_await listener->accept();
    EXPECT_TRUE(server.has_value());
    pair.client = *std::move(client);
    pair.server = *std::move(server);
    co_return pair;
  }
  static Task<void> shut_down_later(Executor* executor, Socket* socket) {
    co_await sleep_for(*executor, 5ms);
    socket->shutdown();
  }

  std::unique_ptr<Loop> executor;
  std::unique_ptr<Sockets> sockets;
};

using Kinds = ::testing::Types<OnUring, OnEpoll>;
TYPED_TEST_SUITE(StreamSocketTest, Kinds);

// Sends back `total` bytes in pieces as they come.
Task<void> echo(Socket* socket, size_t total) {
  std::vector<std::byte> buffer(300'000);
  while (total > 0) {
    auto received = co_await socket->receive(buffer);
    if (!received || *received == 0) {
      ADD_FAILURE() << "the stream ended early";
      co_return;
    }
    const std::vector<ByteView> parts = {ByteView(buffer).first(*received)};
    EXPECT_TRUE((co_await socket->send_all(parts)).has_value());
    total -= *received;
  }
}

Task<void> send_parts(Socket* socket, const std::vector<ByteView>* parts) {
  const auto sent = co_await socket->send_all(*parts);
  EXPECT_TRUE(sent.has_value());
}

Task<std::vector<std::byte>> round_trip(Executor* executor, Pair* pair, const std::vector<ByteView>* parts) {
  const size_t total = total_bytes(*parts);
  Gate gate(*executor);
  gate.spawn(echo(pair->server.get(), total));
  gate.spawn(send_parts(pair->client.get(), parts));
  std::vector<std::byte> back(total);
  EXPECT_TRUE((co_await pair->client->receive_all(back)).has_value());
  co_await gate.close();
  co_return back;
}

TYPED_TEST(StreamSocketTest, echoes_small_and_large_messages) {
  Pair pair = this->make_pair();
  Rng rng(1);
  for (const size_t size : {size_t{1}, size_t{1000}, size_t{8} << 20}) {
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::byte>(rng.next());
    std::vector<ByteView> parts;
    for (ByteView rest = bytes; !rest.empty();) {
      const size_t length = std::min<size_t>(rest.size(), 1 + rng.below(20'000));
      parts.push_back(rest.first(length));
      rest = rest.subspan(length);
    }
    EXPECT_EQ(this->run(round_trip(this->executor.get(), &pair, &parts)), bytes);
  }
  EXPECT_TRUE(pair.server->peer().starts_with("127.0.0.1:"));
}

TYPED_TEST(StreamSocketTest, peers_orderly_end_is_zero_bytes_or_unreachable) {
  Pair pair = this->make_pair();
  pair.client.reset();
  std::byte buffer[4];
  const auto received = this->run(pair.server->receive(buffer));
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(*received, 0u);
  const auto all = this->run(pair.server->receive_all(buffer));
  ASSERT_FALSE(all.has_value());
  EXPECT_EQ(all.error().code(), Code::unreachable);
}

TYPED_TEST(StreamSocketTest, sending_to_a_vanished_peer_is_unreachable) {
  Pair pair = this->make_pair();
  pair.client.reset();
  const std::vector<std::byte> bytes(8 << 20);
  const std::vector<ByteView> parts = {bytes};
  const auto sent = this->run(pair.server->send_all(parts));
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code(), Code::unreachable);
  EXPECT_TRUE(sent.error().message().contains("peer=127.0.0.1:")) << sent.error().message();
}

TYPED_TEST(StreamSocketTest, peer_vanishing_in_the_middle_is_unreachable) {
  Pair pair = this->make_pair();
  const auto result = this->run([](Executor* loop, Pair* sockets) -> Task<Result<void>> {
    Gate gate(*loop);
    gate.spawn([](Executor* executor, std::unique_ptr<Socket> vanishing) -> Task<void> {
      const std::string text = "half";
      const std::vector<ByteView> parts = {as_bytes(text)};
      EXPECT_TRUE((co_await vanishing->send_all(parts)).has_value());
      co_await sleep_for(*executor, 5ms);
    }(loop, std::move(sockets->client)));
    std::byte buffer[100];
    auto received = co_await sockets->server->receive_all(buffer);
    co_await gate.close();
    co_return received;
  }(this->executor.get(), &pair));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::unreachable);
}

TYPED_TEST(StreamSocketTest, shutdown_wakes_receive_and_send) {
  Pair pair = this->make_pair();
  const auto received = this->run([](Executor* loop, Socket* socket) -> Task<Result<size_t>> {
    Gate gate(*loop);
    gate.spawn(TestFixture::shut_down_later(loop, socket));
    std::byte buffer[4];
    auto result = co_await socket->receive(buffer);
    co_await gate.close();
    co_return result;
  }(this->executor.get(), pair.server.get()));
  ASSERT_FALSE(received.has_value());
  EXPECT_EQ(received.error().code(), Code::unreachable);

  Pair other = this->make_pair();
  const auto sent = this->run([](Executor* loop, Socket* socket) -> Task<Result<void>> {
    Gate gate(*loop);
    gate.spawn(TestFixture::shut_down_later(loop, socket));
    const std::vector<std::byte> bytes(64 << 20);  // nobody reads: it gets stuck
    const std::vector<ByteView> parts = {bytes};
    auto result = co_await socket->send_all(parts);
    co_await gate.close();
    co_return result;
  }(this->executor.get(), other.server.get()));
  ASSERT_FALSE(sent.has_value());
  EXPECT_EQ(sent.error().code(), Code::unreachable);
}

TYPED_TEST(StreamSocketTest, taken_port_is_in_use_with_a_remedy) {
  auto listener = this->listen();
  const auto second = this->sockets->listen("127.0.0.1", listener->port());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), Code::in_use);
  EXPECT_FALSE(second.error().remedy().empty());
}

TYPED_TEST(StreamSocketTest, closing_a_listener_cancels_accept_and_frees_the_port) {
  auto listener = this->listen();
  const uint16_t port = listener->port();
  const auto accepted = this->run([](Executor* loop, ListenSocket* socket) -> Task<Code> {
    Gate gate(*loop);
    gate.spawn([](Executor* executor, ListenSocket* closing) -> Task<void> {
      co_await sleep_for(*executor, 5ms);
      closing->close();
    }(loop, socket));
    auto result = co_await socket->accept();
    co_await gate.close();
    co_return result ? Code::invalid : result.error().code();
  }(this->executor.get(), listener.get()));
  EXPECT_EQ(accepted, Code::canceled);
  EXPECT_TRUE(this->sockets->listen("127.0.0.1", port).has_value());
  EXPECT_EQ(this->run(listener->accept()).error().code(), Code::canceled);
}

TYPED_TEST(StreamSocketTest, nobody_listening_is_unreachable) {
  auto listener = this->listen();
  const uint16_t port = listener->port();
  listener->close();
  const auto connected = this->run(this->sockets->connect("127.0.0.1", port, 5s));
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code(), Code::unreachable);
}

// A full backlog leaves further connects waiting.
TYPED_TEST(StreamSocketTest, connect_gives_up_at_its_deadline) {
  const int full = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(full, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(full, 0), 0);
  ASSERT_EQ(::getsockname(full, reinterpret_cast<sockaddr*>(&address), &size), 0);
  std::vector<std::unique_ptr<Socket>> connected;
  std::optional<Code> code;
  MonotonicTime begin{};
  for (int i = 0; i < 10 && !code; i++) {
    begin = this->executor->now();
    auto socket = this->run(this->sockets->connect("127.0.0.1", ntohs(address.sin_port), 50ms));
    if (socket) {
      connected.push_back(*std::move(socket));
    } else {
      code = socket.error().code();
    }
  }
  EXPECT_EQ(code, Code::unreachable);
  EXPECT_GE(this->executor->now() - begin, 50ms);
  EXPECT_LT(this->executor->now() - begin, 800ms);
  ::close(full);
}

TYPED_TEST(StreamSocketTest, names_and_ipv6_work) {
  auto listener = this->listen();
  EXPECT_TRUE(this->run(this->sockets->connect("localhost", listener->port(), 5s)).has_value());
  auto version6 = this->sockets->listen("::1", 0);
  if (!version6) GTEST_SKIP() << "no IPv6 here";
  const auto connected = this->run(this->sockets->connect("::1", (*version6)->port(), 5s));
  ASSERT_TRUE(connected.has_value());
  EXPECT_TRUE((*connected)->peer().starts_with("[::1]:"));
}

TYPED_TEST(StreamSocketTest, all_ipv6_addresses_leave_the_port_to_all_ipv4_addresses) {
  if (!this->sockets->listen("::", 0)) GTEST_SKIP() << "no IPv6 here";
  bool both = false;
  for (int i = 0; i < 10 && !both; i++) {  // another process may have the port
    const auto version6 = this->sockets->listen("::", 0);
    ASSERT_TRUE(version6.has_value());
    both = this->sockets->listen("0.0.0.0", (*version6)->port()).has_value();
  }
  EXPECT_TRUE(both);
}

TYPED_TEST(StreamSocketTest, descriptor_moves_to_another_loop) {
  Pair pair = this->make_pair();
  const int descriptor = pair.server->release();
  std::thread thread([descriptor] {
    auto executor = TypeParam::Loop::create();
    ASSERT_TRUE(executor.has_value());
    typename TypeParam::Net sockets(**executor);
    auto socket = sockets.adopt(descriptor);
    blocking_run(**executor, echo(socket.get(), 5));
  });
  const std::string text = "hello";
  const std::vector<ByteView> parts = {as_bytes(text)};
  EXPECT_TRUE(this->run(pair.client->send_all(parts)).has_value());
  std::vector<std::byte> back(5);
  EXPECT_TRUE(this->run(pair.client->receive_all(back)).has_value());
  EXPECT_EQ(as_text(back), text);
  thread.join();
}

}  // namespace
}  // namespace firn
