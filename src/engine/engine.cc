// The server without a process around it; see engine.h.
#include "engine/engine.h"

#include <utility>

#include <fmt/format.h>

#include "control/catalog.h"
#include "runtime/when_all.h"

namespace firn::engine {

namespace {

// For the targets' answers; a target that lives gives its own between two requests.
constexpr Duration kPatience = 2s;

}  // namespace

Engine::Engine(Runtime& control, std::vector<Runtime*> targets, control::MetaStore& meta,
               EngineOptions options)
    : control_runtime_(control),
      meta_(meta),
      options_(std::move(options)),
      targets_(control, std::move(targets), options_.disk_free_bytes),
      control_(control, meta, targets_, options_.control),
      control_metrics_(control, options_.target.metrics),
      control_server_(control, control_metrics_.observed(options_.control_rpc)) {
  FIRN_ASSERT(options_.disk_free_bytes);
  FIRN_ASSERT(targets_.target_count() > 0);
}

Engine::~Engine() = default;

Task<Result<void>> Engine::start() {
  co_await targets_.start(options_.control.rank, options_.target);
  FIRN_CO_CHECK(co_await open_pools());
  FIRN_CO_CHECK(co_await control_.start());
  control_.serve(control_server_);
  control_metrics_.serve(control_server_, [this] { return control_metrics(); });
  co_return Result<void>();
}

Task<void> Engine::close() {
  co_await control_server_.close();
  co_await control_.close();
  co_await targets_.close();
}

MetricsReply Engine::control_metrics() const {
  MetricsReply reply = control_metrics_.describe(control_server_);
  control_metrics_.other_operations().describe({}, reply.operations);
  return reply;
}

Task<Result<EngineMetrics>> Engine::metrics() {
  EngineMetrics all;
  FIRN_CO_TRY(const auto pools, co_await control::Catalog(meta_).pools());
  for (const control::PoolRecord& pool : pools) {
    if (pool.state == control::RecordState::ready) all.pool_labels[pool.id] = pool.label;
  }
  all.targets = co_await targets_.metrics(kPatience);
  all.control = control_metrics();
  co_return all;
}

Task<EngineSlowRequests> Engine::slow_requests() {
  EngineSlowRequests all;
  all.targets = co_await targets_.slow_requests(kPatience);
  all.control = control_metrics_.slow_requests();
  co_return all;
}

ChannelAcceptor& Engine::acceptor(uint32_t target) {
  return target == Address::kControlTarget ? control_server_ : targets_.acceptor(target);
}

Task<Result<void>> Engine::open_pools() {
  FIRN_CO_TRY(const auto pools, co_await control::Catalog(meta_).pools());
  std::vector<Task<void>> opening;
  for (const control::PoolRecord& pool : pools) {
    // Others are removed by the control service.
    if (pool.state == control::RecordState::ready) opening.push_back(open_pool(pool));
  }
  co_await when_all(std::move(opening));
  co_return Result<void>();
}

Task<void> Engine::open_pool(control::PoolRecord pool) {
  const std::string name = fmt::format("label={} pool={}", pool.label, pool.id.uuid.text());
  auto map = co_await control::Catalog(meta_).pool_map(pool.id);
  if (!map) {
    co_return control_runtime_.log().error(
        fmt::format("pool unavailable {}: {}", name, map.error().message()));
  }
  std::vector<Task<Result<void>>> stores;
  for (uint32_t target = 0; target < pool.target_count; target++)
    stores.push_back(targets_.open_store(*map, target));
  const auto opened = co_await when_all(std::move(stores));
  for (uint32_t target = 0; target < pool.target_count; target++) {
    if (opened[target]) continue;
    control_runtime_.log().error(
        fmt::format("store unavailable {} target={}: {}", name, target, opened[target].error().message()));
  }
}

}  // namespace firn::engine
