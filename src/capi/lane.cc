// A loop with its connections; see lane.h.
#include "capi/lane.h"

#include "capi/errors.h"

namespace firn::capi {

namespace {

// What was made of a handle that is still there. Addresses are used again, handles are not.
template <class Map, class Handle>
auto find_made(const Map& made, const std::shared_ptr<Handle>& handle) {
  const auto at = made.find(handle.get());
  const bool same =
      at != made.end() && !at->second.handle.owner_before(handle) && !handle.owner_before(at->second.handle);
  return same ? at->second.object : nullptr;
}

// Also forgets what was made of handles that have gone.
template <class Map, class Handle, class Object>
void keep_made(Map& made, const std::shared_ptr<Handle>& handle, std::shared_ptr<Object> object) {
  std::erase_if(made, [](const auto& entry) { return entry.second.handle.expired(); });
  made[handle.get()] = {handle, std::move(object)};
}

}  // namespace

Result<std::unique_ptr<Lane>> Lane::create() {
  FIRN_TRY(auto runtime, EpollRuntime::create(library_log()));
  return std::unique_ptr<Lane>(new Lane(std::move(runtime)));
}

Lane::Lane(std::unique_ptr<EpollRuntime> runtime)
    : runtime_(std::move(runtime)), gate_(runtime_->executor()) {}

void Lane::close() {
  if (stop_.canceled()) return;
  stop_.cancel();
  loop().run(loop().now());  // a stop() that was meant for an earlier run
  runtime_->run(gate_.close());
  file_systems_.clear();
  containers_.clear();
  pools_.clear();
  for (auto& [system, connection] : connections_) runtime_->run(connection.client->close());
}

Result<client::Client*> Lane::client(const std::shared_ptr<System>& system) {
  if (const auto at = connections_.find(system.get()); at != connections_.end())
    return at->second.client.get();
  FIRN_TRY(Address address, system->open());
  FIRN_TRY(auto transport, system->make_transport(*runtime_));
  Connection connection{.system = system, .transport = std::move(transport), .client = {}};
  client::ClientOptions options;
  options.call.cancel = stop_.token();
  connection.client =
      std::make_unique<client::Client>(*runtime_, *connection.transport, std::move(address), options);
  client::Client* const client = connection.client.get();
  connections_.emplace(system.get(), std::move(connection));
  return client;
}

Result<std::shared_ptr<client::Pool>> Lane::pool(const std::shared_ptr<PoolHandle>& handle) {
  if (auto made = find_made(pools_, handle)) return made;
  FIRN_TRY(client::Client* const client, this->client(handle->system));
  FIRN_TRY(auto pool, client->attach_pool(handle->description));
  keep_made(pools_, handle, pool);
  return pool;
}

Result<std::shared_ptr<client::Container>> Lane::container(const std::shared_ptr<ContainerHandle>& handle) {
  if (auto made = find_made(containers_, handle)) return made;
  FIRN_TRY(auto pool, this->pool(handle->pool));
  auto container = std::make_shared<client::Container>(std::move(pool), handle->info);
  keep_made(containers_, handle, container);
  return container;
}

Result<dfs::FileSystem*> Lane::file_system(const std::shared_ptr<MountHandle>& handle) {
  if (const auto made = find_made(file_systems_, handle)) return made.get();
  FIRN_TRY(auto container, this->container(handle->container));
  const std::shared_ptr<dfs::FileSystem> joined =
      dfs::FileSystem::join(std::move(container), handle->description);
  keep_made(file_systems_, handle, joined);
  return joined.get();
}

}  // namespace firn::capi
