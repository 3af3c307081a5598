// What a TCP server does with peers that behave badly, and the stream's format, seen by a plain socket.
#include "net/tcp_transport.h"

#include <charconv>
#include <thread>

#include <gtest/gtest.h>

#include "net/echo_service_test.h"
#include "net/plain_socket_test.h"
#include "net/tcp_address.h"
#include "net/tcp_frame.h"

namespace firn::net {
namespace {

// Speaks the protocol of TCP, byte by byte.
class PlainClient : public PlainSocket {
 public:
  explicit PlainClient(const std::string& uri) : PlainSocket(parse_tcp_address(uri)->port) {}
  void send_preamble(uint16_t version = kProtocolVersion, uint32_t target = EchoHost::kTarget) {
    const auto bytes = Preamble{version, target}.encode();
    send(as_text(bytes));
  }
  std::string receive_frame_head() {
    const std::string lengths = receive(kFrameLengthsBytes);
    return lengths.size() < kFrameLengthsBytes ? std::string()
                                               : receive(load_little<uint32_t>(lengths.data()));
  }
};

std::string framed(std::string_view head, std::string_view payload = {}) {
  const auto lengths = frame_lengths(head.size(), payload.size());
  return std::string(as_text(lengths)).append(head).append(payload);
}

std::string echo_frame(uint64_t call, EchoRequest request, uint64_t sequence = 0,
                       std::string_view payload = {}) {
  const std::string body = encode(request);
  return framed(encode_frame({.kind = FrameKind::request,
                              .opcode = EchoRequest::kOpcode,
                              .call_number = CallNumber(call),
                              .request = {ClientId(1), RequestSequence(sequence)},
                              .time = 10s,
                              .body = body}),
                payload);
}

class TcpTransportTest : public testing::Test {
 protected:
  void start(EchoHost::Options options = {}) {
    host_ = std::make_unique<EchoHost>(hub_, options);
    host_->start();
  }
  std::string uri() const { return host_->address().uri; }
  // A well-behaved client is served.
  void expect_alive() {
    EchoClient client(hub_, TestTransport::tcp, {});
    auto reply = client.run(client.rpc().call(host_->address(), EchoRequest{.number = 1}));
    EXPECT_TRUE(reply.has_value());
  }

  InprocHub hub_;
  std::unique_ptr<EchoHost> host_;
};

TEST_F(TcpTransportTest, many_frames_in_one_piece_are_all_answered) {
  start();
  PlainClient client(uri());
  client.send_preamble();
  std::string bytes;
  for (uint64_t i = 1; i <= 100; i++)
    bytes += echo_frame(i, {.number = i}, 0, std::string(i % 3 * 1000, 'x'));
  client.send(bytes);
  for (uint64_t i = 1; i <= 100; i++) {
    const std::string head = client.receive_frame_head();
    auto frame = decode_frame(as_bytes(head));
    ASSERT_TRUE(frame.has_value()) << frame.error().message();
    EXPECT_EQ(frame->call_number, CallNumber(i));
    EXPECT_EQ(decode<EchoReply>(frame->body)->payload_bytes, i % 3 * 1000);
  }
}

TEST_F(TcpTransportTest, frame_in_many_pieces_is_answered) {
  start();
  PlainClient client(uri());
  const auto preamble = Preamble{kProtocolVersion, EchoHost::kTarget}.encode();
  const std::string bytes = std::string(as_text(preamble)) + echo_frame(1, {.number = 1}, 0, "payload");
  for (const char byte : bytes) client.send({&byte, 1});
  const std::string head = client.receive_frame_head();
  ASSERT_TRUE(decode_frame(as_bytes(head)).has_value());
}

TEST_F(TcpTransportTest, large_head_is_received) {
  start();
  PlainClient client(uri());
  client.send_preamble();
  const std::string body = encode(EchoRequest{.number = 8});
  // A longer section than we know: what follows the known fields is skipped.
  std::string longer = body + std::string(900'000, 'z');
  store_little(longer.data(), static_cast<uint32_t>(longer.size() - 4));
  for (int i = 0; i < 2; i++) {
    client.send(
        framed(encode_frame(
                   {.kind = FrameKind::request, .opcode = EchoRequest::kOpcode, .time = 10s, .body = longer}),
               "p"));
    const std::string head = client.receive_frame_head();
    auto frame = decode_frame(as_bytes(head));
    ASSERT_TRUE(frame.has_value()) << frame.error().message();
    EXPECT_EQ(decode<EchoReply>(frame->body)->number, 8U);
  }
}

TEST_F(TcpTransportTest, garbage_instead_of_a_preamble_is_dropped) {
  start();
  PlainClient client(uri());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(client.at_end());
  expect_alive();
}

TEST_F(TcpTransportTest, garbage_after_the_preamble_closes_the_connection) {
  start();
  PlainClient client(uri());
  client.send_preamble();
  client.send(std::string(100'000, '\xee'));
  EXPECT_TRUE(client.at_end());
  expect_alive();
}

TEST_F(TcpTransportTest, frame_that_is_none_of_ours_is_refused) {
  start();
  PlainClient client(uri());
  client.send_preamble();
  client.send(framed("this is no rpc frame, but has proper lengths"));
  const std::string head = client.receive_frame_head();
  auto frame = decode_frame(as_bytes(head));
  ASSERT_TRUE(frame.has_value()) << frame.error().message();
  EXPECT_EQ(frame->kind, FrameKind::refusal);
  EXPECT_EQ(error_of(*frame).code(), Code::corrupt);
  EXPECT_TRUE(client.at_end());
  expect_alive();
}

TEST_F(TcpTransportTest, frame_above_the_bounds_closes_the_connection) {
  start();
  PlainClient client(uri());
  client.send_preamble();
  const auto lengths = frame_lengths(100, kFramePayloadBytesMax + 1);
  client.send(as_text(lengths));
  EXPECT_TRUE(client.at_end());
  expect_alive();
}

TEST_F(TcpTransportTest, other_protocol_version_is_told_so) {
  start();
  PlainClient client(uri());
  client.send_preamble(9);
  const std::string head = client.receive_frame_head();
  auto frame = decode_frame(as_bytes(head));
  ASSERT_TRUE(frame.has_value()) << frame.error().message();
  EXPECT_EQ(frame->kind, FrameKind::refusal);
  EXPECT_EQ(error_of(*frame).code(), Code::version);
}

TEST_F(TcpTransportTest, unknown_target_is_told_so_through_rpc) {
  start();
  EchoClient client(hub_, TestTransport::tcp, {});
  auto reply = client.run(client.rpc().call({uri(), 77}, EchoRequest{}, {}, {.timeout = 1s}));
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::timed_out);
  EXPECT_TRUE(reply.error().message().ends_with("no such target here (target=77)"))
      << reply.error().message();
}

TEST_F(TcpTransportTest, silent_connections_are_dropped_after_a_while) {
  start({.listener = {.preamble_timeout = 50ms, .greetings_max = 4}});
  std::vector<std::unique_ptr<PlainClient>> silent;
  for (int i = 0; i < 10; i++) silent.push_back(std::make_unique<PlainClient>(uri()));
  expect_alive();
  for (auto& client : silent) EXPECT_TRUE(client->at_end());
}

// The reader is so slow that it is none: answers gather up to a bound, then the server gives the channel up.
TEST_F(TcpTransportTest, client_that_takes_no_answers_loses_the_channel) {
  start({.rpc = {.calls_per_channel_max = 16, .reply_stall_max = 200ms}});
  PlainClient client(uri());
  client.send_preamble();
  for (uint64_t i = 1; i <= 200; i++) client.send(echo_frame(i, {.number = i, .reply_bytes = 1 << 20}));
  for (int i = 0; i < 5000 && host_->counters().started < 16; i++) std::this_thread::sleep_for(1ms);
  expect_alive();
  std::this_thread::sleep_for(500ms);
  EXPECT_LE(host_->counters().started, 40);
  client.receive(256 << 20);  // ends: what was in the kernel's buffers, then the end
  EXPECT_TRUE(client.at_end());
  expect_alive();
}

TEST_F(TcpTransportTest, slow_reader_gets_everything) {
  start();
  PlainClient client(uri());
  client.send_preamble();
  constexpr size_t kBytes = 4 << 20;
  for (uint64_t i = 1; i <= 4; i++) client.send(echo_frame(i, {.number = i, .reply_bytes = kBytes}));
  for (int i = 0; i < 4; i++) {
    const std::string head = client.receive_frame_head();
    auto frame = decode_frame(as_bytes(head));
    ASSERT_TRUE(frame.has_value()) << frame.error().message();
    for (size_t piece = 0; piece < 4; piece++) {
      std::this_thread::sleep_for(5ms);
      const std::string payload = client.receive(kBytes / 4);
      ASSERT_EQ(payload.size(), kBytes / 4);
      EXPECT_EQ(sum_of(as_bytes(payload)), decode<EchoReply>(frame->body)->number * payload.size());
    }
  }
}

TEST_F(TcpTransportTest, repeat_over_another_connection_gets_the_first_ones_answer) {
  start();
  PlainClient first(uri());
  PlainClient second(uri());
  first.send_preamble();
  second.send_preamble();
  first.send(echo_frame(1, {.number = 5, .delay_ms = 200}, 17, std::string(100'000, 'a')));
  for (int i = 0; i < 5000 && host_->counters().started < 1; i++) std::this_thread::sleep_for(1ms);
  second.send(echo_frame(9, {.number = 5, .delay_ms = 200}, 17, std::string(100'000, 'a')));
  for (PlainClient* const client : {&first, &second}) {
    const std::string head = client->receive_frame_head();
    auto frame = decode_frame(as_bytes(head));
    ASSERT_TRUE(frame.has_value()) << frame.error().message();
    EXPECT_EQ(frame->call_number, CallNumber(client == &first ? 1 : 9));
    EXPECT_EQ(decode<EchoReply>(frame->body)->payload_bytes, 100'000U);
  }
  EXPECT_EQ(host_->counters().started, 1);
}

TEST_F(TcpTransportTest, request_whose_time_is_over_is_not_run) {
  start();
  PlainClient client(uri());
  client.send_preamble();
  const std::string body = encode(EchoRequest{});
  client.send(framed(
      encode_frame({.kind = FrameKind::request, .opcode = EchoRequest::kOpcode, .time = -1s, .body = body})));
  client.send(echo_frame(2, {}));
  const std::string head = client.receive_frame_head();
  auto frame = decode_frame(as_bytes(head));
  ASSERT_TRUE(frame.has_value()) << frame.error().message();
  EXPECT_EQ(frame->call_number, CallNumber(2));
  EXPECT_EQ(host_->counters().started, 1);
}

TEST_F(TcpTransportTest, port_that_is_taken_is_said_so) {
  start();
  auto runtime = std::move(*RealRuntime::create());
  auto listener =
      TcpListener::listen(*runtime, runtime->sockets(), uri(), {.route = [](uint32_t, int, std::string) {}});
  ASSERT_FALSE(listener.has_value());
  EXPECT_EQ(listener.error().code(), Code::in_use);
}

}  // namespace
}  // namespace firn::net
