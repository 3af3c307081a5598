// Remote calls in the simulated world: frames that are lost, doubled, late and out of order, channels that
// break, servers that crash. What must hold: an answer belongs to its call, data is right, no buffer is
// touched once its call has ended, a request is never handled twice at the same time, and once the faults end
// every call is answered.
//
// FIRN_SIM_SEEDS: how many seeds (default 40). FIRN_SEED: only that one.
#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "model/wire.h"
#include "net/rpc_client.h"
#include "net/rpc_server.h"
#include "runtime/gate.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"
#include "sim/nemesis.h"
#include "sim/world.h"

namespace firn::net {
namespace {

using sim::NodeContext;
using sim::NodeIndex;
using sim::World;
using sim::WorldOptions;

constexpr uint32_t kTarget = 0;
constexpr uint64_t kLanes = 16;
constexpr uint64_t kCallsPerLane = 20;

struct WorkReply {
  uint64_t number = 0;
  uint64_t sum = 0;  // of the request's payload
  static void fields(auto& self, auto&& visit) {
    visit("number", self.number);
    visit("sum", self.sum);
  }
};
struct WorkRequest {
  static constexpr uint16_t kOpcode = 900;
  static constexpr const char* kName = "work";
  using Reply = WorkReply;
  uint64_t number = 0;
  uint64_t delay_ms = 0;
  uint64_t reply_bytes = 0;
  static void fields(auto& self, auto&& visit) {
    visit("number", self.number);
    visit("delay_ms", self.delay_ms);
    visit("reply_bytes", self.reply_bytes);
  }
};

uint64_t sum_of(ByteView bytes) {
  uint64_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<uint64_t>(byte);
  return sum;
}

// What the nodes tell the test; outlives them.
struct Findings {
  uint64_t answered = 0;
  uint64_t canceled = 0;
  uint64_t timed_out = 0;
  uint64_t handled = 0;
  std::vector<std::string> defects;
};

class WorkServer final : public sim::NodeProgram {
 public:
  WorkServer(NodeContext& context, Findings& findings)
      : context_(context),
        findings_(findings),
        server_(context.runtime(), {.calls_per_channel_max = 8, .payload_bytes_max = 1 << 20}) {
    server_.handle<WorkRequest>(
        [this](WorkRequest request, ServerCall& call) { return work(request, call); });
    context_.transport().listen(kTarget, server_);
  }
  Task<void> stop() override {
    context_.transport().unlisten(kTarget);
    co_await server_.close();
  }

 private:
  Task<Result<WorkReply>> work(WorkRequest request, ServerCall& call) {
    findings_.handled++;
    if (!running_.insert(call.request_id).second)
      findings_.defects.emplace_back("a request is handled twice at once");
    const WorkReply reply{request.number, sum_of(call.payload.bytes())};
    co_await sleep_for(context_.runtime().executor(), std::chrono::milliseconds(request.delay_ms));
    call.reply_payload = Buffer(request.reply_bytes);
    std::ranges::fill(call.reply_payload.bytes(), static_cast<std::byte>(request.number));
    running_.erase(call.request_id);
    co_return reply;
  }

  NodeContext& context_;
  Findings& findings_;
  std::set<RequestId> running_;
  RpcServer server_;
};

class WorkClient final : public sim::NodeProgram {
 public:
  WorkClient(NodeContext& context, Findings& findings)
      : context_(context),
        findings_(findings),
        rpc_(context.runtime(), context.transport(),
             {.in_flight_per_peer_max = 12, .resend_after = 2s, .idle_max = 3s}),
        gate_(context.runtime().executor()) {
    for (uint64_t i = 0; i < kLanes; i++) gate_.spawn(call_in_turn(this, i));
  }
  bool done() const { return gate_.size() == 0; }
  Task<void> stop() override {
    co_await rpc_.close();
    co_await gate_.close();
  }

 private:
  static Task<void> call_in_turn(WorkClient* self, uint64_t lane) {
    Rng rng = self->context_.runtime().rng().fork();
    for (uint64_t i = 0; i < kCallsPerLane; i++) {
      co_await one_call(self, &rng, lane * 1000 + i);
      co_await sleep_for(self->context_.runtime().executor(), std::chrono::milliseconds(rng.below(800)));
    }
  }

  static Task<void> cancel_after(Executor* executor, Duration delay, CancelSource* source) {
    // Canceled by nobody: the source is its owner's, who waits for us.
    co_await sleep_for(*executor, delay);
    source->cancel();
  }

  static Task<void> one_call(WorkClient* self, Rng* rng, uint64_t number) {
    Executor& executor = self->context_.runtime().executor();
    const Address to{rng->chance(1, 2) ? "sim://server0" : "sim://server1", kTarget};
    auto data = std::make_unique<std::vector<std::byte>>(rng->chance(1, 3) ? rng->below(200'000) : 0,
                                                         static_cast<std::byte>(number * 3));
    auto place = std::make_unique<std::vector<std::byte>>(rng->chance(1, 3) ? rng->below(200'000) : 0);
    const WorkRequest request{number, rng->below(100), place->size()};
    const ByteView part = *data;
    Bulk<WorkReply> bulk{.send = {&part, 1}};
    MutableBytes target = *place;
    bulk.place = [target](const WorkReply&, size_t) -> Result<std::vector<MutableBytes>> {
      return std::vector{target};
    };
    const bool hasty = rng->chance(1, 5);
    const bool fickle = rng->chance(1, 5);
    CancelSource cancel;
    Gate gate(executor);
    if (fickle) gate.spawn(cancel_after(&executor, std::chrono::milliseconds(rng->below(300)), &cancel));
    CallOptions options{
        .timeout = hasty ? Duration(std::chrono::milliseconds(rng->below(300))) : Duration(3600s),
        .cancel = cancel.token()};
    auto reply = co_await self->rpc_.call(to, request, std::move(bulk), options);
    self->look_at(reply, {number, sum_of(part)}, *place, {hasty, fickle});
    place.reset();  // from now on the address sanitizer sees who still writes there
    data.reset();
    co_await gate.close();
  }

  struct MayEndBy {
    bool time_out = false;
    bool cancel = false;
  };
  void look_at(const Result<WorkReply>& reply, WorkReply expected, ByteView data, MayEndBy may) {
    if (reply) {
      findings_.answered++;
      if (reply->number != expected.number) defect("an answer belongs to another call");
      if (reply->sum != expected.sum) defect("a request's data is wrong");
      if (sum_of(data) != data.size() * (expected.number & 0xff)) defect("an answer's data is wrong");
    } else if (reply.error().code() == Code::timed_out && may.time_out) {
      findings_.timed_out++;
    } else if (reply.error().code() == Code::canceled && may.cancel) {
      findings_.canceled++;
    } else {
      defect("a call failed: " + reply.error().message());
    }
  }
  void defect(std::string text) { findings_.defects.push_back(std::move(text)); }

  NodeContext& context_;
  Findings& findings_;
  RpcClient rpc_;
  Gate gate_;
};

uint64_t run_world(uint64_t seed, Findings& findings) {
  World world(seed, WorldOptions::swarm(seed));
  std::vector<NodeIndex> servers;
  for (const char* const name : {"server0", "server1"}) {
    servers.push_back(world.add_node(
        name, [&](NodeContext& context) { return std::make_unique<WorkServer>(context, findings); }));
  }
  const NodeIndex client = world.add_node(
      "client", [&](NodeContext& context) { return std::make_unique<WorkClient>(context, findings); });
  world.start_all();
  auto& program = static_cast<WorkClient&>(*world.program(client));
  sim::NemesisOptions trouble = sim::NemesisOptions::swarm(seed, servers, 2);
  trouble.partitioned = {servers[0], servers[1], client};
  sim::Nemesis nemesis(world, trouble);
  nemesis.start();
  world.run_for(30s);
  nemesis.stop();
  world.heal();
  for (const NodeIndex server : servers) {
    if (!world.is_up(server)) world.start(server);
  }
  EXPECT_TRUE(world.run_until([&] { return program.done(); }, 600s))
      << "calls do not end after the faults have";
  EXPECT_EQ(findings.answered + findings.canceled + findings.timed_out + findings.defects.size(),
            kLanes * kCallsPerLane);
  EXPECT_TRUE(world.stop(client, 60s));
  for (const NodeIndex server : servers) EXPECT_TRUE(world.stop(server, 60s));
  return world.hash();
}

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(SimRpcTest, calls_survive_faults_of_network_and_servers) {
  const uint64_t only = number_from_environment("FIRN_SEED", 0);
  const uint64_t seeds = number_from_environment("FIRN_SIM_SEEDS", 40);
  uint64_t answered = 0;
  for (uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : seeds); seed++) {
    Findings findings;
    run_world(seed, findings);
    answered += findings.answered;
    for (const std::string& defect : findings.defects) ADD_FAILURE() << defect;
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
  EXPECT_GT(answered, 0U);
}

TEST(SimRpcTest, same_seed_gives_the_same_run) {
  for (uint64_t seed = 1; seed <= 5; seed++) {
    Findings first;
    Findings second;
    EXPECT_EQ(run_world(seed, first), run_world(seed, second)) << "seed " << seed;
    EXPECT_EQ(first.handled, second.handled);
  }
}

}  // namespace
}  // namespace firn::net
