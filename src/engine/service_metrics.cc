// What a service counts; see service_metrics.h.
#include "engine/service_metrics.h"

#include <utility>

namespace firn::engine {

namespace {

template <class Reply>
Task<Result<Reply>> give(Reply reply) {
  co_return reply;
}

}  // namespace

ServiceMetrics::ServiceMetrics(Runtime& runtime, MetricsOptions options, TableOf table_of)
    : runtime_(runtime),
      record_(options.record),
      started_(runtime.now()),
      table_of_(std::move(table_of)),
      slow_requests_(runtime, options.slow_threshold) {}

void ServiceMetrics::call_ended(const net::EndedCall& ended) {
  OperationTable* table = nullptr;
  if (table_of_ && ended.call.subject) table = table_of_(ended.call.subject->pool);
  (table != nullptr ? *table : other_operations_).record(ended);
  slow_requests_.look_at(ended);
}

void ServiceMetrics::serve(net::RpcServer& server, std::function<MetricsReply()> metrics) {
  server.handle<MetricsRequest>(
      [metrics = std::move(metrics)](MetricsRequest, net::ServerCall&) { return give(metrics()); });
  server.handle<SlowRequestsRequest>(
      [this](SlowRequestsRequest, net::ServerCall&) { return give(slow_requests()); });
}

MetricsReply ServiceMetrics::describe(const net::RpcServer& server) const {
  MetricsReply reply;
  reply.uptime_ns = static_cast<uint64_t>((runtime_.now() - started_).count());
  reply.slow_requests = slow_requests_.count();
  reply.channels = server.counts();
  return reply;
}

}  // namespace firn::engine
