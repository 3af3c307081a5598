// RpcClient against a scripted peer, in virtual time: what it sends and when, and what becomes of buffers.
#include "net/rpc_client.h"

#include <deque>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "net/frame.h"
#include "net/text_answer_test.h"
#include "runtime/gate.h"
#include "runtime/manual_executor.h"
#include "runtime/sync.h"

namespace firn::net {
namespace {

class NoLog final : public Log {
 public:
  void write(LogLevel, std::string_view) override {}
};

class ManualRuntime final : public Runtime {
 public:
  ManualExecutor& executor() override { return executor_; }
  WallTime wall_time() const override { return {}; }
  Rng& rng() override { return rng_; }
  Storage& storage() override { std::abort(); }
  Log& log() override { return log_; }

 private:
  ManualExecutor executor_;
  Rng rng_{1};
  NoLog log_;
};

// The client's end of a channel whose other end is the test.
class ScriptedChannel final : public Channel {
 public:
  ScriptedChannel(ManualExecutor& executor, ChannelReceiver& to) : receiver(to), may_send(executor) {
    may_send.set();
  }
  ~ScriptedChannel() override { EXPECT_TRUE(closed); }
  Task<Result<void>> send(ByteView head, std::span<const ByteView> payload) override {
    auto frame = decode_frame(head);
    EXPECT_TRUE(frame.has_value());
    heads.emplace_back(as_text(head));
    payload_bytes.push_back(total_bytes(payload));
    co_await may_send.wait();
    if (closing) co_return fail(Code::unreachable, "closed");
    co_return Result<void>();
  }
  // `closed` follows when the test says so: end().
  void close() override {
    closing = true;
    may_send.set();
  }
  std::string peer() const override { return "script"; }

  Frame sent(size_t index) const { return *decode_frame(as_bytes(heads.at(index))); }
  void end(const char* reason = "the connection broke") {
    close();
    closed = true;
    receiver.closed(*this, fail(Code::unreachable, reason));
  }
  void deliver(const std::string& head) { receiver.arrived(*this, as_bytes(head), 0); }
  void answer(size_t index, std::string_view body = "answer") {
    deliver(encode_frame({.kind = FrameKind::reply, .call_number = sent(index).call_number, .body = body}));
  }

  ChannelReceiver& receiver;
  std::vector<std::string> heads;
  std::vector<size_t> payload_bytes;
  Event may_send;
  bool closing = false;
  bool closed = false;
};

class ScriptedTransport final : public Transport {
 public:
  explicit ScriptedTransport(ManualExecutor& executor) : executor_(executor) {}
  Task<Result<std::unique_ptr<Channel>>> connect(Address, ChannelReceiver& receiver, Duration) override {
    connects++;
    if (refuse) co_return fail(Code::unreachable, "connection refused");
    auto channel = std::make_unique<ScriptedChannel>(executor_, receiver);
    channels.push_back(channel.get());
    co_return channel;
  }

  bool refuse = false;
  int connects = 0;
  std::vector<ScriptedChannel*> channels;

 private:
  ManualExecutor& executor_;
};

class RpcClientTest : public testing::Test {
 protected:
  void TearDown() override {
    gate.spawn([](RpcClient* client) -> Task<void> { co_await client->close(); }(&*client_));
    executor().run_ready();
    for (size_t i = 0; i < transport.channels.size(); i++) end(i);
    EXPECT_EQ(gate.size(), 0U);
  }
  // The channel is closed and, when nobody uses it any more, gone. No effect on one that is.
  void end(size_t index = 0) {
    if (ScriptedChannel* const open = std::exchange(transport.channels.at(index), nullptr)) open->end();
    executor().run_ready();
  }
  void client(RpcClientOptions options) { client_.emplace(runtime, transport, options); }
  ManualExecutor& executor() { return runtime.executor(); }
  ScriptedChannel& channel(size_t index = 0) { return *transport.channels.at(index); }

  struct Call {
    std::optional<Result<std::string>> result;
    CancelSource cancel;
    bool ok() const { return result.has_value() && result->has_value(); }
    Code code() const { return result.has_value() && !result->has_value() ? result->error().code() : Code{}; }
  };
  // They live until TearDown() has ended them.
  Call& new_call() { return calls_.emplace_back(); }
  std::deque<Call>& new_calls(size_t count) {
    for (size_t i = 0; i < count; i++) new_call();
    return calls_;
  }
  static Task<void> run(RpcClient* rpc, RpcClient::RawCall raw, TextAnswer::Place place, Call* call) {
    TextAnswer answer(std::move(place));
    auto ended = co_await rpc->call_raw(rpc->peer({"test://peer", 0}), raw, answer);
    call->result.emplace();
    if (ended) {
      *call->result = answer.text;
    } else {
      *call->result = std::move(ended).error();
    }
  }
  void start(Call& call, Duration timeout = 60s, TextAnswer::Place place = {},
             std::span<const ByteView> send = {}) {
    RpcClient::RawCall raw{.opcode = 1,
                           .name = "test",
                           .frame = std::string(kFrameFixedBytes, '\0') + "request",
                           .send = send,
                           .options = {.timeout = timeout, .cancel = call.cancel.token()}};
    gate.spawn(run(&*client_, std::move(raw), std::move(place), &call));
    executor().run_ready();
  }
  void advance(Duration duration) { executor().advance(duration); }

  ManualRuntime runtime;
  ScriptedTransport transport{runtime.executor()};
  Gate gate{runtime.executor()};

 private:
  std::deque<Call> calls_;
  std::optional<RpcClient> client_;
};

TEST_F(RpcClientTest, request_carries_identity_and_remaining_time) {
  client({});
  Call& call = new_call();
  start(call, 7s);
  const Frame frame = channel().sent(0);
  EXPECT_EQ(frame.kind, FrameKind::request);
  EXPECT_EQ(frame.opcode, 1);
  EXPECT_EQ(frame.request.sequence, RequestSequence(1));
  EXPECT_EQ(frame.completed_below, RequestSequence(1));
  EXPECT_EQ(frame.time, Duration(7s));
  EXPECT_EQ(frame.body, "request");
  channel().answer(0);
  executor().run_ready();
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(**call.result, "answer");
}

TEST_F(RpcClientTest, completed_below_is_the_oldest_call_in_progress) {
  client({});
  std::deque<Call>& calls = new_calls(4);
  start(calls[0]);
  start(calls[1]);
  channel().answer(1);
  executor().run_ready();
  start(calls[2]);
  EXPECT_EQ(channel().sent(2).completed_below, RequestSequence(1));
  channel().answer(0);
  executor().run_ready();
  start(calls[3]);
  EXPECT_EQ(channel().sent(3).request.sequence, RequestSequence(4));
  EXPECT_EQ(channel().sent(3).completed_below, RequestSequence(3));
}

TEST_F(RpcClientTest, silence_makes_it_ask_again_with_the_same_identity) {
  client({.resend_after = 5s});
  Call& call = new_call();
  start(call);
  advance(4s);
  EXPECT_EQ(channel().heads.size(), 1U);
  advance(1s);
  ASSERT_EQ(channel().heads.size(), 2U);
  EXPECT_EQ(channel().sent(1).request, channel().sent(0).request);
  EXPECT_NE(channel().sent(1).call_number, channel().sent(0).call_number);
  EXPECT_EQ(channel().sent(1).time, Duration(55s));
  channel().answer(0);  // of the attempt that was given up
  executor().run_ready();
  EXPECT_FALSE(call.result.has_value());
  channel().answer(1);
  executor().run_ready();
  EXPECT_TRUE(call.ok());
}

TEST_F(RpcClientTest, lasting_silence_closes_the_connection) {
  client({.resend_after = 5s});
  Call& call = new_call();
  start(call);
  advance(15s);  // 5, then 10
  EXPECT_TRUE(channel().closing);
  executor().run_ready();
  ASSERT_EQ(transport.channels.size(), 2U);
  channel(1).answer(0);
  executor().run_ready();
  EXPECT_TRUE(call.ok());
}

TEST_F(RpcClientTest, broken_connection_is_made_again_for_all_its_calls) {
  client({});
  std::deque<Call>& calls = new_calls(3);
  for (Call& call : calls) start(call);
  end();
  advance(20ms);
  ASSERT_EQ(transport.channels.size(), 2U);
  ASSERT_EQ(channel(1).heads.size(), 3U);
  for (size_t i = 0; i < 3; i++) channel(1).answer(i);
  executor().run_ready();
  for (Call& call : calls) EXPECT_TRUE(call.ok());
}

TEST_F(RpcClientTest, refused_connections_are_tried_with_growing_pauses) {
  client({.retry_pause_min = 10ms, .retry_pause_max = 1s});
  transport.refuse = true;
  Call& call = new_call();
  start(call, 10s);
  advance(10s);
  EXPECT_EQ(call.code(), Code::timed_out);
  EXPECT_EQ(call.result->error().message(),
            "no answer from test://peer within 10 s (call=test): connection refused");
  EXPECT_EQ(call.result->error().remedy(), "is the server running? firn serve");
  EXPECT_GT(transport.connects, 12);
  EXPECT_LT(transport.connects, 40);
}

TEST_F(RpcClientTest, busy_peer_is_left_alone_for_the_time_it_says) {
  client({.retry_pause_min = 1ms});
  Call& call = new_call();
  start(call);
  channel().deliver(
      encode_frame({.kind = FrameKind::busy, .call_number = channel().sent(0).call_number, .time = 400ms}));
  advance(199ms);
  EXPECT_EQ(channel().heads.size(), 1U);
  advance(300ms);
  ASSERT_EQ(channel().heads.size(), 2U);
  channel().answer(1);
  executor().run_ready();
  EXPECT_TRUE(call.ok());
}

TEST_F(RpcClientTest, peer_of_another_version_ends_calls_at_once) {
  client({});
  Call& call = new_call();
  start(call);
  channel().deliver(encode_error_frame(FrameKind::refusal, {}, fail(Code::version, "we speak version 9")));
  end();
  EXPECT_EQ(call.code(), Code::version);
}

TEST_F(RpcClientTest, refusal_is_the_reason_that_is_reported) {
  client({});
  Call& call = new_call();
  start(call, 5ms);
  channel().deliver(encode_error_frame(FrameKind::refusal, {}, fail(Code::not_found, "no such target")));
  end();
  advance(10ms);
  EXPECT_EQ(call.code(), Code::timed_out);
  EXPECT_TRUE(call.result->error().message().ends_with(": no such target"));
}

TEST_F(RpcClientTest, doubled_and_foreign_answers_are_ignored) {
  client({});
  Call& first = new_call();
  start(first);
  channel().answer(0);
  channel().answer(0, "again");
  channel().deliver(encode_frame({.kind = FrameKind::reply, .call_number = CallNumber(77)}));
  channel().deliver(encode_frame({.kind = FrameKind::request, .call_number = CallNumber(1)}));
  executor().run_ready();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(**first.result, "answer");
}

TEST_F(RpcClientTest, bytes_that_are_no_frame_close_the_channel) {
  client({});
  Call& call = new_call();
  start(call);
  channel().deliver("garbage");
  EXPECT_TRUE(channel().closing);
}

TEST_F(RpcClientTest, time_out_while_payload_lands_waits_for_the_end_of_the_channel) {
  client({});
  Call& call = new_call();
  std::vector<std::byte> buffer(100);
  start(call, 1s, [&](std::string_view, size_t) -> Result<std::vector<MutableBytes>> {
    return std::vector<MutableBytes>{buffer};
  });
  const std::string head =
      encode_frame({.kind = FrameKind::reply, .call_number = channel().sent(0).call_number});
  EXPECT_EQ(total_bytes(channel().receiver.place(channel(), as_bytes(head), 100)), 100U);
  advance(1050ms);
  EXPECT_FALSE(channel().closing);  // a short grace
  advance(100ms);
  EXPECT_TRUE(channel().closing);
  EXPECT_FALSE(call.result.has_value());  // its buffer may still be written to
  end();
  EXPECT_EQ(call.code(), Code::timed_out);
}

TEST_F(RpcClientTest, payload_that_lands_within_the_grace_is_an_answer) {
  client({});
  Call& call = new_call();
  std::vector<std::byte> buffer(100);
  start(call, 1s, [&](std::string_view, size_t) -> Result<std::vector<MutableBytes>> {
    return std::vector<MutableBytes>{buffer};
  });
  const std::string head =
      encode_frame({.kind = FrameKind::reply, .call_number = channel().sent(0).call_number});
  (void)channel().receiver.place(channel(), as_bytes(head), 100);
  advance(1050ms);
  channel().receiver.arrived(channel(), as_bytes(head), 100);
  executor().run_ready();
  EXPECT_TRUE(call.ok());
}

TEST_F(RpcClientTest, cancel_while_sending_waits_for_the_end_of_the_channel) {
  client({});
  Call& call = new_call();
  start(call);  // opens the channel
  channel().may_send.reset();
  Call& second = new_call();
  const std::vector<std::byte> data(10);
  const ByteView part = data;
  start(second, 60s, {}, {&part, 1});
  EXPECT_EQ(channel().payload_bytes.back(), 10U);
  second.cancel.cancel();
  executor().run_ready();
  EXPECT_FALSE(second.result.has_value());
  advance(150ms);
  EXPECT_TRUE(channel().closing);
  end();
  EXPECT_EQ(second.code(), Code::canceled);
}

TEST_F(RpcClientTest, canceled_call_tells_the_server) {
  client({});
  Call& call = new_call();
  start(call);
  call.cancel.cancel();
  executor().run_ready();
  EXPECT_EQ(call.code(), Code::canceled);
  ASSERT_EQ(channel().heads.size(), 2U);
  EXPECT_EQ(channel().sent(1).kind, FrameKind::cancel);
  EXPECT_EQ(channel().sent(1).request, channel().sent(0).request);
}

TEST_F(RpcClientTest, call_that_waits_for_its_turn_can_be_canceled_and_times_out) {
  client({.in_flight_per_peer_max = 1});
  Call& first = new_call();
  Call& second = new_call();
  Call& third = new_call();
  Call& fourth = new_call();
  start(first);
  start(second);
  start(third, 1s);
  start(fourth);
  second.cancel.cancel();
  executor().run_ready();
  EXPECT_EQ(second.code(), Code::canceled);
  advance(2s);
  EXPECT_EQ(third.code(), Code::timed_out);
  channel().answer(0);
  executor().run_ready();
  EXPECT_TRUE(first.ok());
  ASSERT_EQ(channel().heads.size(), 2U);
  channel().answer(1);
  executor().run_ready();
  EXPECT_TRUE(fourth.ok());
}

TEST_F(RpcClientTest, idle_connection_is_closed_after_a_while) {
  client({.idle_max = 60s});
  Call& call = new_call();
  start(call);
  channel().answer(0);
  advance(30s);
  Call& second = new_call();
  start(second);
  channel().answer(1);
  advance(59s);
  EXPECT_FALSE(channel().closing);
  advance(2s);
  EXPECT_TRUE(channel().closing);
}

}  // namespace
}  // namespace firn::net
