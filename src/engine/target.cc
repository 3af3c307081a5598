// One target: requests to its stores; see target.h. Calls outlive their handlers, hence the pointers to them.
#include "engine/target.h"

#include <algorithm>
#include <utility>

#include "model/limits.h"

namespace firn::engine {

namespace {

RequestOrigin origin_of(const net::ServerCall& call) { return {call.request_id, call.completed_below}; }

// How much data the answer will have at most; of arrays, whose record size only the store knows, as if it
// were 1.
uint64_t expected_reply_bytes(const FetchRequest& request) {
  uint64_t bytes = 0;
  for (const FetchItem& item : request.items) {
    uint64_t of_item = item.kind == ValueKind::single ? item.capacity_bytes : 0;
    for (const Recx recx : item.recxs) of_item += std::min(recx.count, kRequestDataBytesMax);
    bytes += std::min(of_item, kRequestDataBytesMax);
  }
  return std::min(bytes, kRequestDataBytesMax);
}

}  // namespace

Target::Target(Runtime& runtime, TargetPlace place, TargetOptions options)
    : stores_(runtime, place, options.store),
      metrics_(runtime, options.metrics, [this](PoolId pool) { return stores_.operations_of(pool); }),
      server_(runtime, metrics_.observed(options.rpc)) {
  serve();
}

void Target::serve() {
  server_.handle<UpdateRequest>(
      [this](UpdateRequest& request, net::ServerCall& call) { return update(&request, &call); });
  server_.handle<PunchRequest>(
      [this](PunchRequest& request, net::ServerCall& call) { return punch(&request, &call); });
  server_.handle<FetchRequest>(
      [this](FetchRequest& request, net::ServerCall& call) { return fetch(&request, &call); });
  server_.handle<ListRequest>(
      [this](ListRequest& request, net::ServerCall& call) { return list(&request, &call); });
  server_.handle<QueryRequest>(
      [this](QueryRequest& request, net::ServerCall& call) { return query(&request, &call); });
  metrics_.serve(server_, [this] { return metrics(false); });
}

MetricsReply Target::metrics(bool by_pool) const {
  MetricsReply reply = metrics_.describe(server_);
  if (by_pool) {
    stores_.describe_operations(reply.operations);
    metrics_.other_operations().describe({}, reply.operations);
  } else {
    OperationTable all = stores_.all_operations();
    all.merge(metrics_.other_operations());
    all.describe({}, reply.operations);
  }
  reply.stores = stores_.describe_stores();
  return reply;
}

Task<void> Target::close() {
  co_await server_.close();
  co_await stores_.close();
}

Task<Result<ChangeReply>> Target::update(UpdateRequest* request, net::ServerCall* call) {
  call->subject = request->address;
  FIRN_CO_TRY(const auto use, stores_.use(request->address));
  FIRN_CO_TRY(vos::Update update, to_store(std::move(*request), origin_of(*call)));
  update.waits = &call->waits;
  const ByteView payload = std::as_const(call->payload).bytes();
  FIRN_CO_TRY(const Epoch epoch, co_await use.store().update(std::move(update), {&payload, 1}));
  co_return ChangeReply{epoch};
}

Task<Result<ChangeReply>> Target::punch(PunchRequest* request, net::ServerCall* call) {
  call->subject = request->address;
  FIRN_CO_TRY(const auto use, stores_.use(request->address));
  FIRN_CO_TRY(vos::Punch punch, to_store(std::move(*request), origin_of(*call)));
  punch.waits = &call->waits;
  FIRN_CO_TRY(const Epoch epoch, co_await use.store().punch(std::move(punch)));
  co_return ChangeReply{epoch};
}

Task<Result<FetchReply>> Target::fetch(FetchRequest* request, net::ServerCall* call) {
  call->subject = request->address;
  FIRN_CO_TRY(const auto use, stores_.use(request->address));
  FIRN_CO_CHECK(call->reserve_reply(expected_reply_bytes(*request)));
  FIRN_CO_TRY(vos::Fetch fetch, to_store(std::move(*request)));
  fetch.waits = &call->waits;
  FIRN_CO_TRY(vos::FetchResult result, co_await use.store().fetch(std::move(fetch)));
  call->reply_payload = std::move(result.payload);
  co_return FetchReply{result.epoch, std::move(result.items)};
}

Task<Result<ListReply>> Target::list(ListRequest* request, net::ServerCall* call) {
  call->subject = request->address;
  FIRN_CO_TRY(const auto use, stores_.use(request->address));
  FIRN_CO_TRY(vos::List list, to_store(std::move(*request)));
  list.waits = &call->waits;
  FIRN_CO_TRY(vos::ListResult result, co_await use.store().list(std::move(list)));
  co_return to_message(std::move(result));
}

Task<Result<QueryReply>> Target::query(QueryRequest* request, net::ServerCall* call) {
  call->subject = request->address;
  FIRN_CO_TRY(const auto use, stores_.use(request->address));
  FIRN_CO_TRY(vos::Query query, to_store(std::move(*request)));
  query.waits = &call->waits;
  FIRN_CO_TRY(vos::QueryResult result, co_await use.store().query(std::move(query)));
  co_return to_message(std::move(result));
}

}  // namespace firn::engine
