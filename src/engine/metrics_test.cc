// What an engine says of itself, compared with what was asked of it.
#include <algorithm>

#include <gtest/gtest.h>

#include "engine/engine_process.h"
#include "engine/test_client_test.h"
#include "engine/test_directory_test.h"

namespace firn::engine {
namespace {

constexpr uint64_t kMebi = 1 << 20;

class MetricsTest : public testing::Test {
 protected:
  void start(MetricsOptions metrics) {
    engine_ = ok(EngineProcess::start(
        directory_.path(),
        {.target_count = 1, .hub = &hub_, .log_level = LogLevel::error, .target = {.metrics = metrics}}));
    client_ = std::make_unique<TestClient>(engine_->inproc_uri(), [this](RealRuntime& runtime) {
      return std::make_unique<net::InprocTransport>(runtime.executor(), hub_);
    });
    pool_ = client_->create_pool("tank", 64 * kMebi);
    ok(client_->call(ContainerCreateRequest{"tank", "home", {}}));
  }
  TestObject object() { return client_->open("tank", "home", 1); }
  MetricsReply metrics(uint32_t target = 0) { return ok(client_->call(MetricsRequest(), target)); }
  static const OperationCounts* find(const MetricsReply& in, std::string_view name) {
    const auto found = std::ranges::find(in.operations, name, &OperationCounts::operation);
    return found == in.operations.end() ? nullptr : &*found;
  }
  static uint64_t count(const MetricsReply& in, std::string_view name) {
    const OperationCounts* const operation = find(in, name);
    return operation == nullptr ? 0 : histogram_of(operation->latency_ns).count();
  }

  TestDirectory directory_;
  net::InprocHub hub_;
  std::unique_ptr<EngineProcess> engine_;
  std::unique_ptr<TestClient> client_;
  PoolInfo pool_;
};

TEST_F(MetricsTest, operations_are_counted_with_their_bytes_and_errors) {
  start({});
  const std::string value(10'000, 'v');
  for (int i = 0; i < 7; i++) ok(client_->put(object(), std::to_string(i), value));
  for (int i = 0; i < 3; i++) EXPECT_EQ(ok(client_->get(object(), std::to_string(i))), value);
  ok(client_->call(object().punch_dkey("0"), 0));
  ok(client_->call(object().list_dkeys(), 0));
  ObjectAddress stale = object().address();
  stale.map_version.value++;
  ListRequest list;
  list.address = stale;
  EXPECT_EQ(code_of(client_->call(list, 0)), Code::stale);
  const MetricsReply of = metrics();
  EXPECT_EQ(count(of, "update"), 7u);
  EXPECT_EQ(count(of, "fetch"), 3u);
  EXPECT_EQ(count(of, "punch"), 1u);
  EXPECT_EQ(count(of, "list"), 2u);
  EXPECT_EQ(count(of, "query"), 0u);
  const OperationCounts& update = *find(of, "update");
  EXPECT_GE(update.received_bytes, 7 * value.size());
  EXPECT_LT(update.received_bytes, 7 * (value.size() + 1000));
  EXPECT_TRUE(update.errors.empty());
  EXPECT_GE(find(of, "fetch")->sent_bytes, 3 * value.size());
  ASSERT_EQ(find(of, "list")->errors.size(), 1u);
  EXPECT_EQ(find(of, "list")->errors[0].code, Code::stale);
  EXPECT_EQ(of.channels.channels, 1u);
  EXPECT_EQ(of.channels.requests_in_progress, 1u) << "the question itself";
  EXPECT_EQ(of.channels.busy_answers, 0u);
  ASSERT_EQ(of.stores.size(), 1u);
  EXPECT_EQ(of.stores[0].pool, pool_.id);
  EXPECT_TRUE(of.stores[0].open);
  EXPECT_GT(of.stores[0].entries, 7u);
  EXPECT_GT(of.stores[0].cache_lookups, of.stores[0].cache_misses);
  EXPECT_EQ(count(metrics(Address::kControlTarget), "pool create"), 1u);
}

TEST_F(MetricsTest, requests_to_pools_that_are_not_there_are_counted_without_one) {
  start({});
  ListRequest list = object().list_dkeys();
  for (uint8_t i = 1; i <= 20; i++) {
    list.address.pool.uuid.bytes[0] = pool_.id.uuid.bytes[0] ^ i;
    EXPECT_EQ(code_of(client_->call(list, 0)), Code::not_found);
  }
  ok(client_->call(object().list_dkeys(), 0));
  EXPECT_EQ(count(metrics(), "list"), 21u);
}

TEST_F(MetricsTest, a_destroyed_pool_takes_its_figures_along) {
  start({});
  ok(client_->put(object(), "key", "x"));
  EXPECT_EQ(count(metrics(), "update"), 1u);
  ok(client_->call(PoolDestroyRequest{"tank", true}));
  const MetricsReply of = metrics();
  EXPECT_EQ(count(of, "update"), 0u);
  EXPECT_TRUE(of.stores.empty());
}

TEST_F(MetricsTest, with_a_threshold_of_zero_every_request_is_kept_as_slow) {
  start({.slow_threshold = 0ns});
  ok(client_->put(object(), "key", "x"));
  const SlowRequestsReply slow = ok(client_->call(SlowRequestsRequest(), 0));
  ASSERT_EQ(slow.requests.size(), 1u);
  const SlowRequest& request = slow.requests[0];
  EXPECT_EQ(request.operation, "update");
  EXPECT_EQ(request.pool, pool_.id);
  EXPECT_EQ(request.object, object().address().object);
  EXPECT_GT(request.handle_ns, 0u);
  EXPECT_FALSE(request.peer.empty());
}

TEST_F(MetricsTest, recording_can_be_switched_off) {
  start({.record = false, .slow_threshold = 0ns});
  ok(client_->put(object(), "key", "x"));
  EXPECT_TRUE(metrics().operations.empty());
  EXPECT_TRUE(ok(client_->call(SlowRequestsRequest(), 0)).requests.empty());
}

}  // namespace
}  // namespace firn::engine
