// Engine: the server without a process around it: targets, each in its thread, and the control service.
// Threads (Runtimes), metadata (MetaStore) and connections come from outside, so the same engine runs in a
// program (engine/engine_process.h) and in the simulated world:
//
//   Engine engine(control_runtime, {&runtime_0, &runtime_1}, meta, options);
//   co_await engine.start();                  // in the control thread
//   transport.listen(0, engine.acceptor(0));  // in thread 0; kControlTarget in the control thread
//   ...                                       // unlisten
//   co_await engine.close();                  // in the control thread
//
// Belongs to the control thread; acceptors to their targets' threads.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "control/control_service.h"
#include "control/meta_store.h"
#include "engine/engine_metrics.h"
#include "engine/service_metrics.h"
#include "engine/target_group.h"
#include "net/rpc_server.h"
#include "runtime/runtime.h"
#include "runtime/transport.h"

namespace firn::engine {

struct EngineOptions {
  control::ControlOptions control{};
  // Free bytes of the disk that holds the stores.
  TargetGroup::DiskFree disk_free_bytes{};
  TargetOptions target{};
  net::RpcServerOptions control_rpc{};
};

class Engine {
 public:
  // All that is passed outlives the engine. The control runtime may be one of the targets', too.
  Engine(Runtime& control, std::vector<Runtime*> targets, control::MetaStore& meta, EngineOptions options);
  // Not started, or closed.
  ~Engine();

  // Opens the stores of all pools and completes what a crash interrupted. A store that does not open is
  // logged, and whoever uses its pool is told why; the rest serves. After an error only close() may be
  // called.
  Task<Result<void>> start();
  // Turns clients away, ends all work, closes the stores. No channel is accepted any more. Once, after
  // start().
  Task<void> close();

  // Of the moment; targets that do not answer within two seconds are left out. From start() to close().
  Task<Result<EngineMetrics>> metrics();
  Task<EngineSlowRequests> slow_requests();

  // What a query of the system shows as this engine's address.
  void set_uri(std::string uri) { control_.set_uri(std::move(uri)); }
  // What clients are told that may be on this engine's host.
  void set_local_uri(std::string uri) { control_.set_local_uri(std::move(uri)); }
  uint32_t target_count() const { return targets_.target_count(); }
  // Who takes the channels for a target, or for the control service (Address::kControlTarget). From the end
  // of start() to close().
  ChannelAcceptor& acceptor(uint32_t target);

 private:
  MetricsReply control_metrics() const;
  Task<Result<void>> open_pools();
  Task<void> open_pool(control::PoolRecord pool);

  Runtime& control_runtime_;
  control::MetaStore& meta_;
  const EngineOptions options_;
  TargetGroup targets_;
  control::ControlService control_;
  ServiceMetrics control_metrics_;
  net::RpcServer control_server_;
};

}  // namespace firn::engine
