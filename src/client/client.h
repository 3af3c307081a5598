// Client: a connection to a system, and through it pools, containers and objects. One per thread; any number
// of operations may be in flight. Nothing here blocks a thread.
//
//   Client client(runtime, transport, Address{"tcp://127.0.0.1:10001"}, {});
//   FIRN_CO_TRY(auto pool, co_await client.connect_pool("tank"));
//   FIRN_CO_TRY(auto container, co_await pool->open_container("home"));
//   Object object = container->open(oid);
//   FIRN_CO_CHECK(co_await object.update("dkey", {{.akey = "a", .record_bytes = 5}}, {{as_bytes("hello")}}));
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/control_messages.h"
#include "model/object_messages.h"
#include "model/pool_map.h"
#include "net/rpc_client.h"

namespace firn::client {

struct ClientOptions {
  net::CallOptions call{};  // timeout of each operation
  net::RpcClientOptions rpc{};
  bool verify_checksums = true;  // of fetched data
  // The transport knows how to reach engines of this host through memory (net/nearest_transport.h).
  bool memory_channels = true;
};

class Pool;
class Container;

class Client {
 public:
  // `system`'s control service; `runtime` and `transport` outlive the client.
  Client(Runtime& runtime, Transport& transport, Address system, ClientOptions options);
  // closed
  ~Client();
  Task<void> close();

  // Administration; contracts in model/control_messages.h.
  Task<Result<SystemQueryReply>> query_system();
  Task<Result<PoolInfo>> create_pool(PoolCreateRequest request);
  Task<Result<std::vector<PoolInfo>>> list_pools();
  Task<Result<PoolInfo>> query_pool(std::string pool);
  Task<Result<void>> destroy_pool(std::string pool, bool recursive);
  Task<Result<ContainerInfo>> create_container(ContainerCreateRequest request);
  Task<Result<std::vector<ContainerInfo>>> list_containers(std::string pool);
  Task<Result<ContainerInfo>> query_container(std::string pool, std::string container);
  Task<Result<ContainerInfo>> set_container_properties(ContainerSetPropertiesRequest request);
  Task<Result<void>> destroy_container(std::string pool, std::string container);

  // Any request to the control service; contracts beside the messages.
  template <class Request>
  Task<Result<typename Request::Reply>> ask(Request request) {
    return rpc().call(system(), request, {}, options().call);
  }

  // What a service (a target of the system's engine, or Address::kControlTarget) has counted: a request of
  // model/metrics_messages.h, answered within `patience` or not at all.
  template <class Request>
  Task<Result<typename Request::Reply>> ask_service(uint32_t service, Request request, Duration patience) {
    net::CallOptions call = options().call;
    call.timeout = patience;
    return rpc().call(Address{system().uri, service}, request, {}, call);
  }

  // By label or UUID. Shared by the containers opened from it: a pool lives as long as one of them is in use.
  Task<Result<std::shared_ptr<Pool>>> connect_pool(std::string pool);
  // The same in two steps, so that several clients of one system can share the answer.
  Task<Result<PoolConnectReply>> ask_for_pool(PoolConnectRequest request) { return ask(std::move(request)); }
  Result<std::shared_ptr<Pool>> attach_pool(PoolConnectReply reply);

  const Address& system() const;
  Runtime& runtime();
  net::RpcClient& rpc();
  const ClientOptions& options() const;

 private:
  friend class Pool;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Code::corrupt unless every placement group has its members among the targets and their number is a power of
// two.
Result<void> check_pool_map(const PoolMap& map);

// A connected pool: its map, refreshed when a target says it is stale.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  const PoolMap& map() const { return map_; }
  const std::string& label() const { return label_; }
  PoolId id() const { return map_.pool; }
  uint32_t target_count() const { return static_cast<uint32_t>(map_.targets.size()); }
  Client& client() { return client_; }
  Task<Result<std::shared_ptr<Container>>> open_container(std::string container);
  const Address& system() const { return system_; }
  Task<Result<void>> refresh_map();
  // Where requests for the placement group go now; with several ways, the best first (an address's uri).
  const Address& address_of(PgIndex pg) const { return addresses_[map_.primary(pg).value]; }

 private:
  friend class Client;
  Pool(Client& client, Address system, PoolConnectReply reply);
  void find_addresses();

  Client& client_;
  Address system_;
  PoolMap map_;
  std::string label_;
  std::string local_uri_;           // the engine's, for clients on its host
  std::vector<Address> addresses_;  // of the map's targets
};

class Object;

class Container {
 public:
  Container(std::shared_ptr<Pool> pool, ContainerInfo info);
  Pool& pool() { return *pool_; }
  const ContainerInfo& info() const { return info_; }
  // The property's value, or nullptr.
  const std::string* property(std::string_view name) const;
  Object open(ObjectId object);
  // Reserves `count` numbers that no one else in this container gets; returns the first.
  Task<Result<uint64_t>> allocate_oids(uint64_t count);

 private:
  std::shared_ptr<Pool> pool_;
  ContainerInfo info_;
};

}  // namespace firn::client
