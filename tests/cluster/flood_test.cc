// A real server under 64 busy connections and, beside them, peers that send garbage, nothing, half a
// greeting, or requests whose answers they do not take: everybody who behaves is served and has a fair share,
// and the server stays within its memory.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/rng.h"
#include "client/client.h"
#include "client/object.h"
#include "engine/test_object_test.h"
#include "net/frame.h"
#include "net/tcp_frame.h"
#include "net/tcp_transport.h"
#include "process.h"
#include "runtime/gate.h"
#include "runtime/real_runtime.h"
#include "runtime/sleep.h"

namespace firn::cluster {
namespace {

using engine::ok;
using engine::TestObject;

constexpr int kClients = 64;
constexpr int kLanesPerClient = 4;
constexpr size_t kLargeBytes = 1 << 20;

// The most memory the process ever had.
uint64_t peak_mib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) / 1024;
  }
  return 0;
}

// One connection to the target, calling all the time.
class BusyClient {
 public:
  BusyClient(RealRuntime& runtime, const std::string& server)
      : transport_(runtime, runtime.sockets()),
        client_(runtime, transport_, Address{server, Address::kControlTarget}, {}),
        gate_(runtime.executor()) {}

  static Task<Result<void>> open(BusyClient* self, uint64_t number) {
    FIRN_CO_TRY(auto pool, co_await self->client_.connect_pool("tank"));
    FIRN_CO_TRY(self->container_, co_await pool->open_container("home"));
    self->object_ = make_object_id({1, number}, ObjectType::multi_hashed, kClassS1, 1);
    co_return Result<void>();
  }
  void start() {
    for (int lane = 0; lane < kLanesPerClient; lane++) gate_.spawn(call_in_turn(this, lane));
  }
  static Task<void> close(BusyClient* self) {
    self->ending_ = true;
    co_await self->gate_.close();
    self->container_.reset();
    co_await self->client_.close();
  }
  uint64_t answered() const { return answered_; }
  client::Container& container() { return *container_; }

 private:
  static Task<void> call_in_turn(BusyClient* self, int lane) {
    client::Object object = self->container_->open(self->object_);
    const Key key = std::to_string(lane);
    const std::string value(64, static_cast<char>('a' + lane));
    while (!self->ending_) {
      auto updated =
          co_await object.update(key, {{.akey = "a", .record_bytes = value.size()}}, {as_bytes(value)});
      EXPECT_TRUE(updated.has_value()) << updated.error().message();
      auto fetched = co_await object.fetch_value(key, "a");
      EXPECT_TRUE(fetched.has_value()) << fetched.error().message();
      if (!updated || !fetched) co_return;
      EXPECT_EQ(*fetched, value);
      self->answered_ += 2;
    }
  }

  net::TcpTransport transport_;
  client::Client client_;
  Gate gate_;
  std::shared_ptr<client::Container> container_;
  ObjectId object_;
  uint64_t answered_ = 0;
  bool ending_ = false;
};

// A socket that sends what it is given, as far as it is taken.
class RudePeer {
 public:
  explicit RudePeer(const std::string& server) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(std::stoi(server.substr(server.rfind(':') + 1))));
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~RudePeer() { ::close(socket_); }
  RudePeer(const RudePeer&) = delete;
  void send(std::string_view bytes) const {
    (void)::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }

 private:
  int socket_;
};

std::string greeting() {
  const auto bytes = net::Preamble{net::kProtocolVersion, 0}.encode();
  return std::string(as_text(ByteView(bytes)));
}

// A request for the large value as it is on the wire.
std::string large_fetch(const TestObject& object, uint64_t number) {
  const std::string body = encode(object.fetch("large", "a"));
  const std::string head = net::encode_frame({.kind = net::FrameKind::request,
                                              .opcode = FetchRequest::kOpcode,
                                              .call_number = net::CallNumber(number),
                                              .request = {ClientId(99), RequestSequence(number)},
                                              .time = 60s,
                                              .body = body});
  const auto lengths = net::frame_lengths(head.size(), 0);
  return std::string(as_text(ByteView(lengths))) + head;
}

class FloodTest : public ::testing::Test {
 protected:
  Outcome firn(std::vector<std::string> arguments) {
    return run_firn(server_.address(), std::move(arguments));
  }
  void SetUp() override {
    ASSERT_EQ(firn({"pool", "create", "tank", "--size", "256MiB"}).status, 0);
    ASSERT_EQ(firn({"container", "create", "tank", "home"}).status, 0);
    for (uint64_t i = 0; i < kClients; i++) {
      clients_.push_back(std::make_unique<BusyClient>(*runtime_, server_.address()));
      ok(runtime_->run(BusyClient::open(clients_.back().get(), i)));
    }
  }
  void TearDown() override {
    for (const auto& client : clients_) runtime_->run(BusyClient::close(client.get()));
  }

  std::vector<uint64_t> answered_in(Duration time) {
    std::vector<uint64_t> answered;
    for (const auto& client : clients_) answered.push_back(client->answered());
    pass(time);
    for (size_t i = 0; i < clients_.size(); i++) answered[i] = clients_[i]->answered() - answered[i];
    return answered;
  }
  void pass(Duration time) { runtime_->run(sleep(&runtime_->executor(), time)); }
  static Task<int> sleep(Executor* executor, Duration time) {
    co_await sleep_for(*executor, time);
    co_return 0;
  }
  void start_clients() {
    for (const auto& client : clients_) client->start();
  }
  void expect_fair(const std::vector<uint64_t>& answered) {
    uint64_t sum = 0;
    for (const uint64_t one : answered) sum += one;
    const uint64_t mean = sum / answered.size();
    const auto [least, most] = std::ranges::minmax(answered);
    EXPECT_GT(mean, 0U);
    EXPECT_GE(least, mean / 4);
    EXPECT_LE(most, mean * 4);
  }
  // The object with the large value.
  TestObject large_object() {
    client::Container& container = clients_[0]->container();
    return {container.pool().map(), container.info().id, 1000};
  }
  void write_large_value() {
    const TestObject place = large_object();
    client::Object object = clients_[0]->container().open(place.address().object);
    const std::string value(kLargeBytes, 'v');
    ok(runtime_->run(
        object.update("large", {{.akey = "a", .record_bytes = value.size()}}, {as_bytes(value)})));
  }

  ScratchDirectory scratch_;
  Server server_{scratch_.path("system"), {"--targets", "1", "--shm", "off"}};  // one way for all
  std::unique_ptr<RealRuntime> runtime_ = ok(RealRuntime::create());
  std::vector<std::unique_ptr<BusyClient>> clients_;
};

TEST_F(FloodTest, many_connections_have_a_fair_share) {
  start_clients();
  answered_in(300ms);
  expect_fair(answered_in(1s));
}

TEST_F(FloodTest, garbage_and_silence_harm_nobody) {
  std::vector<std::unique_ptr<RudePeer>> peers;
  for (int i = 0; i < 150; i++) peers.push_back(std::make_unique<RudePeer>(server_.address()));
  Rng rng(5);
  start_clients();
  for (int round = 0; round < 20; round++) {
    for (size_t i = 0; i < peers.size();
         i += 3) {  // of three one sends noise, one half a greeting, one nothing
      std::string noise(rng.between(1, 5000), '\0');
      for (char& c : noise) c = static_cast<char>(rng.next());
      peers[i] = std::make_unique<RudePeer>(server_.address());
      peers[i]->send(rng.chance(1, 2) ? noise : greeting() + noise);
      peers[i + 1]->send(greeting().substr(round % 12, 1));
    }
    pass(50ms);
  }
  expect_fair(answered_in(1s));
  EXPECT_LT(peak_mib(server_.process().pid()), 256U);
}

TEST_F(FloodTest, answers_that_nobody_takes_do_not_fill_the_memory) {
  write_large_value();
  const uint64_t before = peak_mib(server_.process().pid());
  constexpr uint64_t kPayloadMibMax = 256;  // RpcServerOptions
  std::vector<std::unique_ptr<RudePeer>> peers;
  for (int i = 0; i < 10; i++) {
    peers.push_back(std::make_unique<RudePeer>(server_.address()));
    std::string requests = greeting();
    for (uint64_t number = 1; number <= 200; number++)
      requests += large_fetch(large_object(), number + 1000 * i);
    peers.back()->send(requests);
  }
  start_clients();
  answered_in(500ms);
  expect_fair(answered_in(1s));
  const uint64_t peak = peak_mib(server_.process().pid());
  EXPECT_GT(peak, before + 16);  // they were asked for
  EXPECT_LT(peak, before + kPayloadMibMax + 64);
}

}  // namespace
}  // namespace firn::cluster
