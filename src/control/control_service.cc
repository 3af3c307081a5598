// The control service: start, and from messages to the parts; see control_service.h.
#include "control/control_service.h"

namespace firn::control {

namespace {

Caller caller_of(const net::ServerCall& call) {
  return {call.request_id, call.completed_below, call.deadline};
}

}  // namespace

ControlService::ControlService(Runtime& runtime, MetaStore& meta, TargetDirectory& targets,
                               ControlOptions options)
    : context_(runtime, meta, targets, std::move(options)),
      pools_(context_),
      containers_(context_),
      attributes_(context_),
      access_(context_) {}

Task<Result<void>> ControlService::start() {
  FIRN_CO_CHECK(co_await make_system());
  FIRN_CO_CHECK(co_await context_.requests.drop_old());
  FIRN_CO_CHECK(co_await pools_.start());
  co_return co_await containers_.start();
}

// The system's name is made once.
Task<Result<void>> ControlService::make_system() {
  FIRN_CO_TRY(const auto known, co_await context_.catalog.find<SystemRecord>(keys::system()));
  if (known) co_return Result<void>();
  const SystemRecord record{Uuid::random(context_.runtime.rng()), context_.runtime.wall_time()};
  MetaTransaction make{{{keys::system(), {}}}, {{keys::system(), encode_record(record)}}};
  // If another service is faster, the name is its.
  FIRN_CO_CHECK(co_await context_.meta.commit(std::move(make)));
  co_return Result<void>();
}

Task<Result<SystemQueryReply>> ControlService::query_system() {
  FIRN_CO_TRY(const auto known, co_await context_.catalog.find<SystemRecord>(keys::system()));
  if (!known) co_return fail(Code::corrupt, "the system's own record is missing from its metadata");
  const ControlOptions& options = context_.options;
  co_return SystemQueryReply{.system = known->record.system,
                             .version = options.version,
                             .engines = {{options.rank, options.uri, context_.targets.target_count()}}};
}

void ControlService::serve(net::RpcServer& server) {
  server.handle<SystemQueryRequest>([this](SystemQueryRequest, net::ServerCall&) { return query_system(); });
  serve_pools(server);
  serve_containers(server);
  serve_attributes(server);
  serve_access(server);
}

void ControlService::serve_pools(net::RpcServer& server) {
  server.handle<PoolCreateRequest>([this](PoolCreateRequest request, net::ServerCall& call) {
    return pools_.create(std::move(request), caller_of(call));
  });
  server.handle<PoolDestroyRequest>([this](PoolDestroyRequest request, net::ServerCall& call) {
    return pools_.destroy(std::move(request), caller_of(call));
  });
  server.handle<PoolListRequest>([this](PoolListRequest, net::ServerCall&) { return pools_.list(); });
  server.handle<PoolQueryRequest>(
      [this](PoolQueryRequest request, net::ServerCall&) { return pools_.query(std::move(request)); });
  server.handle<PoolConnectRequest>(
      [this](PoolConnectRequest request, net::ServerCall&) { return pools_.connect(std::move(request)); });
}

void ControlService::serve_containers(net::RpcServer& server) {
  server.handle<ContainerCreateRequest>([this](ContainerCreateRequest request, net::ServerCall& call) {
    return containers_.create(std::move(request), caller_of(call));
  });
  server.handle<ContainerDestroyRequest>([this](ContainerDestroyRequest request, net::ServerCall& call) {
    return containers_.destroy(std::move(request), caller_of(call));
  });
  server.handle<ContainerSetPropertiesRequest>(
      [this](ContainerSetPropertiesRequest request, net::ServerCall& call) {
        return containers_.set_properties(std::move(request), caller_of(call));
      });
  server.handle<ContainerListRequest>([this](ContainerListRequest request, net::ServerCall&) {
    return containers_.list(std::move(request));
  });
  server.handle<ContainerQueryRequest>([this](ContainerQueryRequest request, net::ServerCall&) {
    return containers_.query(std::move(request));
  });
  server.handle<AllocateOidsRequest>(
      [this](AllocateOidsRequest request, net::ServerCall&) { return containers_.allocate_oids(request); });
}

void ControlService::serve_attributes(net::RpcServer& server) {
  server.handle<AttributeSetRequest>([this](AttributeSetRequest request, net::ServerCall& call) {
    return attributes_.set(std::move(request), caller_of(call));
  });
  server.handle<AttributeDeleteRequest>([this](AttributeDeleteRequest request, net::ServerCall& call) {
    return attributes_.remove(std::move(request), caller_of(call));
  });
  server.handle<AttributeGetRequest>(
      [this](AttributeGetRequest request, net::ServerCall&) { return attributes_.get(std::move(request)); });
  server.handle<AttributeListRequest>([this](AttributeListRequest request, net::ServerCall&) {
    return attributes_.list(std::move(request));
  });
}

void ControlService::serve_access(net::RpcServer& server) {
  server.handle<ContainerOpenRequest>([this](ContainerOpenRequest request, net::ServerCall&) {
    return access_.open_container(std::move(request));
  });
  server.handle<AccessChangeRequest>([this](AccessChangeRequest request, net::ServerCall& call) {
    return access_.change(std::move(request), caller_of(call));
  });
}

}  // namespace firn::control
