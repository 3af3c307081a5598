// A whole engine in this process, with real files, threads and connections.
#include "engine/engine_process.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/test_client_test.h"
#include "engine/test_directory_test.h"

namespace firn::engine {
namespace {

constexpr uint64_t kMebi = 1 << 20;

class EngineProcessTest : public testing::Test {
 protected:
  std::unique_ptr<EngineProcess> start(EngineProcessOptions options = {}) {
    options.hub = &hub_;
    options.log_level = LogLevel::error;
    if (options.target_count == 0) options.target_count = 2;
    return ok(EngineProcess::start(directory_.path(), options));
  }
  TestClient embedded_client(const EngineProcess& engine) {
    return {engine.inproc_uri(), [this](RealRuntime& runtime) {
              return std::make_unique<net::InprocTransport>(runtime.executor(), hub_);
            }};
  }
  static TestClient tcp_client(std::string uri) {
    return {std::move(uri), [](RealRuntime& runtime) {
              return std::make_unique<net::TcpTransport>(runtime, runtime.sockets());
            }};
  }

  TestDirectory directory_;
  net::InprocHub hub_;
};

TEST(CacheBytesFor, targets_share_a_part_of_the_host_within_bounds) {
  EXPECT_EQ(cache_bytes_for(1ull << 30, 2), 64 * kMebi);
  EXPECT_EQ(cache_bytes_for(32ull << 30, 4), 512 * kMebi);
  EXPECT_EQ(cache_bytes_for(4ull << 40, 8), 4096 * kMebi);
}

TEST_F(EngineProcessTest, stores_and_finds) {
  const auto engine = start();
  TestClient client = embedded_client(*engine);
  const PoolInfo pool = client.create_pool("tank", 64 * kMebi);
  EXPECT_EQ(pool.target_count, 2u);
  ok(client.call(ContainerCreateRequest{"tank", "home", {}}));
  for (uint64_t number = 1; number <= 20; number++) {
    const TestObject object = client.open("tank", "home", number);
    const std::string large(300'000, static_cast<char>('a' + number));
    ok(client.put(object, "small", "hello"));
    ok(client.put(object, "large", large));
    EXPECT_EQ(ok(client.get(object, "small")), "hello");
    EXPECT_EQ(ok(client.get(object, "large")), large);
    EXPECT_EQ(ok(client.get(object, "none")), std::nullopt);
  }
}

TEST_F(EngineProcessTest, punches_lists_and_queries) {
  const auto engine = start();
  TestClient client = embedded_client(*engine);
  client.create_pool("tank", 64 * kMebi);
  ok(client.call(ContainerCreateRequest{"tank", "home", {}}));
  const TestObject object = client.open("tank", "home", 1);
  for (const auto* dkey : {"b", "a", "c"}) ok(client.put(object, dkey, "x"));
  ok(client.call(object.punch_dkey("b"), object.target()));
  const ListReply list = ok(client.call(object.list_dkeys(), object.target()));
  EXPECT_EQ(list.keys, (std::vector<Key>{"a", "c"}));
  EXPECT_TRUE(list.end);
  const QueryReply query = ok(client.call(object.largest_dkey(), object.target()));
  EXPECT_TRUE(query.found);
  EXPECT_EQ(query.dkey, "c");
}

TEST_F(EngineProcessTest, data_survives_a_restart) {
  SystemQueryReply before;
  {
    const auto engine = start();
    TestClient client = embedded_client(*engine);
    client.create_pool("tank", 64 * kMebi);
    ok(client.call(ContainerCreateRequest{"tank", "home", {}}));
    for (uint64_t number = 1; number <= 10; number++) {
      ok(client.put(client.open("tank", "home", number), "key", std::to_string(number)));
    }
    before = ok(client.call(SystemQueryRequest()));
  }
  const auto engine = start();
  TestClient client = embedded_client(*engine);
  EXPECT_EQ(ok(client.call(SystemQueryRequest())).system, before.system);
  for (uint64_t number = 1; number <= 10; number++) {
    EXPECT_EQ(ok(client.get(client.open("tank", "home", number), "key")), std::to_string(number));
  }
}

TEST_F(EngineProcessTest, serves_over_tcp_and_says_where) {
  const auto engine = start({.listen = {"tcp://127.0.0.1:0"}});
  TestClient client = tcp_client(engine->uri());
  const SystemQueryReply system = ok(client.call(SystemQueryRequest()));
  ASSERT_EQ(system.engines.size(), 1u);
  EXPECT_EQ(system.engines[0].uri, engine->uri());
  EXPECT_EQ(system.engines[0].target_count, 2u);
  client.create_pool("tank", 64 * kMebi);
  ok(client.call(ContainerCreateRequest{"tank", "home", {}}));
  for (uint64_t number = 1; number <= 5; number++) {
    const TestObject object = client.open("tank", "home", number);
    ok(client.put(object, "key", std::string(100'000, 'z')));
    EXPECT_EQ(ok(client.get(object, "key")), std::string(100'000, 'z'));
  }
  client.timeout = 200ms;
  EXPECT_FALSE(client.call(SystemQueryRequest(), 7)) << "there is no such target";
}

TEST_F(EngineProcessTest, serves_at_each_of_its_addresses) {
  const auto engine = start({.listen = {"tcp://127.0.0.1:0", "tcp://127.0.0.2:0"}});
  ASSERT_EQ(engine->uris().size(), 2u);
  TestClient first = tcp_client(engine->uris()[0]);
  TestClient second = tcp_client(engine->uris()[1]);
  EXPECT_EQ(ok(first.call(SystemQueryRequest())).engines[0].uri, engine->uris()[0] + " " + engine->uris()[1]);
  first.create_pool("tank", 64 * kMebi);
  ok(first.call(ContainerCreateRequest{"tank", "home", {}}));
  for (uint64_t number = 1; number <= 5; number++) {
    const TestObject object = first.open("tank", "home", number);
    ok(first.put(object, "key", "by the first"));
    EXPECT_EQ(ok(second.get(object, "key")), "by the first");
  }
}

TEST_F(EngineProcessTest, port_that_is_taken_is_refused_with_a_remedy) {
  const auto first = start({.listen = {"tcp://127.0.0.1:0"}});
  const std::string other = directory_.path() + "/other";
  const auto second =
      EngineProcess::start(other, {.target_count = 1, .listen = {"tcp://127.0.0.1:0", first->uri()}});
  ASSERT_EQ(code_of(second), Code::in_use);
  EXPECT_NE(second.error().message().find(first->uri().substr(6)), std::string::npos)
      << second.error().message();
  EXPECT_FALSE(second.error().remedy().empty());
  EXPECT_EQ(code_of(EngineProcess::start(other, {.target_count = 1, .listen = {"nonsense"}})), Code::invalid);
}

TEST_F(EngineProcessTest, directory_has_one_engine_at_a_time) {
  const auto first = start();
  EXPECT_EQ(code_of(EngineProcess::start(directory_.path(), {})), Code::in_use);
  first->stop();
  EXPECT_TRUE(EngineProcess::start(directory_.path(), {}));
}

TEST_F(EngineProcessTest, unknown_things_are_refused_with_a_reason) {
  const auto engine = start();
  TestClient client = embedded_client(*engine);
  client.create_pool("tank", 64 * kMebi);
  ok(client.call(ContainerCreateRequest{"tank", "home", {}}));
  const TestObject object = client.open("tank", "home", 1);
  const auto send = [&](ObjectAddress address) {
    ListRequest request;
    request.address = address;
    return client.call(request, object.target());
  };
  ObjectAddress address = object.address();
  address.map_version.value++;
  EXPECT_EQ(code_of(send(address)), Code::stale);
  address = object.address();
  address.pg.value = 1 << 20;
  EXPECT_EQ(code_of(send(address)), Code::invalid);
  address = object.address();
  address.pool.uuid.bytes[0] ^= 1;
  const auto unknown = send(address);
  ASSERT_EQ(code_of(unknown), Code::not_found);
  EXPECT_FALSE(unknown.error().remedy().empty());
  EXPECT_EQ(code_of(client.call(PoolQueryRequest{"pond"})), Code::not_found);
}

TEST_F(EngineProcessTest, destroyed_container_refuses_and_its_objects_go) {
  const auto engine = start();
  TestClient client = embedded_client(*engine);
  client.create_pool("tank", 64 * kMebi);
  ok(client.call(ContainerCreateRequest{"tank", "home", {}}));
  const TestObject object = client.open("tank", "home", 1);
  ok(client.put(object, "key", "x"));
  ok(client.call(ContainerDestroyRequest{"tank", "home"}));
  // The targets are told in the background.
  Result<ChangeReply> late;
  for (int tries = 0; tries < 100; tries++) {
    late = client.put(object, "key", "y");
    if (!late) break;
  }
  EXPECT_EQ(code_of(late), Code::not_found);
  ok(client.call(ContainerCreateRequest{"tank", "home", {}}));
  EXPECT_EQ(ok(client.get(client.open("tank", "home", 1), "key")), std::nullopt);
}

TEST_F(EngineProcessTest, destroyed_pool_leaves_no_files) {
  const auto engine = start();
  TestClient client = embedded_client(*engine);
  client.create_pool("tank", 64 * kMebi);
  EXPECT_TRUE(std::filesystem::exists(directory_.path() + "/pools"));
  ok(client.call(PoolDestroyRequest{"tank", false}));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path() + "/pools")) {
    EXPECT_TRUE(entry.is_directory()) << entry.path();
  }
  client.create_pool("tank", 64 * kMebi);
}

TEST_F(EngineProcessTest, damaged_pool_does_not_harm_the_others) {
  std::string damaged;
  {
    const auto engine = start();
    TestClient client = embedded_client(*engine);
    damaged = client.create_pool("bad", 64 * kMebi).id.uuid.text();
    client.create_pool("good", 64 * kMebi);
    for (const auto* pool : {"bad", "good"}) ok(client.call(ContainerCreateRequest{pool, "home", {}}));
    ok(client.put(client.open("good", "home", 1), "key", "x"));
  }
  for (const auto* target : {"0", "1"}) {
    std::ofstream(directory_.path() + "/pools/" + damaged + "/" + target + "/main",
                  std::ios::in | std::ios::out)
        << std::string(64 * 1024, 'x');
  }
  const auto engine = start();
  TestClient client = embedded_client(*engine);
  EXPECT_EQ(ok(client.get(client.open("good", "home", 1), "key")), "x");
  const TestObject lost = client.open("bad", "home", 1);
  const auto fetched = client.get(lost, "key");
  ASSERT_EQ(code_of(fetched), Code::corrupt);
  EXPECT_NE(fetched.error().message().find("could not be opened"), std::string::npos)
      << fetched.error().message();
  EXPECT_EQ(code_of(client.call(PoolQueryRequest{"bad"})), Code::corrupt);
  ok(client.call(PoolDestroyRequest{"bad", true}));
}

}  // namespace
}  // namespace firn::engine
