// RpcClient and RpcServer together, between two threads, over each real transport.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "net/echo_service_test.h"
#include "net/text_answer_test.h"
#include "runtime/when_all.h"

namespace firn::net {
namespace {

using Data = std::vector<std::byte>;

class RpcTest : public testing::TestWithParam<TestTransport> {
 protected:
  void SetUp() override {
    if (const std::string why = missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
  }
  void start(RpcServerOptions server = {}, RpcClientOptions client = {}) {
    host_ = std::make_unique<EchoHost>(hub_, EchoHost::Options{.transport = GetParam(), .rpc = server});
    host_->start();
    client_ = std::make_unique<EchoClient>(hub_, GetParam(), client);
  }
  void TearDown() override {
    client_.reset();
    host_.reset();
  }
  Result<EchoReply> call(EchoRequest request, Bulk<EchoReply> bulk = {}, CallOptions options = {}) {
    return client_->run(client_->rpc().call(host_->address(), request, std::move(bulk), options));
  }
  Result<void> call_raw(RpcClient::RawCall& raw) {
    TextAnswer answer;
    return client_->run(client_->rpc().call_raw(client_->rpc().peer(host_->address()), raw, answer));
  }

  InprocHub hub_;
  std::unique_ptr<EchoHost> host_;
  std::unique_ptr<EchoClient> client_;
};

INSTANTIATE_TEST_SUITE_P(Transports, RpcTest,
                         testing::Values(TestTransport::inproc, TestTransport::tcp, TestTransport::shm,
                                         TestTransport::fabric_tcp, TestTransport::fabric_sockets,
                                         TestTransport::tcp_epoll, TestTransport::shm_epoll,
                                         TestTransport::inproc_epoll),
                         [](const auto& of) { return name_of(of.param); });

TEST_P(RpcTest, call_gives_the_servers_answer) {
  start();
  for (uint64_t i = 0; i < 100; i++) {
    auto reply = call({.number = i});
    ASSERT_TRUE(reply.has_value()) << reply.error().message();
    EXPECT_EQ(reply->number, i);
  }
}

TEST_P(RpcTest, bulk_data_goes_both_ways) {
  start();
  constexpr size_t kBytes = 8 << 20;
  const Data first(kBytes / 2 + 1, std::byte{3});
  const Data second(kBytes / 2 - 1, std::byte{5});
  const ByteView parts[] = {first, second};
  Data low(100);
  Data high(kBytes - 100);
  Bulk<EchoReply> bulk{
      .send = parts, .place = [&](const EchoReply& reply, size_t bytes) -> Result<std::vector<MutableBytes>> {
        EXPECT_EQ(reply.payload_bytes, kBytes);
        EXPECT_EQ(bytes, kBytes);
        return std::vector<MutableBytes>{low, high};
      }};
  for (uint64_t i = 1; i <= 3; i++) {
    auto reply = call({.number = i, .reply_bytes = kBytes}, bulk);
    ASSERT_TRUE(reply.has_value()) << reply.error().message();
    EXPECT_EQ(reply->payload_sum, sum_of(first) + sum_of(second));
    EXPECT_EQ(sum_of(low) + sum_of(high), i * kBytes);
  }
}

TEST_P(RpcTest, payload_nobody_placed_is_dropped) {
  start();
  EXPECT_TRUE(call({.reply_bytes = 1 << 20}).has_value());
  EXPECT_TRUE(call({.reply_bytes = 10}).has_value());
  EXPECT_TRUE(call({}).has_value());
}

TEST_P(RpcTest, many_calls_in_flight_get_their_own_answers) {
  start();
  std::vector<Task<Result<EchoReply>>> calls;
  Data data(64 * 5000);
  for (uint64_t i = 0; i < 64; i++) {
    Bulk<EchoReply> bulk{
        .place = [&data, i](const EchoReply&, size_t bytes) -> Result<std::vector<MutableBytes>> {
          return std::vector{MutableBytes(data).subspan(i * 5000, bytes)};
        }};
    calls.push_back(client_->rpc().call(
        host_->address(), EchoRequest{.number = i, .delay_ms = i % 7, .reply_bytes = 5000}, std::move(bulk)));
  }
  const auto replies = client_->run(when_all(std::move(calls)));
  for (uint64_t i = 0; i < 64; i++) {
    ASSERT_TRUE(replies[i].has_value()) << replies[i].error().message();
    EXPECT_EQ(replies[i]->number, i);
    EXPECT_EQ(sum_of(ByteView(data).subspan(i * 5000, 5000)), i * 5000);
  }
}

TEST_P(RpcTest, more_calls_than_may_be_in_flight_wait_their_turn) {
  start({}, {.in_flight_per_peer_max = 2});
  std::vector<Task<Result<EchoReply>>> calls;
  for (uint64_t i = 0; i < 20; i++)
    calls.push_back(client_->rpc().call(host_->address(), EchoRequest{.number = i}));
  for (const auto& reply : client_->run(when_all(std::move(calls)))) EXPECT_TRUE(reply.has_value());
}

TEST_P(RpcTest, servers_error_arrives_and_is_not_retried) {
  start();
  auto reply = call({.error = static_cast<uint16_t>(Code::no_space)});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::no_space);
  EXPECT_EQ(reply.error().message(), "the echo was refused");
  EXPECT_EQ(reply.error().remedy(), "ask for less");
  EXPECT_EQ(host_->counters().started, 1);
}

TEST_P(RpcTest, request_no_handler_knows_is_unsupported) {
  start();
  auto reply = client_->run(client_->rpc().call(host_->address(), StrangeRequest{}));
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::unsupported);
}

TEST_P(RpcTest, request_that_cannot_be_decoded_is_corrupt) {
  start();
  RpcClient::RawCall raw{.opcode = EchoRequest::kOpcode, .name = "raw"};
  raw.frame = std::string(kFrameFixedBytes, '\0') + "xyz";
  auto reply = call_raw(raw);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::corrupt);
}

TEST_P(RpcTest, request_that_fits_no_frame_is_too_big) {
  start();
  RpcClient::RawCall raw{.opcode = EchoRequest::kOpcode, .name = "raw"};
  raw.frame.resize(kFrameHeadBytesMax + 1);
  auto reply = call_raw(raw);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::too_big);
}

TEST_P(RpcTest, answer_that_fits_no_frame_is_too_big) {
  start();
  auto reply = call({.reply_bytes = kFramePayloadBytesMax + 1});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::too_big);
}

TEST_P(RpcTest, failing_place_fails_the_call) {
  start();
  Bulk<EchoReply> bulk{.place = [](const EchoReply&, size_t) -> Result<std::vector<MutableBytes>> {
    return fail(Code::corrupt, "such an answer cannot be");
  }};
  auto reply = call({.reply_bytes = 100'000}, bulk);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::corrupt);
  bulk.place = [](const EchoReply&, size_t) -> Result<std::vector<MutableBytes>> {
    return std::vector<MutableBytes>();
  };
  reply = call({.reply_bytes = 100'000}, bulk);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::too_big);
  EXPECT_TRUE(call({}).has_value());
}

TEST_P(RpcTest, busy_server_answers_all_in_the_end) {
  start({.calls_per_channel_max = 3, .busy_retry_after = 2ms});
  std::vector<Task<Result<EchoReply>>> calls;
  const Data data(50'000, std::byte{1});
  const ByteView part = data;
  for (uint64_t i = 0; i < 30; i++) {
    calls.push_back(
        client_->rpc().call(host_->address(), EchoRequest{.number = i, .delay_ms = 3}, {.send = {&part, 1}}));
  }
  for (const auto& reply : client_->run(when_all(std::move(calls)))) {
    ASSERT_TRUE(reply.has_value()) << reply.error().message();
    EXPECT_EQ(reply->payload_sum, 50'000U);
  }
  EXPECT_EQ(host_->counters().started, 30);
}

TEST_P(RpcTest, requests_beyond_the_memory_bound_wait) {
  start({.payload_bytes_max = 2 << 20, .busy_retry_after = 2ms});
  std::vector<Task<Result<EchoReply>>> calls;
  const Data data(3 << 20, std::byte{1});
  const ByteView part = data;
  for (uint64_t i = 0; i < 4; i++) {
    calls.push_back(client_->rpc().call(host_->address(), EchoRequest{.delay_ms = 5}, {.send = {&part, 1}}));
  }
  for (const auto& reply : client_->run(when_all(std::move(calls)))) EXPECT_TRUE(reply.has_value());
}

TEST_P(RpcTest, call_times_out_with_the_reason) {
  start();
  ASSERT_TRUE(call({}).has_value());  // now there is a connection
  auto reply = call({.delay_ms = 300}, {}, {.timeout = 50ms});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::timed_out);
  EXPECT_EQ(reply.error().message(),
            "no answer from " + host_->address().uri +
                " within 50 ms (call=echo): the server got the request but does not answer");
}

TEST_P(RpcTest, late_answer_touches_no_buffer) {
  start();
  for (int i = 0; i < 5; i++) {
    auto data = std::make_unique<Data>(4 << 20);
    Bulk<EchoReply> bulk{.place = [&](const EchoReply&, size_t) -> Result<std::vector<MutableBytes>> {
      return std::vector{MutableBytes(*data)};
    }};
    auto reply = call({.delay_ms = 20, .reply_bytes = data->size()}, bulk,
                      {.timeout = std::chrono::milliseconds(18 + i)});
    if (!reply) {
      EXPECT_EQ(reply.error().code(), Code::timed_out);
    }
    data.reset();
    ASSERT_TRUE(call({.delay_ms = 20}).has_value());
  }
}

Task<void> cancel_after(Executor* executor, Duration pause, CancelSource* source) {
  co_await sleep_for(*executor, pause);
  source->cancel();
}
Task<int> call_and_cancel(RpcClient* rpc, Executor* executor, Address to, Result<EchoReply>* reply) {
  CancelSource source;
  Gate gate(*executor);
  gate.spawn(cancel_after(executor, 20ms, &source));
  *reply = co_await rpc->call(to, EchoRequest{.delay_ms = 100}, {}, {.cancel = source.token()});
  co_await gate.close();
  co_return 0;
}

TEST_P(RpcTest, canceled_call_ends_and_the_server_learns_it) {
  start();
  ASSERT_TRUE(call({}).has_value());  // now there is a connection
  Result<EchoReply> reply;
  const MonotonicTime begin = client_->executor().now();
  client_->run(call_and_cancel(&client_->rpc(), &client_->executor(), host_->address(), &reply));
  EXPECT_LT((client_->executor().now() - begin).count(), Duration(90ms).count());
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::canceled);
  EXPECT_TRUE(eventually([&] { return host_->counters().canceled == 1; }));
}

Task<int> call_and_close(RpcClient* rpc, Executor* executor, Address to, Result<EchoReply>* reply) {
  Gate gate(*executor);
  gate.spawn([](RpcClient* client, Executor* of) -> Task<void> {
    co_await sleep_for(*of, 20ms);
    co_await client->close();
  }(rpc, executor));
  *reply = co_await rpc->call(to, EchoRequest{.delay_ms = 200});
  co_await gate.close();
  co_return 0;
}

TEST_P(RpcTest, close_ends_calls) {
  start();
  Result<EchoReply> reply;
  {
    RpcClient other(client_->runtime(), client_->transport(), {});
    client_->run(call_and_close(&other, &client_->executor(), host_->address(), &reply));
  }
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::canceled);
  EXPECT_TRUE(call({}).has_value());
}

TEST_P(RpcTest, nobody_there_is_said_within_the_deadline) {
  start();
  host_->stop();
  auto reply = call({}, {}, {.timeout = 200ms});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::timed_out);
  EXPECT_TRUE(
      reply.error().message().starts_with("no answer from " + host_->address().uri + " within 200 ms"))
      << reply.error().message();
  EXPECT_EQ(reply.error().remedy(), "is the server running? firn serve");
  ASSERT_NE(reply.error().cause(), nullptr);
  EXPECT_EQ(reply.error().cause()->code(), Code::unreachable);
}

TEST_P(RpcTest, server_that_comes_back_answers_calls_in_progress) {
  start();
  std::thread restart([&] {
    eventually([&] { return host_->counters().started == 20; });
    host_->stop();
    std::this_thread::sleep_for(50ms);
    host_->start();
  });
  std::vector<Task<Result<EchoReply>>> calls;
  for (uint64_t i = 0; i < 20; i++) {
    calls.push_back(client_->rpc().call(host_->address(), EchoRequest{.number = i, .delay_ms = 100}));
  }
  const auto replies = client_->run(when_all(std::move(calls)));
  restart.join();
  for (uint64_t i = 0; i < 20; i++) {
    ASSERT_TRUE(replies[i].has_value()) << replies[i].error().message();
    EXPECT_EQ(replies[i]->number, i);
  }
}

// Asked again (after 20, 60, 140, 300 and 620 ms, and not before 940) while it is still at work, the server
// does not run the request a second time.
TEST_P(RpcTest, request_resent_while_it_runs_is_run_once) {
  start({}, {.resend_after = 20ms});
  auto reply = call({.number = 5, .delay_ms = 640});
  ASSERT_TRUE(reply.has_value()) << reply.error().message();
  EXPECT_EQ(reply->number, 5U);
  EXPECT_EQ(host_->counters().started, 1);
  EXPECT_EQ(host_->counters().ended, 1);
}

TEST_P(RpcTest, idle_connection_is_closed_and_made_again) {
  start({}, {.idle_max = 10ms});
  ASSERT_TRUE(call({}).has_value());
  client_->run([](Executor* executor) -> Task<int> {
    co_await sleep_for(*executor, 50ms);
    co_return 0;
  }(&client_->executor()));
  ASSERT_TRUE(call({}).has_value());
}

TEST_P(RpcTest, server_that_is_full_of_channels_closes_further_ones) {
  start({.channels_max = 1});
  ASSERT_TRUE(call({}).has_value());
  EchoClient other(hub_, GetParam(), {});
  auto reply = other.run(other.rpc().call(host_->address(), EchoRequest{}, {}, {.timeout = 100ms}));
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code(), Code::timed_out);
  ASSERT_TRUE(call({}).has_value());
}

}  // namespace
}  // namespace firn::net
