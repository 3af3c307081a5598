// What simulated channels promise, and how they fail.
#include "sim/sim_network.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/sleep.h"
#include "sim/world.h"

namespace firn::sim {
namespace {

constexpr uint32_t kTarget = 2;

// Keeps what arrives: heads, and payloads as text.
struct Receiver final : ChannelReceiver {
  std::vector<MutableBytes> place(Channel&, ByteView, size_t payload_bytes) override {
    places++;
    buffer.assign(payload_bytes, '?');
    const MutableBytes whole = std::as_writable_bytes(std::span(buffer));
    return {whole.first(payload_bytes / 2), whole.subspan(payload_bytes / 2)};
  }
  void arrived(Channel&, ByteView head, size_t payload_bytes) override {
    EXPECT_EQ(buffer.size(), payload_bytes);
    heads.emplace_back(as_text(head));
    payloads.push_back(buffer);
  }
  void closed(Channel&, Error error) override {
    closes++;
    reason = error.what();
  }
  bool sorted() const { return std::is_sorted(payloads.begin(), payloads.end()); }

  std::string buffer;
  int places = 0;
  std::vector<std::string> heads;
  std::vector<std::string> payloads;
  int closes = 0;
  std::string reason;
};

// One end's program; the test calls it.
struct End final : NodeProgram, ChannelAcceptor {
  ChannelReceiver& accepted(std::unique_ptr<Channel> accepted_channel) override {
    channel = std::move(accepted_channel);
    return receiver;
  }
  Task<void> stop() override {
    if (channel != nullptr) channel->close();
    while (channel != nullptr && receiver.closes == 0) co_await sleep_for(*executor, 1ms);
  }
  Executor* executor = nullptr;
  Receiver receiver;
  std::unique_ptr<Channel> channel;
};

std::unique_ptr<NodeProgram> start_end(NodeContext& context) {
  auto end = std::make_unique<End>();
  end->executor = &context.runtime().executor();
  if (context.name() == "server") context.transport().listen(kTarget, *end);
  return end;
}

Task<Result<void>> connect(NodeContext* context, End* end, Address to, Duration timeout) {
  FIRN_CO_TRY(end->channel, co_await context->transport().connect(std::move(to), end->receiver, timeout));
  co_return Result<void>();
}

Task<Result<void>> send_text(Channel* channel, std::string head, std::string payload) {
  const ByteView parts[] = {as_bytes(payload).first(payload.size() / 3),
                            as_bytes(payload).subspan(payload.size() / 3)};
  co_return co_await channel->send(as_bytes(head), parts);
}

Task<Result<void>> send_letters(Channel* channel, int count) {
  for (int i = 0; i < count; i++) {
    const std::string letters(10, static_cast<char>('A' + i));
    FIRN_CO_CHECK(co_await send_text(channel, letters.substr(0, 1), letters));
  }
  co_return Result<void>();
}

struct Pair {
  explicit Pair(uint64_t seed = 1, const WorldOptions& options = {}) : world(seed, options) {
    server = world.add_node("server", start_end);
    client = world.add_node("client", start_end);
    world.start_all();
  }
  End& end(NodeIndex node) { return *static_cast<End*>(world.program(node)); }
  Receiver& at_server() { return end(server).receiver; }
  Receiver& at_client() { return end(client).receiver; }
  Result<void> connect_to(Address to, Duration timeout = 1s) {
    auto result =
        world.run(client, connect(&world.context(client), &end(client), std::move(to), timeout), 100s);
    FIRN_ASSERT(result.has_value());
    return *std::move(result);
  }
  Result<void> connect_to_server() { return connect_to({"sim://server", kTarget}); }
  Result<void> send(int count) {
    auto result = world.run(client, send_letters(end(client).channel.get(), count), 100s);
    FIRN_ASSERT(result.has_value());
    return *std::move(result);
  }
  World world;
  NodeIndex server;
  NodeIndex client;
};

TEST(sim_network, delivers_every_frame_once_into_the_places) {
  Pair pair;
  ASSERT_TRUE(pair.connect_to_server());
  EXPECT_TRUE(pair.send(20));
  pair.world.run_for(1s);
  std::multiset<std::string> payloads(pair.at_server().payloads.begin(), pair.at_server().payloads.end());
  EXPECT_EQ(payloads.size(), 20u);
  for (int i = 0; i < 20; i++) EXPECT_EQ(payloads.count(std::string(10, static_cast<char>('A' + i))), 1u);
  EXPECT_EQ(pair.end(pair.client).channel->peer(), "sim://server");
  EXPECT_EQ(pair.end(pair.server).channel->peer(), "sim://client");
}

TEST(sim_network, frames_overtake_each_other) {
  int unsorted = 0;
  for (uint64_t seed = 0; seed < 10; seed++) {
    Pair pair(seed);
    ASSERT_TRUE(pair.connect_to_server());
    EXPECT_TRUE(pair.send(20));
    pair.world.run_for(1s);
    unsorted += !pair.at_server().sorted();
  }
  EXPECT_GT(unsorted, 5);
}

TEST(sim_network, server_sends_to_client) {
  Pair pair;
  ASSERT_TRUE(pair.connect_to_server());
  EXPECT_TRUE(
      pair.world.run(pair.server, send_letters(pair.end(pair.server).channel.get(), 3), 1s).has_value());
  pair.world.run_for(1s);
  EXPECT_EQ(pair.at_client().heads.size(), 3u);
}

TEST(sim_network, loses_and_duplicates_when_asked) {
  WorldOptions options;
  options.network.lost = {300'000};
  options.network.duplicated = {300'000};
  Pair pair(1, options);
  ASSERT_TRUE(pair.connect_to_server());
  EXPECT_TRUE(pair.send(26));
  EXPECT_TRUE(pair.send(26));
  pair.world.run_for(1s);
  std::multiset<std::string> heads(pair.at_server().heads.begin(), pair.at_server().heads.end());
  bool lost = false;
  bool duplicated = false;
  for (int i = 0; i < 26; i++) {
    const auto count = heads.count(std::string(1, static_cast<char>('A' + i)));
    lost |= count < 2;
    duplicated |= count > 2;
  }
  EXPECT_TRUE(lost);
  EXPECT_TRUE(duplicated);
}

TEST(sim_network, connect_fails_where_nobody_listens) {
  Pair pair;
  const auto nobody = pair.connect_to({"sim://server", kTarget + 1});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code(), Code::unreachable);
  EXPECT_EQ(pair.connect_to({"tcp://server", kTarget}).error().code(), Code::invalid);
  EXPECT_EQ(pair.connect_to({"sim://stranger", kTarget}).error().code(), Code::invalid);
}

TEST(sim_network, connect_to_a_node_that_is_down_fails_in_time) {
  for (uint64_t seed = 0; seed < 10; seed++) {
    Pair pair(seed);
    pair.world.kill(pair.server);
    EXPECT_EQ(pair.connect_to_server().error().code(), Code::unreachable);
    EXPECT_LE(pair.world.now(), MonotonicTime{} + 1100ms);
  }
}

TEST(sim_network, partition_drops_frames_and_connects_until_healed) {
  Pair pair;
  ASSERT_TRUE(pair.connect_to_server());
  pair.world.network().partition({pair.client.value}, {pair.server.value});
  EXPECT_TRUE(pair.send(3));
  pair.world.run_for(1s);
  EXPECT_TRUE(pair.at_server().heads.empty());
  pair.world.heal();
  EXPECT_TRUE(pair.send(3));
  pair.world.run_for(1s);
  EXPECT_EQ(pair.at_server().heads.size(), 3u);
}

TEST(sim_network, one_way_partition_makes_connects_time_out) {
  Pair pair;
  pair.world.network().partition({pair.server.value}, {pair.client.value}, true);
  EXPECT_EQ(pair.connect_to_server().error().code(), Code::unreachable);
  EXPECT_EQ(pair.world.now() >= MonotonicTime{} + 1s, true);
  EXPECT_NE(pair.end(pair.server).channel, nullptr);  // it had accepted
  pair.world.heal();
  EXPECT_TRUE(pair.world.run_until([&] { return pair.at_server().closes == 1; }, 60s));
}

TEST(sim_network, close_is_told_to_both_sides_once) {
  Pair pair;
  ASSERT_TRUE(pair.connect_to_server());
  Channel& channel = *pair.end(pair.client).channel;
  channel.close();
  channel.close();
  EXPECT_EQ(pair.at_client().closes, 0);
  EXPECT_EQ(pair.send(1).error().code(), Code::unreachable);
  pair.world.run_for(1s);
  EXPECT_EQ(pair.at_client().closes, 1);
  EXPECT_EQ(pair.at_server().closes, 1);
  EXPECT_EQ(pair.at_server().reason, "closed by the peer");
  EXPECT_EQ(pair.world.network().links_open(), 0u);
}

TEST(sim_network, broken_channel_closes_both_ends) {
  WorldOptions options;
  options.network.broken = {1'000'000};
  Pair pair(1, options);
  ASSERT_TRUE(pair.connect_to_server());
  EXPECT_TRUE(pair.send(1));
  pair.world.run_for(30s);
  EXPECT_TRUE(pair.at_server().heads.empty());
  EXPECT_EQ(pair.at_client().closes, 1);
  EXPECT_EQ(pair.at_server().closes, 1);
}

TEST(sim_network, peer_of_a_killed_node_is_told) {
  for (uint64_t seed = 0; seed < 20; seed++) {
    Pair pair(seed);
    ASSERT_TRUE(pair.connect_to_server());
    pair.world.kill(pair.server);
    EXPECT_TRUE(pair.world.run_until([&] { return pair.at_client().closes == 1; }, 20s));
  }
}

TEST(sim_network, frame_never_reaches_a_later_life) {
  for (uint64_t seed = 0; seed < 20; seed++) {
    Pair pair(seed);
    ASSERT_TRUE(pair.connect_to_server());
    EXPECT_TRUE(pair.send(5));
    pair.world.restart(pair.server);
    static_cast<void>(pair.send(5));
    pair.world.run_for(20s);
    EXPECT_EQ(pair.at_server().places, 0);
    EXPECT_EQ(pair.at_client().closes, 1);
  }
}

TEST(sim_network, sender_waits_for_a_receiver_that_takes_nothing) {
  WorldOptions options;
  options.network.frames_in_flight_max = 4;
  Pair pair(1, options);
  ASSERT_TRUE(pair.connect_to_server());
  pair.world.freeze(pair.server);
  EXPECT_FALSE(
      pair.world.run(pair.client, send_letters(pair.end(pair.client).channel.get(), 20), 5s).has_value());
  EXPECT_TRUE(pair.at_server().heads.empty());
  pair.world.unfreeze(pair.server);
  pair.world.run_for(1s);
  EXPECT_EQ(pair.at_server().heads.size(), 20u);
}

TEST(sim_network, waiting_sender_fails_when_the_channel_closes) {
  WorldOptions options;
  options.network.frames_in_flight_max = 1;
  Pair pair(1, options);
  ASSERT_TRUE(pair.connect_to_server());
  pair.world.freeze(pair.server);
  pair.world.after(1s, [&] { pair.end(pair.client).channel->close(); });
  EXPECT_EQ(pair.send(5).error().code(), Code::unreachable);
}

TEST(sim_network, channel_may_break_while_a_payload_is_copied) {
  WorldOptions options;
  options.network.split = {1'000'000};
  int between = 0;
  for (uint64_t seed = 0; seed < 20; seed++) {
    Pair pair(seed, options);
    ASSERT_TRUE(pair.connect_to_server());
    EXPECT_TRUE(pair.send(1));
    pair.world.run_until([&] { return pair.at_server().places == 1; }, 1s);
    pair.end(pair.server).channel->close();
    pair.world.run_for(1s);
    EXPECT_EQ(pair.at_server().closes, 1);
    between += pair.at_server().heads.empty();
  }
  EXPECT_GT(between, 5);
}

TEST(sim_network, stopped_nodes_leave_nothing_behind) {
  Pair pair;
  ASSERT_TRUE(pair.connect_to_server());
  EXPECT_TRUE(pair.send(10));
  EXPECT_TRUE(pair.world.stop(pair.client, 1s));
  EXPECT_TRUE(pair.world.stop(pair.server, 1s));
  EXPECT_EQ(pair.world.network().links_open(), 0u);
  EXPECT_FALSE(pair.world.is_up(pair.server));
}

}  // namespace
}  // namespace firn::sim
