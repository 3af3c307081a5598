// Target: the stores of all pools on one target, and the service for their objects (model/object_messages.h).
// Owned and run by one thread; everything but the constructor is called there.
#pragma once

#include "engine/object_convert.h"
#include "engine/pool_share.h"
#include "engine/service_metrics.h"
#include "engine/store_table.h"
#include "net/rpc_server.h"
#include "runtime/runtime.h"

namespace firn::engine {

struct TargetOptions {
  vos::StoreOptions store{};
  net::RpcServerOptions rpc{};
  MetricsOptions metrics{};
};

class Target {
 public:
  // The runtime outlives the target.
  Target(Runtime& runtime, TargetPlace place, TargetOptions options);

  // Takes channels of clients.
  ChannelAcceptor& acceptor() { return server_; }
  StoreTable& stores() { return stores_; }
  // Operations by pool, or of all pools together.
  MetricsReply metrics(bool by_pool) const;
  SlowRequestsReply slow_requests() const { return metrics_.slow_requests(); }
  // Turns clients away, then closes the stores. Once.
  Task<void> close();

 private:
  void serve();
  // Requests and calls outlive their handlers.
  Task<Result<ChangeReply>> update(UpdateRequest* request, net::ServerCall* call);
  Task<Result<ChangeReply>> punch(PunchRequest* request, net::ServerCall* call);
  Task<Result<FetchReply>> fetch(FetchRequest* request, net::ServerCall* call);
  Task<Result<ListReply>> list(ListRequest* request, net::ServerCall* call);
  Task<Result<QueryReply>> query(QueryRequest* request, net::ServerCall* call);

  StoreTable stores_;
  ServiceMetrics metrics_;
  net::RpcServer server_;
};

}  // namespace firn::engine
