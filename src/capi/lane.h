// Lane: a loop with its connections, driven by one thread at a time: who holds it. Operations belong to one
// lane, handles to none: a lane makes its own pools and containers of what handles describe, and asks no
// server for that.
#pragma once

#include <map>
#include <memory>

#include "capi/handles.h"
#include "client/client.h"
#include "runtime/epoll_runtime.h"
#include "runtime/gate.h"

namespace firn::capi {

class Lane {
 public:
  static Result<std::unique_ptr<Lane>> create();
  ~Lane() { close(); }
  // Cancels operations that have not ended, and closes the connections. Once, or again without effect.
  void close();

  EpollRuntime& runtime() { return *runtime_; }
  EpollExecutor& loop() { return runtime_->loop(); }
  // Holds operations that nobody waits for in this lane.
  Gate& gate() { return gate_; }

  // Opens the system if that has not been done (System::open).
  Result<client::Client*> client(const std::shared_ptr<System>& system);
  Result<std::shared_ptr<client::Container>> container(const std::shared_ptr<ContainerHandle>& handle);
  Result<dfs::FileSystem*> file_system(const std::shared_ptr<MountHandle>& handle);

 private:
  // The client's side of a system.
  struct Connection {
    std::shared_ptr<System> system;
    std::unique_ptr<Transport> transport;
    std::unique_ptr<client::Client> client;
  };
  template <class Handle, class Object>
  struct Made {
    std::weak_ptr<Handle> handle;
    std::shared_ptr<Object> object;
  };
  using Pools = std::map<const PoolHandle*, Made<PoolHandle, client::Pool>>;
  using Containers = std::map<const ContainerHandle*, Made<ContainerHandle, client::Container>>;
  using FileSystems = std::map<const MountHandle*, Made<MountHandle, dfs::FileSystem>>;

  explicit Lane(std::unique_ptr<EpollRuntime> runtime);
  Result<std::shared_ptr<client::Pool>> pool(const std::shared_ptr<PoolHandle>& handle);

  std::unique_ptr<EpollRuntime> runtime_;
  CancelSource stop_;
  Gate gate_;
  std::map<const System*, Connection> connections_;
  Pools pools_;
  Containers containers_;
  FileSystems file_systems_;
};

}  // namespace firn::capi
