// Containers; see container_service.h.
#include "control/container_service.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "control/access_service.h"
#include "model/properties.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"

namespace firn::control {

namespace {

constexpr int kRemovalTriesMax = 6;  // then the next start of the service goes on
constexpr Duration kRemovalPauseMin = std::chrono::seconds(1);
constexpr int kReservationTriesMax = 16;
constexpr uint64_t kOidsPerRequestMax = uint64_t{1} << 48;

}  // namespace

Task<Result<void>> ContainerService::start() {
  FIRN_CO_TRY(const auto pools, co_await context_.catalog.pools());
  for (const PoolRecord& pool : pools) {
    if (pool.state != RecordState::ready) continue;
    FIRN_CO_TRY(const auto containers, co_await context_.catalog.containers(pool.id));
    for (const ContainerRecord& container : containers) {
      if (container.state != RecordState::ready) removals_.spawn(remove_objects(container));
    }
  }
  co_return Result<void>();
}

Task<void> ContainerService::close() {
  stop_.cancel();
  return removals_.close();
}

Task<Result<ContainerInfo>> ContainerService::create(ContainerCreateRequest request, Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(auto answered, co_await context_.requests.answered<ContainerCreateRequest>(caller));
  if (answered) co_return *std::move(answered);
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(const std::string label, take_label(request.properties));
  if (request.label.empty()) request.label = label;
  if (!label.empty() && label != request.label)
    co_return fail(Code::invalid, "the container is given two labels");
  FIRN_CO_CHECK(co_await check_label_free(pool.record, request.label));
  FIRN_CO_TRY(auto properties, new_container_properties(request.properties));

  const ContainerRecord record{.id = ContainerId{Uuid::random(context_.runtime.rng())},
                               .pool = pool.record.id,
                               .label = request.label,
                               .created = context_.runtime.wall_time(),
                               .properties = std::move(properties)};
  MetaTransaction make;
  // The pool's version, so that it is not destroyed at the same time.
  make.expectations = {{keys::pool(record.pool), pool.version},
                       {keys::container(record.pool, record.id), {}}};
  make.changes = {{keys::container(record.pool, record.id), encode_record(record)}};
  if (!record.label.empty()) {
    const std::string key = keys::container_label(record.pool, record.label);
    make.expectations.push_back({key, {}});
    make.changes.push_back({key, encode_record(LabelRecord{record.id.uuid})});
  }
  ContainerInfo info = info_of(record);
  FIRN_CO_CHECK(co_await context_.requests.remember<ContainerCreateRequest>(caller, info, &make));
  FIRN_CO_CHECK(co_await context_.commit(std::move(make)));
  co_return info;
}

// A container may do without a label.
Task<Result<void>> ContainerService::check_label_free(PoolRecord pool, std::string label) {
  if (label.empty()) co_return Result<void>();
  FIRN_CO_CHECK(check_label(label, "container"));
  FIRN_CO_TRY(const auto taken,
              co_await context_.catalog.find<LabelRecord>(keys::container_label(pool.id, label)));
  if (!taken) co_return Result<void>();
  co_return fail(Code::exists, "there is a container of this label in the pool already")
      .on("label", label)
      .on("pool", pool.label)
      .on("container", taken->record.id.text())
      .remedy("choose another label, or destroy the container first");
}

Task<Result<Empty>> ContainerService::destroy(ContainerDestroyRequest request, Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(const auto answered, co_await context_.requests.answered<ContainerDestroyRequest>(caller));
  if (answered) co_return Empty{};
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(auto container, co_await context_.catalog.container(pool.record, request.container));
  ContainerRecord& record = container.record;
  FIRN_CO_TRY(const Rights of_pool, rights_in(pool.record, request.credential));
  FIRN_CO_TRY(const Rights of_container, rights_in(record, request.credential));
  if (((of_pool | of_container) & right::kDelete) == 0) {
    co_return fail(Code::permission, "this user may not destroy the container")
        .on("user", request.credential ? request.credential->user : "")
        .on("container", request.container);
  }
  const std::string label = std::exchange(record.label, "");
  record.state = RecordState::destroying;
  const std::string key = keys::container(record.pool, record.id);
  MetaTransaction begin{{{key, container.version}}, {{key, encode_record(record)}}};
  if (!label.empty()) begin.changes.push_back({keys::container_label(record.pool, label), std::nullopt});
  FIRN_CO_CHECK(co_await context_.requests.remember<ContainerDestroyRequest>(caller, Empty{}, &begin));
  FIRN_CO_CHECK(co_await context_.commit(std::move(begin)));
  oids_.erase(record.id);
  if (!removals_.closing()) removals_.spawn(remove_objects(record));
  co_return Empty{};
}

// Until done, or given up for this run of the service.
Task<void> ContainerService::remove_objects(ContainerRecord container) {
  Duration pause = kRemovalPauseMin;
  for (int tries = 1; !stop_.canceled(); tries++, pause *= 2) {
    const auto removed = co_await remove_once(container);
    if (removed || stop_.canceled()) co_return;
    if (tries == kRemovalTriesMax) {
      context_.runtime.log().error(
          fmt::format("objects of destroyed container stay until the next start container={}: {}",
                      container.id.uuid.text(), removed.error().message()));
      co_return;
    }
    // Canceled or not: the loop's condition looks.
    (void)co_await sleep_for(context_.runtime.executor(), pause, stop_.token());
  }
}

Task<Result<void>> ContainerService::remove_once(ContainerRecord container) {
  const std::string key = keys::container(container.pool, container.id);
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.find<PoolRecord>(keys::pool(container.pool)));
  // With the pool everything goes.
  if (!pool || pool->record.state != RecordState::ready) co_return Result<void>();
  std::vector<Task<Result<void>>> removals;
  for (uint32_t target = 0; target < pool->record.target_count; target++) {
    removals.push_back(context_.targets.remove_container(container.pool, target, container.id));
  }
  FIRN_CO_CHECK(co_await when_all_ok(std::move(removals)));
  MetaTransaction end;
  end.changes = {{key, std::nullopt},
                 {keys::oids(container.pool, container.id), std::nullopt},
                 {keys::attributes(container.pool, container.id.uuid), std::nullopt}};
  co_return co_await context_.commit(std::move(end));
}

Task<Result<ContainerInfo>> ContainerService::set_properties(ContainerSetPropertiesRequest request,
                                                             Caller caller) {
  FIRN_CO_TRY(const auto turn, co_await context_.begin_change(caller));
  FIRN_CO_TRY(auto answered, co_await context_.requests.answered<ContainerSetPropertiesRequest>(caller));
  if (answered) co_return *std::move(answered);
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(auto container, co_await context_.catalog.container(pool.record, request.container));
  ContainerRecord& record = container.record;
  FIRN_CO_TRY(const std::string label, take_label(request.properties));
  FIRN_CO_TRY(record.properties,
              changed_container_properties(std::move(record.properties), request.properties));

  MetaTransaction change;
  const std::string key = keys::container(record.pool, record.id);
  change.expectations = {{key, container.version}};
  if (!label.empty() && label != record.label) {
    FIRN_CO_CHECK(co_await check_label_free(pool.record, label));
    if (!record.label.empty()) {
      change.changes.push_back({keys::container_label(record.pool, record.label), std::nullopt});
    }
    const std::string label_key = keys::container_label(record.pool, label);
    change.expectations.push_back({label_key, {}});
    change.changes.push_back({label_key, encode_record(LabelRecord{record.id.uuid})});
    record.label = label;
  }
  change.changes.push_back({key, encode_record(record)});
  ContainerInfo info = info_of(record);
  FIRN_CO_CHECK(co_await context_.requests.remember<ContainerSetPropertiesRequest>(caller, info, &change));
  FIRN_CO_CHECK(co_await context_.commit(std::move(change)));
  co_return info;
}

Task<Result<ContainerListReply>> ContainerService::list(ContainerListRequest request) {
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(const auto containers, co_await context_.catalog.containers(pool.record.id));
  ContainerListReply reply;
  for (const ContainerRecord& container : containers) {
    if (container.state == RecordState::ready) reply.containers.push_back(info_of(container));
  }
  // Those without a label come first.
  std::ranges::sort(reply.containers, {},
                    [](const ContainerInfo& info) { return std::tie(info.label, info.id); });
  co_return reply;
}

Task<Result<ContainerInfo>> ContainerService::query(ContainerQueryRequest request) {
  FIRN_CO_TRY(const auto pool, co_await context_.catalog.pool(request.pool));
  FIRN_CO_TRY(const auto container, co_await context_.catalog.container(pool.record, request.container));
  co_return info_of(container.record);
}

Task<Result<AllocateOidsReply>> ContainerService::allocate_oids(AllocateOidsRequest request) {
  if (request.count == 0 || request.count > kOidsPerRequestMax) {
    co_return fail(Code::invalid, "so many object numbers cannot be allocated at one time")
        .on("count", request.count)
        .on("max", kOidsPerRequestMax);
  }
  const auto found = oids_.find(request.container);
  if (found != oids_.end() && found->second.end - found->second.next >= request.count) {
    const uint64_t first = found->second.next;
    found->second.next += request.count;
    co_return AllocateOidsReply{first};
  }
  FIRN_CO_TRY(OidRange reserved, co_await reserve_oids(request));
  const AllocateOidsReply reply{reserved.next};
  reserved.next += request.count;
  // Others may have reserved meanwhile: the larger rest is kept, the smaller one lost.
  OidRange& kept = oids_[request.container];
  if (reserved.end - reserved.next > kept.end - kept.next) kept = reserved;
  co_return reply;
}

Task<Result<ContainerService::OidRange>> ContainerService::reserve_oids(AllocateOidsRequest request) {
  const std::string key = keys::oids(request.pool, request.container);
  const uint64_t count = std::max(request.count, kOidsPerReservation);
  for (int tries = 0; tries < kReservationTriesMax; tries++) {
    const std::string container_key = keys::container(request.pool, request.container);
    FIRN_CO_TRY(const auto container, co_await context_.catalog.find<ContainerRecord>(container_key));
    if (!container || container->record.state != RecordState::ready) {
      co_return fail(Code::not_found, "there is no such container, or it was destroyed")
          .on("container", request.container.uuid.text());
    }
    FIRN_CO_TRY(const auto stored, co_await context_.catalog.find<OidRecord>(key));
    const uint64_t first = stored ? stored->record.next : OidRecord{}.next;
    if (first > UINT64_MAX - count) {
      co_return fail(Code::no_space, "the container has used up its object numbers")
          .on("container", request.container.uuid.text());
    }
    MetaTransaction reserve;
    reserve.expectations = {{container_key, container->version},
                            {key, stored ? stored->version : MetaVersion{}}};
    reserve.changes = {{key, encode_record(OidRecord{first + count})}};
    FIRN_CO_TRY(const bool applied, co_await context_.meta.commit(std::move(reserve)));
    if (applied) co_return OidRange{first, first + count};
  }
  co_return fail(Code::busy, "too many allocate object numbers at the same time");
}

}  // namespace firn::control
