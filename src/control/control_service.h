// ControlService: the system's metadata as a service: answers the messages of model/control_messages.h.
// Records are in a MetaStore, the pools' stores are made and removed through a TargetDirectory.
//
// Lifecycle: construct, start() (completes what a crash interrupted), serve(), …, the RpcServer's close(),
// close(). One thread.
#pragma once

#include "control/access_service.h"
#include "control/attribute_service.h"
#include "control/container_service.h"
#include "control/control_context.h"
#include "control/pool_service.h"
#include "net/rpc_server.h"

namespace firn::control {

class ControlService {
 public:
  // All of them outlive the service.
  ControlService(Runtime& runtime, MetaStore& meta, TargetDirectory& targets, ControlOptions options);

  // The stores of ready pools have been opened (as far as they can be) before.
  Task<Result<void>> start();
  // Registers the handlers. The server is closed before the service.
  void serve(net::RpcServer& server);
  // Ends background work.
  Task<void> close() { return containers_.close(); }

  // What query_system() shows from now on.
  void set_uri(std::string uri) { context_.options.uri = std::move(uri); }
  void set_local_uri(std::string uri) { context_.options.local_uri = std::move(uri); }
  Task<Result<SystemQueryReply>> query_system();
  PoolService& pools() { return pools_; }
  ContainerService& containers() { return containers_; }
  AttributeService& attributes() { return attributes_; }
  AccessService& access() { return access_; }

 private:
  Task<Result<void>> make_system();
  void serve_pools(net::RpcServer& server);
  void serve_containers(net::RpcServer& server);
  void serve_attributes(net::RpcServer& server);
  void serve_access(net::RpcServer& server);

  ControlContext context_;
  PoolService pools_;
  ContainerService containers_;
  AttributeService attributes_;
  AccessService access_;
};

}  // namespace firn::control
