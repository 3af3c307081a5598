// Far more clients than a target can serve at a time. What must hold: the server's bounds, everybody has a
// fair share of what it can do, and nobody is left waiting when the rush is over.
#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/wire.h"
#include "net/rpc_client.h"
#include "net/rpc_server.h"
#include "runtime/gate.h"
#include "runtime/sleep.h"
#include "runtime/sync.h"
#include "sim/world.h"

namespace firn::net {
namespace {

using sim::NodeContext;
using sim::NodeIndex;
using sim::World;

constexpr uint32_t kTarget = 0;
constexpr uint32_t kServedAtATime = 16;  // calls of 1 ms each
constexpr uint64_t kCallsPerSecond = 1000 * kServedAtATime;

struct LoadReply {
  uint64_t number = 0;
  static void fields(auto& self, auto&& visit) { visit("number", self.number); }
};
struct LoadRequest {
  static constexpr uint16_t kOpcode = 900;
  static constexpr const char* kName = "load";
  using Reply = LoadReply;
  uint64_t number = 0;
  static void fields(auto& self, auto&& visit) { visit("number", self.number); }
};

// What the server had at most.
struct Most {
  uint32_t calls = 0;
  uint64_t payload_bytes = 0;
};

class LoadServer final : public sim::NodeProgram {
 public:
  LoadServer(NodeContext& context, const RpcServerOptions& options, Most& most)
      : context_(context),
        most_(most),
        server_(context.runtime(), options),
        room_(context.runtime().executor(), kServedAtATime) {
    server_.handle<LoadRequest>(
        [this](LoadRequest request, ServerCall& call) { return work(request, call); });
    context_.transport().listen(kTarget, server_);
  }
  Task<void> stop() override {
    context_.transport().unlisten(kTarget);
    co_await server_.close();
  }

 private:
  Task<Result<LoadReply>> work(LoadRequest request, ServerCall& call) {
    payload_bytes_ += call.payload.size();
    most_.calls = std::max(most_.calls, ++calls_);
    most_.payload_bytes = std::max(most_.payload_bytes, payload_bytes_);
    {
      const auto place = co_await room_.acquire();
      co_await sleep_for(context_.runtime().executor(), std::chrono::milliseconds(1));
    }
    calls_--;
    payload_bytes_ -= call.payload.size();
    co_return LoadReply{request.number};
  }

  NodeContext& context_;
  Most& most_;
  RpcServer server_;
  Semaphore room_;  // for those being served
  uint32_t calls_ = 0;
  uint64_t payload_bytes_ = 0;
};

// Calls all the time, on so many lanes, until it is told to end.
class LoadClient final : public sim::NodeProgram {
 public:
  struct Options {
    uint32_t lanes = 1;
    size_t payload_bytes = 0;
  };
  LoadClient(NodeContext& context, Options options)
      : payload_(options.payload_bytes),
        rpc_(context.runtime(), context.transport(), {.in_flight_per_peer_max = 128}),
        gate_(context.runtime().executor()) {
    for (uint32_t i = 0; i < options.lanes; i++) gate_.spawn(lane(this));
  }
  uint64_t answered() const { return answered_; }
  uint64_t failed() const { return failed_; }
  void end() { ending_ = true; }
  bool ended() const { return gate_.size() == 0; }
  Task<void> stop() override {
    co_await rpc_.close();
    co_await gate_.close();
  }

 private:
  static Task<void> lane(LoadClient* self) {
    const ByteView part = self->payload_;
    while (!self->ending_) {
      Bulk<LoadReply> bulk;
      if (!part.empty()) bulk.send = {&part, 1};
      auto reply =
          co_await self->rpc_.call({"sim://server", kTarget}, LoadRequest{self->answered_}, std::move(bulk));
      (reply ? self->answered_ : self->failed_)++;
    }
  }

  const std::vector<std::byte> payload_;
  RpcClient rpc_;
  Gate gate_;
  uint64_t answered_ = 0;
  uint64_t failed_ = 0;
  bool ending_ = false;
};

class OverloadTest : public ::testing::Test {
 protected:
  void add_server(const RpcServerOptions& options) {
    server_ = world_.add_node("server", [this, options](NodeContext& context) {
      return std::make_unique<LoadServer>(context, options, most_);
    });
  }
  void add_clients(uint32_t count, LoadClient::Options options) {
    for (uint32_t i = 0; i < count; i++) {
      clients_.push_back(world_.add_node(
          "client" + std::to_string(clients_.size()),
          [options](NodeContext& context) { return std::make_unique<LoadClient>(context, options); }));
    }
  }
  LoadClient& client(size_t index) { return static_cast<LoadClient&>(*world_.program(clients_[index])); }

  void warm_up() {
    world_.start_all();
    world_.run_for(2s);
  }

  // How many calls each client gets answered in that time.
  std::vector<uint64_t> answered_in(Duration time) {
    std::vector<uint64_t> before;
    for (size_t i = 0; i < clients_.size(); i++) before.push_back(client(i).answered());
    world_.run_for(time);
    std::vector<uint64_t> answered;
    for (size_t i = 0; i < clients_.size(); i++) answered.push_back(client(i).answered() - before[i]);
    return answered;
  }

  // Nobody has less than half of the mean or twice as much; together they have what the server can do, or
  // nearly.
  static void expect_fair(const std::vector<uint64_t>& answered, uint64_t possible) {
    const uint64_t sum = std::accumulate(answered.begin(), answered.end(), uint64_t{0});
    EXPECT_GE(sum, possible / 10 * 9);
    const uint64_t mean = sum / answered.size();
    const auto [least, most] = std::ranges::minmax(answered);
    EXPECT_GE(least, mean / 2);
    EXPECT_LE(most, mean * 2);
  }

  void end_all() {
    for (size_t i = 0; i < clients_.size(); i++) client(i).end();
    const auto all_ended = [this] {
      for (size_t i = 0; i < clients_.size(); i++) {
        if (!client(i).ended()) return false;
      }
      return true;
    };
    EXPECT_TRUE(world_.run_until(all_ended, 60s)) << "calls do not end after the rush";
    for (size_t i = 0; i < clients_.size(); i++) EXPECT_EQ(client(i).failed(), 0U) << "client " << i;
    for (const NodeIndex node : clients_) EXPECT_TRUE(world_.stop(node, 60s));
    EXPECT_TRUE(world_.stop(server_, 60s));
  }

  World world_{1};
  Most most_;
  NodeIndex server_;
  std::vector<NodeIndex> clients_;
};

TEST_F(OverloadTest, a_thousand_clients_share_a_target_and_its_queue_is_bounded) {
  add_server({.calls_max = 4096});
  add_clients(1000, {.lanes = 8});
  warm_up();
  expect_fair(answered_in(4s), kCallsPerSecond * 4);
  EXPECT_LE(most_.calls, 4096U);
  end_all();
}

TEST_F(OverloadTest, more_clients_than_calls_at_a_time_come_in_by_turns) {
  add_server({.calls_max = 256});
  add_clients(1000, {.lanes = 8});
  warm_up();
  expect_fair(answered_in(4s), kCallsPerSecond * 4);
  EXPECT_LE(most_.calls, 256U);
  end_all();
}

TEST_F(OverloadTest, who_asks_for_more_gets_no_more_when_others_wait) {
  add_server({.calls_max = 512});
  add_clients(1, {.lanes = 1000});
  add_clients(40, {.lanes = 16});
  warm_up();
  expect_fair(answered_in(4s), kCallsPerSecond * 4);
  end_all();
}

TEST_F(OverloadTest, one_client_alone_gets_all) {
  add_server({});
  add_clients(1, {.lanes = 64});
  warm_up();
  EXPECT_GE(answered_in(1s)[0], kCallsPerSecond / 2);
  end_all();
}

TEST_F(OverloadTest, payload_in_memory_is_bounded_and_shared) {
  constexpr uint64_t kBytesMax = 1 << 20;
  add_server({.payload_bytes_max = kBytesMax});
  add_clients(40, {.lanes = 8, .payload_bytes = 64 << 10});
  warm_up();
  expect_fair(answered_in(4s), 1000);
  EXPECT_LE(most_.payload_bytes, kBytesMax);
  end_all();
}

}  // namespace
}  // namespace firn::net
