// Administration calls and connections; see client.h.
#include "client/client.h"

#include <bit>

#include "client/object.h"

namespace firn::client {

class Client::Impl {
 public:
  Impl(Runtime& runtime, Transport& transport, Address system, ClientOptions options)
      : runtime(runtime), system(std::move(system)), options(options), rpc(runtime, transport, options.rpc) {}

  Runtime& runtime;
  Address system;
  ClientOptions options;
  net::RpcClient rpc;
};

Client::Client(Runtime& runtime, Transport& transport, Address system, ClientOptions options)
    : impl_(std::make_unique<Impl>(runtime, transport, std::move(system), options)) {}

Client::~Client() = default;

Task<void> Client::close() { return impl_->rpc.close(); }

const Address& Client::system() const { return impl_->system; }
Runtime& Client::runtime() { return impl_->runtime; }
net::RpcClient& Client::rpc() { return impl_->rpc; }
const ClientOptions& Client::options() const { return impl_->options; }

Task<Result<SystemQueryReply>> Client::query_system() { return ask(SystemQueryRequest{}); }

Task<Result<PoolInfo>> Client::create_pool(PoolCreateRequest request) { return ask(std::move(request)); }

Task<Result<std::vector<PoolInfo>>> Client::list_pools() {
  FIRN_CO_TRY(PoolListReply reply, co_await ask(PoolListRequest{}));
  co_return std::move(reply.pools);
}

Task<Result<PoolInfo>> Client::query_pool(std::string pool) {
  return ask(PoolQueryRequest{.pool = std::move(pool)});
}

Task<Result<void>> Client::destroy_pool(std::string pool, bool recursive) {
  FIRN_CO_CHECK(co_await ask(PoolDestroyRequest{.pool = std::move(pool), .recursive = recursive}));
  co_return {};
}

Task<Result<ContainerInfo>> Client::create_container(ContainerCreateRequest request) {
  return ask(std::move(request));
}

Task<Result<std::vector<ContainerInfo>>> Client::list_containers(std::string pool) {
  FIRN_CO_TRY(ContainerListReply reply, co_await ask(ContainerListRequest{.pool = std::move(pool)}));
  co_return std::move(reply.containers);
}

Task<Result<ContainerInfo>> Client::query_container(std::string pool, std::string container) {
  return ask(ContainerQueryRequest{.pool = std::move(pool), .container = std::move(container)});
}

Task<Result<ContainerInfo>> Client::set_container_properties(ContainerSetPropertiesRequest request) {
  return ask(std::move(request));
}

Task<Result<void>> Client::destroy_container(std::string pool, std::string container) {
  FIRN_CO_CHECK(
      co_await ask(ContainerDestroyRequest{.pool = std::move(pool), .container = std::move(container)}));
  co_return {};
}

Task<Result<std::shared_ptr<Pool>>> Client::connect_pool(std::string pool) {
  FIRN_CO_TRY(PoolConnectReply reply, co_await ask_for_pool({.pool = std::move(pool)}));
  co_return attach_pool(std::move(reply));
}

Result<std::shared_ptr<Pool>> Client::attach_pool(PoolConnectReply reply) {
  FIRN_CHECK(check_pool_map(reply.map));
  return std::shared_ptr<Pool>(new Pool(*this, impl_->system, std::move(reply)));
}

Result<void> check_pool_map(const PoolMap& map) {
  const bool power_of_two = map.members_per_pg > 0 && std::has_single_bit(map.pg_count());
  if (!power_of_two || map.pg_members.size() != size_t{map.pg_count()} * map.members_per_pg) {
    return fail(Code::corrupt, "the pool map's placement table is malformed")
        .on("pool", map.pool.uuid.text());
  }
  for (const TargetIndex member : map.pg_members) {
    if (member.value >= map.targets.size()) {
      return fail(Code::corrupt, "the pool map names a target it does not have").on("target", member.value);
    }
  }
  return {};
}

Pool::Pool(Client& client, Address system, PoolConnectReply reply)
    : client_(client),
      system_(std::move(system)),
      map_(std::move(reply.map)),
      label_(std::move(reply.label)),
      local_uri_(std::move(reply.local_uri)) {
  find_addresses();
}

Task<Result<std::shared_ptr<Container>>> Pool::open_container(std::string container) {
  FIRN_CO_TRY(ContainerInfo info,
              co_await client_.query_container(map_.pool.uuid.text(), std::move(container)));
  co_return std::make_shared<Container>(shared_from_this(), std::move(info));
}

Task<Result<void>> Pool::refresh_map() {
  PoolConnectRequest request{.pool = map_.pool.uuid.text()};
  FIRN_CO_TRY(PoolConnectReply reply,
              co_await client_.rpc().call(system_, request, {}, client_.options().call));
  FIRN_CO_CHECK(check_pool_map(reply.map));
  local_uri_ = std::move(reply.local_uri);
  if (reply.map.version > map_.version) map_ = std::move(reply.map);
  find_addresses();
  co_return {};
}

void Pool::find_addresses() {
  addresses_.clear();
  const bool local = client_.options().memory_channels && !local_uri_.empty();
  for (const PoolTarget& target : map_.targets) {
    const std::string& uri = target.uri.empty() ? system_.uri : target.uri;
    addresses_.push_back({local ? local_uri_ + " " + uri : uri, target.engine_target});
  }
}

Container::Container(std::shared_ptr<Pool> pool, ContainerInfo info)
    : pool_(std::move(pool)), info_(std::move(info)) {}

const std::string* Container::property(std::string_view name) const {
  for (const Property& property : info_.properties) {
    if (property.name == name) return &property.value;
  }
  return nullptr;
}

Object Container::open(ObjectId object) { return Object(*this, object); }

Task<Result<uint64_t>> Container::allocate_oids(uint64_t count) {
  AllocateOidsRequest request{.pool = pool_->id(), .container = info_.id, .count = count};
  Client& client = pool_->client();
  FIRN_CO_TRY(AllocateOidsReply reply,
              co_await client.rpc().call(pool_->system(), request, {}, client.options().call));
  co_return reply.first;
}

}  // namespace firn::client
