// What a fabric's channels do with peers that behave badly, die or hang, over each provider that is here.
// What they do with good ones is in rpc_test.cc.
#include "net/fabric_transport.h"

#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "net/echo_service_test.h"
#include "net/fabric_endpoint.h"
#include "net/tcp_address.h"
#include "net/tcp_frame.h"
#include "net/text_answer_test.h"

namespace firn::net {
namespace {

// A client with its own idea of the protocol: says a proper hello, then sends what it is told to.
class BadPeer final : private FabricPort {
 public:
  explicit BadPeer(TestTransport transport)
      : runtime_(std::move(*RealRuntime::create(quiet()))), options_(fabric_options(transport)) {}
  ~BadPeer() {
    if (!endpoint_) return;
    peer_.reset();
    endpoint_->detach(contact_.channel);
    runtime_->run(close(this));
  }

  // The server's answer to the hello, as it may be changed by `spoil`.
  template <class Spoil>
  Result<FabricContact> greet(const std::string& uri, Spoil spoil) {
    return runtime_->run(greet_task(this, uri, spoil));
  }
  Result<FabricContact> greet(const std::string& uri) {
    return greet(uri, [](FabricContact&) {});
  }
  // Sends the bytes as one message, and waits until they have gone.
  void send(ByteView bytes) {
    FabricMessageBuffer* const buffer = endpoint_->take_message();
    copy_bytes(buffer->bytes(), bytes);
    buffer->size = bytes.size();
    buffer->port = this;
    buffer->peer = peer_;
    const int sent_before = sent_;
    ASSERT_TRUE(run_until([&] { return endpoint_->post(*buffer) != FabricPosted::no_room; }));
    ASSERT_TRUE(run_until([&] { return sent_ > sent_before; }));
  }
  void send(FabricMessage message, std::string_view payload = {}) {
    std::vector<std::byte> bytes(kFabricMessageBytesMax);
    const size_t size = encode_fabric_message(message, bytes);
    copy_bytes(MutableBytes(bytes).subspan(size), as_bytes(payload));
    send(ByteView(bytes).first(size + payload.size()));
  }
  // A message for the server's side of this channel.
  FabricMessage message(FabricMessageKind kind) const {
    return {.kind = kind, .channel = server_.channel, .token = server_.token};
  }
  // The server has closed the lifeline.
  bool is_dropped() { return runtime_->run(read_to_end(this)); }
  void hang_up() { lifeline_->shutdown(); }
  // Messages that the server sent.
  int heard() const { return heard_; }
  template <class Condition>
  bool run_until(Condition condition) {
    return runtime_->run(wait_for(&runtime_->executor(), condition));
  }

 private:
  template <class Condition>
  static Task<bool> wait_for(Executor* executor, Condition condition) {
    for (int i = 0; i < 5000; i++) {
      if (condition()) co_return true;
      co_await sleep_for(*executor, 1ms);
    }
    co_return false;
  }
  template <class Spoil>
  static Task<Result<FabricContact>> greet_task(BadPeer* self, std::string uri, Spoil spoil) {
    FIRN_CO_TRY(self->endpoint_, FabricEndpoint::open(*self->runtime_, self->options_.choice, "127.0.0.1"));
    FIRN_CO_TRY(const FabricAddress address, parse_fabric_address(uri));
    FIRN_CO_TRY(const TcpAddress tcp, parse_tcp_address(address.tcp_uri));
    FIRN_CO_TRY(self->lifeline_, co_await self->runtime_->sockets().connect(tcp.host, tcp.port, 5s));
    self->contact_ = {
        .provider = self->endpoint_->provider(), .address = self->endpoint_->address(), .token = 5};
    self->contact_.channel = self->endpoint_->attach(*self, 5);
    FabricContact said = self->contact_;
    spoil(said);
    const auto preamble = Preamble{kProtocolVersion, EchoHost::kTarget, ConnectionKind::fabric}.encode();
    const ByteView part = preamble;
    FIRN_CO_CHECK(co_await self->lifeline_->send_all({&part, 1}));
    FIRN_CO_CHECK(co_await send_hello(self->lifeline_.get(), encode_contact(said)));
    FIRN_CO_TRY(self->server_, co_await receive_hello(self->lifeline_.get()));
    FIRN_CO_TRY(self->peer_, self->endpoint_->reach(self->server_.address));
    co_return self->server_;
  }
  static Task<bool> read_to_end(BadPeer* self) {
    std::array<std::byte, 16> bytes{};
    while (true) {
      auto received = co_await self->lifeline_->receive(bytes);
      if (!received || *received == 0) co_return true;
    }
  }
  static Task<int> close(BadPeer* self) {
    co_await self->endpoint_->close();
    co_return 0;
  }

  void message_arrived(ByteView) override { heard_++; }
  void message_sent(int) override { sent_++; }
  void room() override {}
  void lost(const Error&) override {}

  std::unique_ptr<RealRuntime> runtime_;
  const FabricOptions options_;
  std::unique_ptr<FabricEndpoint> endpoint_;
  std::unique_ptr<Socket> lifeline_;
  FabricContact contact_;
  FabricContact server_;
  std::shared_ptr<FabricPeer> peer_;
  int heard_ = 0;
  int sent_ = 0;
};

class FabricTest : public testing::TestWithParam<TestTransport> {
 protected:
  void SetUp() override {
    if (const std::string why = missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
  }
  void start(RpcServerOptions rpc = {}) {
    host_ = std::make_unique<EchoHost>(hub_, EchoHost::Options{.transport = GetParam(), .rpc = rpc});
    host_->start();
  }
  const std::string& uri() const { return host_->address().uri; }
  // A well-behaved client is served.
  void expect_alive() {
    EchoClient client(hub_, GetParam(), {});
    const std::vector<std::byte> data(100'000, std::byte{1});
    const ByteView part = data;
    auto reply =
        client.run(client.rpc().call(host_->address(), EchoRequest{.number = 1}, {.send = {&part, 1}}));
    ASSERT_TRUE(reply.has_value()) << reply.error().message();
    EXPECT_EQ(reply->payload_sum, data.size());
  }
  static std::string echo_head(EchoRequest request) {
    const std::string body = encode(request);
    return encode_frame({.kind = FrameKind::request,
                         .opcode = EchoRequest::kOpcode,
                         .call_number = CallNumber(1),
                         .request = {ClientId(1), RequestSequence(0)},
                         .time = 10s,
                         .body = body});
  }

  InprocHub hub_;
  std::unique_ptr<EchoHost> host_;
};

INSTANTIATE_TEST_SUITE_P(Providers, FabricTest,
                         testing::Values(TestTransport::fabric_tcp, TestTransport::fabric_sockets),
                         [](const auto& of) { return fabric_provider(of.param); });

TEST_P(FabricTest, client_that_vanishes_is_forgotten) {
  start({.channels_max = 1});
  {
    BadPeer peer(GetParam());
    ASSERT_TRUE(peer.greet(uri()).has_value());
    peer.hang_up();
    EXPECT_TRUE(peer.is_dropped());
  }
  expect_alive();
}

TEST_P(FabricTest, client_of_another_fabric_is_told_so) {
  start();
  BadPeer peer(GetParam());
  const auto answer = peer.greet(uri(), [](FabricContact& contact) { contact.provider = "other"; });
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code(), Code::unsupported);
  expect_alive();
}

TEST_P(FabricTest, address_that_is_none_is_refused) {
  start();
  for (const std::string& address :
       {std::string(1, 'x'), std::string(1000, 'x'), std::string("fi_"), std::string(17, '\0')}) {
    BadPeer peer(GetParam());
    const auto answer = peer.greet(uri(), [&](FabricContact& contact) { contact.address = address; });
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code(), Code::invalid) << answer.error().message();
  }
  expect_alive();
}

TEST_P(FabricTest, server_without_a_fabric_says_so) {
  EchoHost tcp_host(hub_, {.transport = TestTransport::tcp});
  tcp_host.start();
  EchoClient client(hub_, GetParam(), {});
  const Address to{fabric_uri(fabric_provider(GetParam()), tcp_host.address().uri), EchoHost::kTarget};
  auto reply = client.run(client.rpc().call(to, EchoRequest{}));
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::unsupported) << reply.error().message();
}

TEST_P(FabricTest, messages_of_strangers_are_ignored) {
  start();
  BadPeer peer(GetParam());
  ASSERT_TRUE(peer.greet(uri()).has_value());
  peer.send(as_bytes("this is no message of ours, and long enough to look like one"));
  peer.send(as_bytes("x"));
  FabricMessage guessed = peer.message(FabricMessageKind::done);
  guessed.token++;
  peer.send(guessed);
  guessed = peer.message(FabricMessageKind::done);
  guessed.channel++;
  peer.send(guessed);
  // This channel, in spite of it all, is served.
  const std::string head = echo_head({.number = 4});
  FabricMessage frame = peer.message(FabricMessageKind::frame);
  frame.head_bytes = static_cast<uint32_t>(head.size());
  frame.head = as_bytes(head);
  peer.send(frame);
  EXPECT_TRUE(peer.run_until([&] { return peer.heard() == 1; }));
  expect_alive();
}

TEST_P(FabricTest, corrupt_message_costs_its_sender_the_channel) {
  start();
  for (const FabricMessageKind kind :
       {FabricMessageKind::frame, FabricMessageKind::offer, static_cast<FabricMessageKind>(77)}) {
    BadPeer peer(GetParam());
    ASSERT_TRUE(peer.greet(uri()).has_value());
    FabricMessage message = peer.message(kind);
    message.head_bytes = 1'000'000;
    message.payload_bytes = 5'000'000;
    peer.send(message);
    EXPECT_TRUE(peer.is_dropped());
  }
  expect_alive();
}

TEST_P(FabricTest, memory_that_was_not_offered_costs_its_sender_the_channel) {
  start();
  EchoClient other(hub_, GetParam(), {});
  ASSERT_TRUE(other.run(other.rpc().call(host_->address(), EchoRequest{})).has_value());
  BadPeer peer(GetParam());
  ASSERT_TRUE(peer.greet(uri()).has_value());
  const std::string head = echo_head({.number = 4});
  FabricMessage offer = peer.message(FabricMessageKind::offer);
  offer.head = as_bytes(head);
  offer.head_bytes = static_cast<uint32_t>(head.size());
  offer.payload_bytes = 100'000;
  offer.parts = {{.address = 0x1000, .key = 12345, .bytes = 100'000}};
  peer.send(offer);
  EXPECT_TRUE(peer.is_dropped());
  expect_alive();
  EXPECT_TRUE(other.run(other.rpc().call(host_->address(), EchoRequest{})).has_value());
}

TEST_P(FabricTest, pieces_that_do_not_belong_cost_their_sender_the_channel) {
  start();
  const auto dropped_after = [&](std::vector<FabricMessageKind> kinds) {
    BadPeer peer(GetParam());
    if (!peer.greet(uri())) return false;
    for (const FabricMessageKind kind : kinds) {
      FabricMessage message = peer.message(kind);
      if (kind == FabricMessageKind::begin) message.head_bytes = 30;
      peer.send(message, kind == FabricMessageKind::piece ? "some twenty bytes ..." : "");
    }
    return peer.is_dropped();
  };
  using enum FabricMessageKind;
  EXPECT_TRUE(dropped_after({piece}));
  EXPECT_TRUE(dropped_after({begin, begin}));
  EXPECT_TRUE(dropped_after({begin, piece, frame}));
  EXPECT_TRUE(dropped_after({begin, piece, piece}));  // more than was announced
  expect_alive();
}

// It asks for an answer and never reads it. The server gets its memory back, if need be by a new endpoint.
TEST_P(FabricTest, client_that_does_not_read_its_answer_loses_the_channel) {
  if (GetParam() == TestTransport::fabric_tcp) GTEST_SKIP() << "answers are not read over this provider";
  start({.reply_stall_max = 50ms});
  EchoClient other(hub_, GetParam(), {});
  ASSERT_TRUE(other.run(other.rpc().call(host_->address(), EchoRequest{})).has_value());
  BadPeer peer(GetParam());
  ASSERT_TRUE(peer.greet(uri()).has_value());
  const std::string head = echo_head({.number = 4, .reply_bytes = 1'000'000});
  FabricMessage frame = peer.message(FabricMessageKind::frame);
  frame.head_bytes = static_cast<uint32_t>(head.size());
  frame.head = as_bytes(head);
  peer.send(frame);
  EXPECT_TRUE(peer.run_until([&] { return peer.heard() == 1; }));
  EXPECT_TRUE(peer.is_dropped());
  expect_alive();
  EXPECT_TRUE(other.run(other.rpc().call(host_->address(), EchoRequest{})).has_value());
}

// The call would not end if the frozen server could keep its data.
TEST_P(FabricTest, server_that_hangs_keeps_no_buffer) {
  start();
  EchoClient client(hub_, GetParam(), {});
  ASSERT_TRUE(client.run(client.rpc().call(host_->address(), EchoRequest{})).has_value());
  auto data = std::make_unique<std::vector<std::byte>>(8 << 20, std::byte{1});
  const ByteView part = *data;
  std::promise<void> thaw;
  host_->freeze(thaw.get_future());
  auto reply = client.run(client.rpc().call(host_->address(), EchoRequest{.number = 1}, {.send = {&part, 1}},
                                            {.timeout = 100ms}));
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::timed_out);
  data.reset();
  thaw.set_value();
  reply = client.run(client.rpc().call(host_->address(), EchoRequest{.number = 2}));
  ASSERT_TRUE(reply.has_value()) << reply.error().message();
}

TEST_P(FabricTest, server_that_hangs_while_it_is_read_from_keeps_no_place) {
  start();
  EchoClient client(hub_, GetParam(), {});
  ASSERT_TRUE(client.run(client.rpc().call(host_->address(), EchoRequest{})).has_value());
  auto data = std::make_unique<std::vector<std::byte>>(32 << 20);
  Bulk<EchoReply> bulk{.place = [&](const EchoReply&, size_t) -> Result<std::vector<MutableBytes>> {
    return std::vector{MutableBytes(*data)};
  }};
  std::promise<void> thaw;
  std::thread freezer([&] {
    eventually([&] { return host_->counters().ended == 2; });
    host_->freeze(thaw.get_future());
  });
  auto reply = client.run(client.rpc().call(host_->address(), EchoRequest{.reply_bytes = data->size()}, bulk,
                                            {.timeout = 300ms}));
  if (!reply) {
    EXPECT_EQ(reply.error().code(), Code::timed_out);
  }
  data.reset();
  freezer.join();
  thaw.set_value();
  reply = client.run(client.rpc().call(host_->address(), EchoRequest{.number = 2}));
  ASSERT_TRUE(reply.has_value()) << reply.error().message();
}

// Heads that fit no message, and payload in more pieces than an offer has.
TEST_P(FabricTest, large_heads_and_many_pieces_arrive) {
  start();
  EchoClient client(hub_, GetParam(), {});
  std::vector<std::vector<std::byte>> pieces(300, std::vector<std::byte>(1001, std::byte{2}));
  const std::vector<ByteView> parts(pieces.begin(), pieces.end());
  std::vector<std::byte> places(150'000);
  RpcClient::RawCall raw{.opcode = EchoRequest::kOpcode, .name = "echo", .send = parts};
  raw.frame = encode(EchoRequest{.number = 3, .reply_bytes = places.size()}, kFrameFixedBytes);
  raw.frame.resize(900'000);  // a longer section than the server knows
  store_little(raw.frame.data() + kFrameFixedBytes,
               static_cast<uint32_t>(raw.frame.size() - kFrameFixedBytes - 4));
  TextAnswer answer([&](std::string_view, size_t bytes) {
    std::vector<MutableBytes> targets;
    for (size_t at = 0; at < bytes; at += 1000) targets.push_back(MutableBytes(places).subspan(at, 1000));
    return targets;
  });
  const auto ended = client.run(client.rpc().call_raw(client.rpc().peer(host_->address()), raw, answer));
  ASSERT_TRUE(ended.has_value()) << ended.error().message();
  const auto reply = decode<EchoReply>(answer.text);
  EXPECT_EQ(reply->payload_sum, 300U * 1001 * 2);
  EXPECT_EQ(sum_of(places), 3 * places.size());
}

TEST(FabricTransport, provider_that_is_not_here_is_said_so) {
  auto runtime = std::move(*RealRuntime::create(quiet()));
  FabricTransport fabric(*runtime, {.choice = {.provider = "nosuch"}});
  const auto opened = fabric.open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code(), Code::unsupported);
  EXPECT_TRUE(opened.error().message().contains("nosuch")) << opened.error().message();
}

}  // namespace
}  // namespace firn::net
