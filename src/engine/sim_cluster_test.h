// A simulated engine of two targets with one pool and container, and a client's calls to it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine_node_test.h"
#include "engine/test_object_test.h"
#include "net/rpc_client.h"
#include "sim/world.h"

namespace firn::engine {

class SimCluster {
 public:
  SimCluster(uint64_t seed, const sim::WorldOptions& options)
      : world(seed, options), client_node(world.add_node("client")), server(add_server()) {
    world.start_all();
    rpc = std::make_unique<net::RpcClient>(world.runtime(client_node), world.context(client_node).transport(),
                                           net::RpcClientOptions());
  }
  ~SimCluster() { EXPECT_TRUE(world.run(client_node, rpc->close(), 60s)); }

  template <class Request>
  Result<typename Request::Reply> call(Request request, uint32_t target = Address::kControlTarget,
                                       net::Bulk<typename Request::Reply> bulk = {}) {
    auto task = rpc->call({"sim://server", target}, request, std::move(bulk), {.timeout = 30s});
    auto reply = world.run(client_node, std::move(task), 60s);
    if (!reply) return fail(Code::timed_out, "the call does not end");
    return *std::move(reply);
  }

  void create() {
    PoolCreateRequest pool;
    pool.label = "tank";
    pool.capacity_bytes = 64 << 20;
    pool.pg_count = 8;
    ok(call(std::move(pool)));
    container = ok(call(ContainerCreateRequest{"tank", "home", {}})).id;
    map = ok(call(PoolConnectRequest{"tank"})).map;
  }
  TestObject object(uint64_t number) const { return {map, container, number}; }

  Result<ChangeReply> update(const TestObject& to, Key dkey, std::string_view value,
                             Condition conditions = Condition::none) {
    const ByteView data = as_bytes(value);
    UpdateRequest request = to.update(std::move(dkey), "a", value);
    request.conditions = conditions;
    return call(std::move(request), to.target(), {.send = {&data, 1}});
  }
  // Empty if there is none.
  std::string get(const TestObject& from, Key dkey) {
    std::string value;
    net::Bulk<FetchReply> bulk;
    bulk.place = [&](const FetchReply&, size_t bytes) -> Result<std::vector<MutableBytes>> {
      value.resize(bytes);
      return std::vector{MutableBytes{reinterpret_cast<std::byte*>(value.data()), bytes}};
    };
    ok(call(from.fetch(std::move(dkey), "a"), from.target(), std::move(bulk)));
    return value;
  }

  sim::World world;
  control::MemoryMetaStore meta;
  sim::NodeIndex client_node;
  sim::NodeIndex server;
  std::unique_ptr<net::RpcClient> rpc;
  ContainerId container;
  PoolMap map;

 private:
  sim::NodeIndex add_server() {
    return world.add_node(
        "server", [this](sim::NodeContext& context) { return std::make_unique<EngineNode>(context, meta); },
        {.thread_count = 3});
  }
};

}  // namespace firn::engine
