// ServiceMetrics: what one service (a target, or the control service) counts of its requests, and its answers
// to those who ask. Belongs to the service's thread.
#pragma once

#include <functional>

#include "engine/operation_table.h"
#include "engine/slow_requests.h"
#include "model/metrics_messages.h"
#include "net/rpc_server.h"
#include "runtime/runtime.h"

namespace firn::engine {

struct MetricsOptions {
  // Nothing is recorded per request if not: for measuring what recording costs.
  bool record = true;
  Duration slow_threshold = 100ms;
};

class ServiceMetrics final : private net::CallObserver {
 public:
  // Where requests about a pool are counted; nullptr: with those about none.
  using TableOf = std::function<OperationTable*(PoolId pool)>;

  // The runtime outlives it.
  ServiceMetrics(Runtime& runtime, MetricsOptions options, TableOf table_of = {});

  // With this as the observer.
  net::RpcServerOptions observed(net::RpcServerOptions options) {
    if (record_) options.observer = this;
    return options;
  }
  // Answers MetricsRequest, with what `metrics` gives, and SlowRequestsRequest.
  void serve(net::RpcServer& server, std::function<MetricsReply()> metrics);
  // Those that are about no pool.
  const OperationTable& other_operations() const { return other_operations_; }
  SlowRequestsReply slow_requests() const { return slow_requests_.describe(); }
  // Up-time, slow requests and channels; operations and stores are left to the caller.
  MetricsReply describe(const net::RpcServer& server) const;

 private:
  void call_ended(const net::EndedCall& ended) override;

  Runtime& runtime_;
  const bool record_;
  const MonotonicTime started_;
  const TableOf table_of_;
  OperationTable other_operations_;
  SlowRequests slow_requests_;
};

}  // namespace firn::engine
