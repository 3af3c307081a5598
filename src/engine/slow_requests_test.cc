// Which requests are kept, and how often the log hears of them.
#include "engine/slow_requests.h"

#include <gtest/gtest.h>

#include "control/manual_runtime_test.h"
#include "net/rpc_server.h"

namespace firn::engine {
namespace {

class NamedChannel final : public Channel {
 public:
  Task<Result<void>> send(ByteView, std::span<const ByteView>) override { co_return Result<void>(); }
  void close() override {}
  std::string peer() const override { return "tcp://10.0.0.1:4711"; }
};

class SlowRequestsTest : public testing::Test {
 protected:
  void end_call(Duration receive, Duration handle, Duration answer) {
    net::ServerCall call;
    call.request_id = {ClientId(0xabc), RequestSequence(next_++)};
    call.waits = {.room_ns = 1, .pages_ns = 2, .data_ns = 3, .log_ns = 44'000'000};
    const MonotonicTime begun{};
    slow_.look_at({.name = "update",
                   .call = call,
                   .channel = channel_,
                   .outcome = Code::no_space,
                   .begun = begun,
                   .arrived = begun + receive,
                   .handled = begun + receive + handle,
                   .answered = begun + receive + handle + answer});
  }

  control::ManualRuntime runtime_;
  NamedChannel channel_;
  SlowRequests slow_{runtime_, 100ms};
  uint64_t next_ = 1;
};

TEST_F(SlowRequestsTest, keeps_what_took_as_long_as_the_threshold_with_its_stages) {
  end_call(50ms, 49ms, 0ms);
  end_call(10ms, 70ms, 20ms);
  const SlowRequestsReply reply = slow_.describe();
  EXPECT_EQ(reply.threshold_ns, 100'000'000u);
  ASSERT_EQ(reply.requests.size(), 1u);
  const SlowRequest& request = reply.requests[0];
  EXPECT_EQ(request.operation, "update");
  EXPECT_EQ(request.peer, channel_.peer());
  EXPECT_EQ(request.request.sequence, RequestSequence(2));
  EXPECT_EQ(request.outcome, Code::no_space);
  EXPECT_EQ(request.receive_ns, 10'000'000u);
  EXPECT_EQ(request.handle_ns, 70'000'000u);
  EXPECT_EQ(request.answer_ns, 20'000'000u);
  EXPECT_EQ(request.waits.room_ns, 1u);
  EXPECT_EQ(request.waits.pages_ns, 2u);
  EXPECT_EQ(request.waits.data_ns, 3u);
  EXPECT_EQ(request.waits.log_ns, 44'000'000u);
  EXPECT_EQ(slow_.count(), 1u);
}

TEST_F(SlowRequestsTest, keeps_the_latest_and_counts_all) {
  for (size_t i = 0; i < SlowRequests::kKeptMax + 10; i++) end_call(0ms, 200ms, 0ms);
  const SlowRequestsReply reply = slow_.describe();
  ASSERT_EQ(reply.requests.size(), SlowRequests::kKeptMax);
  EXPECT_EQ(reply.requests.front().request.sequence, RequestSequence(11));
  EXPECT_EQ(slow_.count(), SlowRequests::kKeptMax + 10);
}

TEST_F(SlowRequestsTest, says_one_line_a_second) {
  for (int i = 0; i < 5; i++) end_call(0ms, 200ms, 0ms);
  ASSERT_EQ(runtime_.lines.size(), 1u);
  EXPECT_NE(runtime_.lines[0].find("handle_ms=200.0"), std::string::npos) << runtime_.lines[0];
  EXPECT_NE(runtime_.lines[0].find("log_ms=44.0"), std::string::npos) << runtime_.lines[0];
  runtime_.executor().advance(1s);
  end_call(0ms, 200ms, 0ms);
  ASSERT_EQ(runtime_.lines.size(), 2u);
  EXPECT_NE(runtime_.lines[1].find("others_before=4"), std::string::npos) << runtime_.lines[1];
}

}  // namespace
}  // namespace firn::engine
