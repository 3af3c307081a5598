// Pools; see pool_service.h.
#include "control/pool_service.h"

#include <algorithm>

#include <fmt/format.h>

#include "control/access_service.h"
#include "control/pool_plan.h"
#include "model/properties.h"
#include "runtime/when_all.h"

namespace firn::control {

Task<Result<void>> PoolService::start() {
  FIRN_CO_TRY(const std::vector<PoolRecord> pools, co_await context_.catalog.pools());
  for (const PoolRecord& pool : pools) {
    if (pool.state == RecordState::ready) continue;
    auto removed = co_await remove(pool);
    const std::string what = fmt::format("unfinished pool label={} pool={}", pool.label, pool.id.uuid.text());
    if (removed) {
      context_.runtime.log().info(what + ": removed");
    } else {
      // Its label stays taken and its files stay; the other pools are none the worse.
      context_.runtime.log().error(what + ": cannot be removed: " + removed.error().message());
    }
  }
  co_return Result<void>();
}

Task<Result<PoolInfo>> PoolService::create(PoolCreateRequest request, Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(auto answered, co_await context_.requests.answered<PoolCreateRequest>(caller));
  if (answered) co_return *std::move(answered);
  FIRN_CO_TRY(PoolRecord record, co_await make_record(std::move(request)));
  FIRN_CO_CHECK(co_await claim_label(record.label));

  const PoolMap map = first_map(record.id, context_.options.rank, record.target_count, record.pg_count);
  MetaTransaction begin;
  begin.expectations = {{keys::pool_label(record.label), {}}, {keys::pool(record.id), {}}};
  begin.changes = {{keys::pool_label(record.label), encode_record(LabelRecord{record.id.uuid})},
                   {keys::pool(record.id), encode_record(record)},
                   {keys::pool_map(record.id), encode_record(PoolMapRecord{map})}};
  FIRN_CO_CHECK(co_await context_.commit(std::move(begin)));
  auto made = co_await make_stores(record, caller);
  if (made) co_return made;
  auto removed = co_await remove(record);
  if (!removed) {
    context_.runtime.log().error(
        fmt::format("pool that could not be made cannot be removed either label={}: {}", record.label,
                    removed.error().message()));
  }
  co_return made;
}

// The record of a pool that can be made; nothing is stored.
Task<Result<PoolRecord>> PoolService::make_record(PoolCreateRequest request) {
  FIRN_CO_TRY(const std::string label, take_label(request.properties));
  if (request.label.empty()) request.label = label;
  if (!label.empty() && label != request.label) co_return fail(Code::invalid, "the pool is given two labels");
  FIRN_CO_CHECK(check_label(request.label, "pool"));
  FIRN_CO_TRY(std::vector<Property> properties, new_pool_properties(request.properties));
  FIRN_CO_TRY(const uint64_t disk_free_bytes, co_await context_.targets.disk_free_bytes());
  const uint32_t target_count = context_.targets.target_count();
  FIRN_CO_TRY(const PoolPlan plan, plan_pool(request, target_count, disk_free_bytes));
  co_return PoolRecord{.id = PoolId{Uuid::random(context_.runtime.rng())},
                       .label = request.label,
                       .created = context_.runtime.wall_time(),
                       .state = RecordState::creating,
                       .capacity_bytes_per_target = plan.capacity_bytes_per_target,
                       .target_count = target_count,
                       .pg_count = plan.pg_count,
                       .properties = std::move(properties)};
}

// Succeeds when no pool has the label. One that is not ready is a remainder, because changes happen one at a
// time.
Task<Result<void>> PoolService::claim_label(std::string label) {
  FIRN_CO_TRY(const auto taken, co_await context_.catalog.find<LabelRecord>(keys::pool_label(label)));
  if (!taken) co_return Result<void>();
  const std::string key = keys::pool(PoolId{taken->record.id});
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.find<PoolRecord>(key));
  if (pool && pool->record.state != RecordState::ready) co_return co_await remove(pool->record);
  co_return fail(Code::exists, "there is a pool of this label already")
      .on("label", label)
      .on("pool", taken->record.id.text())
      .remedy("choose another label, or destroy the pool first");
}

// From state creating to ready.
Task<Result<PoolInfo>> PoolService::make_stores(PoolRecord record, Caller caller) {
  const std::string key = keys::pool(record.id);
  FIRN_CO_TRY(const auto stored, co_await context_.catalog.find<PoolRecord>(key));
  if (!stored) co_return fail(Code::busy, "the pool was removed while it was made").on("label", record.label);
  FIRN_CO_TRY(PoolMap map, co_await context_.catalog.pool_map(record.id));
  FIRN_CO_CHECK(co_await create_stores(record, std::move(map)));
  record.state = RecordState::ready;
  MetaTransaction finish{{{key, stored->version}}, {{key, encode_record(record)}}};
  PoolInfo info = info_of(record);
  info.free_bytes = info.capacity_bytes;
  FIRN_CO_CHECK(co_await context_.requests.remember<PoolCreateRequest>(caller, info, &finish));
  FIRN_CO_CHECK(co_await context_.commit(std::move(finish)));
  co_return info;
}

Task<Result<void>> PoolService::create_stores(PoolRecord record, PoolMap map) {
  std::vector<Task<Result<void>>> stores;
  for (uint32_t target = 0; target < record.target_count; target++) {
    stores.push_back(context_.targets.create_store(map, target, record.capacity_bytes_per_target));
  }
  auto made = co_await when_all_ok(std::move(stores));
  if (made) co_return made;
  co_return fail(made.error().code(), "a store of the pool cannot be made")
      .on("pool", record.label)
      .because(std::move(made).error());
}

Task<Result<Empty>> PoolService::destroy(PoolDestroyRequest request, Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(const auto answered, co_await context_.requests.answered<PoolDestroyRequest>(caller));
  if (answered) co_return Empty{};
  FIRN_CO_TRY(auto pool, co_await context_.catalog.pool(request.pool));
  PoolRecord& record = pool.record;
  FIRN_CO_TRY(const uint64_t containers, co_await count_containers(record.id));
  if (containers > 0 && !request.recursive) {
    co_return fail(Code::not_empty, "the pool has containers")
        .on("pool", record.label)
        .on("containers", containers)
        .remedy("destroy them first, or destroy the pool recursively, which loses their data");
  }

  record.state = RecordState::destroying;
  const std::string key = keys::pool(record.id);
  MetaTransaction begin{{{key, pool.version}}, {{key, encode_record(record)}}};
  begin.changes.push_back({keys::pool_label(record.label), std::nullopt});
  FIRN_CO_CHECK(co_await context_.requests.remember<PoolDestroyRequest>(caller, Empty{}, &begin));
  FIRN_CO_CHECK(co_await context_.commit(std::move(begin)));
  // From here on the pool is gone for all users, whatever happens; the rest is repeated when the service
  // starts.
  if (auto removed = co_await remove(record); !removed) {
    context_.runtime.log().error(fmt::format("files of destroyed pool stay until the next start label={}: {}",
                                             record.label, removed.error().message()));
  }
  co_return Empty{};
}

// Removes the stores, then everything that is known of the pool.
Task<Result<void>> PoolService::remove(PoolRecord record) {
  std::vector<Task<Result<void>>> stores;
  for (uint32_t target = 0; target < record.target_count; target++) {
    stores.push_back(context_.targets.destroy_store(record.id, target));
  }
  FIRN_CO_CHECK(co_await when_all_ok(std::move(stores)));

  MetaTransaction end;
  const PoolId id = record.id;
  for (const auto& prefix : {keys::containers(id), keys::container_labels(id), keys::oids_of_pool(id),
                             keys::attributes_of_pool(id)}) {
    FIRN_CO_TRY(const auto entries, co_await context_.meta.list(prefix));
    for (const MetaEntry& entry : entries) end.changes.push_back({entry.key, std::nullopt});
  }
  end.changes.push_back({keys::pool(id), std::nullopt});
  end.changes.push_back({keys::pool_map(id), std::nullopt});
  // A destroyed pool's label may belong to another by now.
  FIRN_CO_TRY(const auto label, co_await context_.catalog.find<LabelRecord>(keys::pool_label(record.label)));
  if (label && label->record.id == id.uuid)
    end.changes.push_back({keys::pool_label(record.label), std::nullopt});
  co_return co_await context_.commit(std::move(end));
}

Task<Result<uint64_t>> PoolService::count_containers(PoolId pool) {
  FIRN_CO_TRY(const auto containers, co_await context_.catalog.containers(pool));
  const auto count = std::ranges::count(containers, RecordState::ready, &ContainerRecord::state);
  co_return static_cast<uint64_t>(count);
}

Task<Result<PoolListReply>> PoolService::list() {
  FIRN_CO_TRY(const std::vector<PoolRecord> pools, co_await context_.catalog.pools());
  PoolListReply reply;
  for (const PoolRecord& pool : pools) {
    if (pool.state != RecordState::ready) continue;
    PoolInfo info = info_of(pool);
    FIRN_CO_TRY(info.container_count, co_await count_containers(pool.id));
    reply.pools.push_back(std::move(info));
  }
  std::ranges::sort(reply.pools, {}, &PoolInfo::label);
  co_return reply;
}

Task<Result<PoolInfo>> PoolService::query(PoolQueryRequest request) {
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  PoolInfo info = info_of(pool.record);
  FIRN_CO_TRY(info.container_count, co_await count_containers(info.id));
  std::vector<Task<Result<TargetSpace>>> asked;
  for (uint32_t target = 0; target < info.target_count; target++) {
    asked.push_back(context_.targets.space(info.id, target));
  }
  auto spaces = co_await when_all(std::move(asked));
  for (auto& space : spaces) {
    FIRN_CO_TRY(const TargetSpace known, std::move(space));
    info.free_bytes += known.free_bytes;
  }
  co_return info;
}

Task<Result<PoolConnectReply>> PoolService::connect(PoolConnectRequest request) {
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(const Rights rights, rights_in(pool.record, request.credential));
  FIRN_CO_TRY(const Rights given, granted(rights, request.write, pool.record.label, request.credential));
  FIRN_CO_TRY(PoolMap map, co_await context_.catalog.pool_map(pool.record.id));
  co_return PoolConnectReply{std::move(map), pool.record.label, context_.options.local_uri, given};
}

}  // namespace firn::control
