// What both sides of shared memory do with peers that behave badly, die, or are not there.
#include "net/shm_transport.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/rng.h"
#include "net/echo_service_test.h"
#include "net/nearest_transport.h"

namespace firn::net {
namespace {

// A client with plain system calls that can do what no client of ours does.
class RawClient {
 public:
  explicit RawClient(const std::string& uri, uint16_t version = kProtocolVersion,
                     uint32_t target = EchoHost::kTarget)
      : socket_(std::move(*LocalSocket::connect(parse_shm_address(uri)->path))) {
    const auto preamble = Preamble{version, target}.encode();
    EXPECT_EQ(::send(socket_.number(), preamble.data(), preamble.size(), MSG_NOSIGNAL),
              ssize_t{Preamble::kBytes});
  }
  // The server's first bytes; keeps the descriptor that comes with them.
  std::string receive() {
    std::array<char, 4096> bytes;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = ::recvmsg(socket_.number(), &message, MSG_CMSG_CLOEXEC);
    if (const cmsghdr* const header = CMSG_FIRSTHDR(&message)) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header), sizeof number);
      descriptor_ = Descriptor(number);
    }
    return {bytes.data(), got > 0 ? static_cast<size_t>(got) : 0};
  }
  void map() {
    const std::string bytes = receive();
    ASSERT_EQ(bytes.size(), ShmWelcome::kBytes);
    const auto welcome = ShmWelcome::decode(as_bytes(bytes).first<ShmWelcome::kBytes>());
    ASSERT_TRUE(welcome.has_value());
    auto mapped = SharedMemory::map(descriptor_, shm_bytes(welcome->ring_bytes));
    ASSERT_TRUE(mapped.has_value());
    memory_.emplace(std::move(*mapped));
    view_.emplace(memory_->bytes(), ShmSide::client);
  }
  MutableBytes memory() { return memory_->bytes(); }
  const Descriptor& descriptor() const { return descriptor_; }
  ShmView& view() { return *view_; }
  void ring() {
    const char bell = 1;
    ::send(socket_.number(), &bell, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  // Puts a request into the ring, without waking the server.
  void write(const EchoRequest& request) {
    const std::string body = encode(request);
    const std::string head = encode_frame(
        {.opcode = EchoRequest::kOpcode, .call_number = CallNumber(1), .time = 10s, .body = body});
    ShmRingWriter writer(view_->out_ring, view_->out);
    writer.write(frame_lengths(head.size(), 0));
    writer.write(as_bytes(head));
    writer.publish();
  }
  // Whether the server hangs up.
  bool at_end() const {
    constexpr int kTimeoutMs = 30'000;
    std::array<char, 4096> bytes;
    pollfd wait{socket_.number(), POLLIN, 0};
    while (::poll(&wait, 1, kTimeoutMs) > 0) {
      if (::recv(socket_.number(), bytes.data(), bytes.size(), 0) <= 0) return true;
    }
    return false;
  }

 private:
  Descriptor socket_;
  Descriptor descriptor_;
  std::optional<SharedMemory> memory_;
  std::optional<ShmView> view_;
};

// How much of its channels a process has: descriptors of sockets, and mappings.
struct Holdings {
  static Holdings now() {
    Holdings held;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      if (std::filesystem::read_symlink(entry.path(), gone).string().starts_with("socket:")) held.sockets++;
    }
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      if (line.contains("memfd:firn-channel")) held.mappings++;
    }
    return held;
  }
  friend bool operator==(const Holdings&, const Holdings&) = default;
  int sockets = 0;
  int mappings = 0;
};

class ShmTransportTest : public testing::Test {
 protected:
  void start(ShmOptions options = {}) {
    host_ = std::make_unique<EchoHost>(
        hub_, EchoHost::Options{
                  .transport = TestTransport::shm, .rpc = {.reply_stall_max = 200ms}, .shm = options});
    host_->start();
  }
  std::string uri() const { return host_->address().uri; }
  Result<EchoReply> call(EchoClient& client, EchoRequest request = {}, Duration timeout = 60s) {
    return client.run(client.rpc().call(host_->address(), request, {}, {.timeout = timeout}));
  }
  void expect_alive() {
    EchoClient client(hub_, TestTransport::shm, {});
    EXPECT_TRUE(call(client).has_value());
  }

  InprocHub hub_;
  std::unique_ptr<EchoHost> host_;
};

TEST_F(ShmTransportTest, other_protocol_version_is_told_so) {
  start();
  RawClient client(uri(), 9);
  const std::string bytes = client.receive();
  ASSERT_GT(bytes.size(), kFrameLengthsBytes);
  const auto frame = decode_frame(as_bytes(bytes).subspan(kFrameLengthsBytes));
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->kind, FrameKind::refusal);
  EXPECT_EQ(error_of(*frame).code(), Code::version);
}

TEST_F(ShmTransportTest, unknown_target_is_told_so) {
  start();
  EchoClient client(hub_, TestTransport::shm, {});
  const auto reply = client.run(client.rpc().call({uri(), 77}, EchoRequest{}, {}, {.timeout = 1s}));
  ASSERT_FALSE(reply.has_value());
  EXPECT_TRUE(reply.error().message().ends_with("no such target here (target=77)"))
      << reply.error().message();
}

TEST_F(ShmTransportTest, clients_beyond_the_bound_are_refused_until_there_is_room) {
  start({.channels_max = 1});
  auto first = std::make_unique<EchoClient>(hub_, TestTransport::shm, RpcClientOptions{});
  ASSERT_TRUE(call(*first).has_value());
  EchoClient second(hub_, TestTransport::shm, {});
  const auto reply = call(second, {}, 1s);
  ASSERT_FALSE(reply.has_value());
  EXPECT_TRUE(reply.error().message().contains("as many clients as it may")) << reply.error().message();
  first.reset();
  EXPECT_TRUE(call(second).has_value());
}

TEST_F(ShmTransportTest, silent_client_and_one_that_is_none_are_dropped) {
  start();
  const Descriptor silent = std::move(*LocalSocket::connect(parse_shm_address(uri())->path));
  RawClient other(uri());
  ::send(silent.number(), "GET / HTTP/1.1\r\n", 16, MSG_NOSIGNAL);
  char byte = 0;
  EXPECT_LE(::recv(silent.number(), &byte, 1, 0), 0);
  expect_alive();
}

TEST_F(ShmTransportTest, client_cannot_cut_the_memory) {
  start();
  RawClient client(uri());
  client.map();
  EXPECT_NE(::ftruncate(client.descriptor().number(), 0), 0);
  // Taking pages out is possible; they read as zeros then, and lengths of zero are no frame of ours.
  ::fallocate(client.descriptor().number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
              static_cast<off_t>(client.memory().size()));
  client.view().out.written = 8;
  client.ring();
  EXPECT_TRUE(client.at_end());
  expect_alive();
}

TEST_F(ShmTransportTest, impossible_position_closes_the_channel) {
  start();
  for (const bool reading : {false, true}) {
    RawClient client(uri());
    client.map();
    SharedWord& word = reading ? client.view().in.read : client.view().out.written;
    word = uint64_t{1} << 40;
    if (reading) {  // noticed with the next answer
      client.write(EchoRequest{});
    }
    client.ring();
    EXPECT_TRUE(client.at_end());
  }
  expect_alive();
}

TEST_F(ShmTransportTest, mad_clients_harm_nobody) {
  start();
  std::atomic<bool> enough = false;
  std::thread mad([&] {
    Rng rng(7);
    while (!enough) {
      RawClient client(uri());
      client.map();
      if (testing::Test::HasFatalFailure()) return;
      const MutableBytes memory = client.memory();
      for (int i = 0; i < 300; i++) {
        // Mostly where positions and the first lengths are.
        const size_t at = rng.chance(1, 2) ? rng.below(512) : kShmHeadBytes + rng.below(256);
        memory[rng.chance(1, 8) ? rng.below(memory.size()) : at] = static_cast<std::byte>(rng.below(4));
        if (rng.chance(1, 3)) client.view().out.written.store(rng.below(3000));
        if (rng.chance(1, 4)) client.ring();
      }
    }
  });
  EchoClient client(hub_, TestTransport::shm, {});
  for (uint64_t i = 0; i < 2000; i++) {
    const auto reply = call(client, {.number = i, .reply_bytes = i % 5 * 1000});
    ASSERT_TRUE(reply.has_value()) << reply.error().message();
    ASSERT_EQ(reply->number, i);
  }
  enough = true;
  mad.join();
}

TEST_F(ShmTransportTest, clients_that_vanish_leave_nothing) {
  start();
  expect_alive();
  const Holdings before = Holdings::now();
  Rng rng(11);
  for (int i = 0; i < 50; i++) {
    RawClient client(uri());
    if (rng.chance(1, 8)) continue;  // before the memory comes
    client.map();
    // A request of a frame's largest size, broken off somewhere.
    ShmRingWriter writer(client.view().out_ring, client.view().out);
    const std::string body = encode(EchoRequest{.delay_ms = 1, .reply_bytes = 4 << 20});
    const std::string head = encode_frame(
        {.opcode = EchoRequest::kOpcode, .call_number = CallNumber(1), .time = 10s, .body = body});
    const bool whole = rng.chance(1, 2);
    writer.write(frame_lengths(head.size(), whole ? 0 : kFramePayloadBytesMax));
    writer.write(as_bytes(head));
    writer.publish();
    client.ring();
    if (rng.chance(1, 2)) std::this_thread::sleep_for(2ms);
  }
  EXPECT_TRUE(eventually([&] { return Holdings::now() == before; }));
  expect_alive();
}

TEST_F(ShmTransportTest, client_that_takes_no_answers_loses_the_channel) {
  start();
  RawClient client(uri());
  client.map();
  client.write(EchoRequest{.reply_bytes = 4 << 20});
  client.ring();
  EXPECT_TRUE(client.at_end());
  expect_alive();
}

TEST_F(ShmTransportTest, socket_nobody_listens_on_is_unreachable) {
  auto runtime = *RealRuntime::create();
  ShmTransport transport(*runtime);
  struct Nobody final : ChannelReceiver {
    std::vector<MutableBytes> place(Channel&, ByteView, size_t) override { return {}; }
    void arrived(Channel&, ByteView, size_t) override {}
    void closed(Channel&, Error) override {}
  } nobody;
  const std::string path = test_socket_path();
  for (const std::string& address : {shm_uri({.path = path}), shm_uri({.path = path, .mark = "elsewhere"})}) {
    const auto channel = runtime->run(transport.connect({address, 0}, nobody, 1s));
    ASSERT_FALSE(channel.has_value());
    EXPECT_EQ(channel.error().code(), Code::unreachable);
  }
}

// What a server may send instead of a proper welcome.
TEST_F(ShmTransportTest, strange_servers_are_left) {
  auto runtime = *RealRuntime::create();
  const std::string path = test_socket_path();
  auto listening = runtime->sockets().listen_local(path);
  ASSERT_TRUE(listening.has_value());
  const auto welcome = ShmWelcome{4096}.encode();
  const auto tiny = ShmWelcome{16}.encode();
  const auto long_refusal = frame_lengths(kFrameHeadBytesMax + 1, 0);
  const std::string first_bytes[] = {"",
                                     std::string(as_text(welcome)),
                                     std::string(as_text(tiny)),
                                     std::string(as_text(long_refusal)) + "1234",
                                     std::string(50, '\0'),
                                     std::string(as_text(welcome)).substr(0, 5)};
  for (const std::string& bytes : first_bytes) {
    RpcClientOptions options{.connect_timeout = 20ms};
    ShmTransport transport(*runtime);
    RpcClient rpc(*runtime, transport, options);
    Gate gate(runtime->executor());
    gate.spawn([](RealRuntime* of, ListenSocket* socket, std::string answer) -> Task<void> {
      auto connection = co_await socket->accept();
      const ByteView part = as_bytes(answer);
      if (!answer.empty()) (void)co_await (*connection)->send_all({&part, 1});
      co_await sleep_for(of->executor(), 60ms);
    }(runtime.get(), listening->get(), bytes));
    const Address to{shm_uri({.path = path}), 0};
    EXPECT_FALSE(runtime->run(rpc.call(to, EchoRequest{}, {}, {.timeout = 10ms})).has_value());
    runtime->run([](RpcClient* client, Gate* of) -> Task<int> {
      co_await of->close();
      co_await client->close();
      co_return 0;
    }(&rpc, &gate));
  }
  (*listening)->close();
  ::unlink(path.c_str());
}

// --- several ways

class NearestTransportTest : public testing::Test {
 protected:
  NearestTransportTest() {
    tcp_.start();
    shm_.start();
  }
  // Which of the two answers.
  std::string answered_by(const std::string& uri, TransportChoice choice) {
    auto runtime = *RealRuntime::create(quiet());
    NearestTransport transport(*runtime, choice);
    RpcClient rpc(*runtime, transport, {.connect_timeout = 100ms});
    const int before[] = {tcp_.counters().started, shm_.counters().started};
    auto reply = runtime->run(rpc.call({uri, EchoHost::kTarget}, EchoRequest{}, {}, {.timeout = 300ms}));
    runtime->run([](RpcClient* client) -> Task<int> {
      co_await client->close();
      co_return 0;
    }(&rpc));
    if (!reply) return std::string(reply.error().code() == Code::invalid ? "invalid" : "nobody");
    return tcp_.counters().started > before[0] ? "tcp" : shm_.counters().started > before[1] ? "shm" : "?";
  }
  std::string both() const { return shm_.address().uri + " " + tcp_.address().uri; }

  InprocHub hub_;
  EchoHost tcp_{hub_, {.transport = TestTransport::tcp}};
  EchoHost shm_{hub_, {.transport = TestTransport::shm}};
};

TEST_F(NearestTransportTest, first_way_that_works_is_taken) {
  EXPECT_EQ(answered_by(both(), TransportChoice::automatic), "shm");
  EXPECT_EQ(answered_by(tcp_.address().uri, TransportChoice::automatic), "tcp");
  EXPECT_EQ(
      answered_by(shm_.address().uri + "?at=elsewhere " + tcp_.address().uri, TransportChoice::automatic),
      "tcp");
  shm_.stop();
  EXPECT_EQ(answered_by(both(), TransportChoice::automatic), "tcp");
  tcp_.stop();
  EXPECT_EQ(answered_by(both(), TransportChoice::automatic), "nobody");
}

TEST_F(NearestTransportTest, way_that_does_not_answer_is_left_for_the_next) {
  auto runtime = *RealRuntime::create();
  const std::string path = test_socket_path();
  const auto silent = runtime->sockets().listen_local(path);
  ASSERT_TRUE(silent.has_value());
  EXPECT_EQ(answered_by(shm_uri({.path = path}) + " " + tcp_.address().uri, TransportChoice::automatic),
            "tcp");
  ::unlink(path.c_str());
}

TEST_F(NearestTransportTest, choice_leaves_other_ways_out) {
  EXPECT_EQ(answered_by(both(), TransportChoice::tcp), "tcp");
  EXPECT_EQ(answered_by(both(), TransportChoice::shm), "shm");
  EXPECT_EQ(answered_by(shm_.address().uri, TransportChoice::tcp), "invalid");
  shm_.stop();
  EXPECT_EQ(answered_by(both(), TransportChoice::shm), "nobody");
}

TEST_F(NearestTransportTest, marked_address_leads_here) {
  const auto marked = marked_shm_uri(parse_shm_address(shm_.address().uri)->path);
  ASSERT_TRUE(marked.has_value());
  EXPECT_EQ(answered_by(*marked, TransportChoice::shm), "shm");
}

TEST(TransportChoiceTest, names) {
  EXPECT_EQ(parse_transport_choice("auto").value(), TransportChoice::automatic);
  EXPECT_EQ(parse_transport_choice("tcp").value(), TransportChoice::tcp);
  EXPECT_EQ(parse_transport_choice("shm").value(), TransportChoice::shm);
  EXPECT_EQ(parse_transport_choice("rdma").error().code(), Code::invalid);
}

}  // namespace
}  // namespace firn::net
