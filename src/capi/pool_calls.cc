// Connecting pools; daos_pool.h.
#include <daos_pool.h>

#include "capi/call.h"
#include "capi/convert.h"
#include "capi/pool_info.h"
#include "runtime/users.h"

namespace firn::capi {

namespace {

struct ConnectPlaces {
  daos_handle_t* handle;
  daos_pool_info_t* info;
};

Task<Result<int>> connect(Lane* lane, std::shared_ptr<System> system, std::string pool, unsigned flags,
                          ConnectPlaces places) {
  FIRN_CO_TRY(client::Client* const client, lane->client(system));
  auto handle = std::make_shared<PoolHandle>();
  handle->system = std::move(system);
  handle->flags = flags;
  FIRN_CO_TRY(handle->description,
              co_await client->ask_for_pool({std::move(pool), handle->writable(), process_credential()}));
  FIRN_CO_CHECK(client::check_pool_map(handle->description.map));
  if (places.info != nullptr) {
    FIRN_CO_TRY(const PoolInfo info, co_await client->query_pool(handle->id()));
    fill_pool_info(*handle, info, *places.info);
  }
  *places.handle = handles().add(std::move(handle));
  co_return places.handle->cookie == 0 ? -DER_NOMEM : 0;
}

struct QueryPlaces {
  d_rank_list_t** ranks;
  daos_pool_info_t* info;
  daos_prop_t* properties;
};

Task<Result<int>> query(Lane* lane, std::shared_ptr<PoolHandle> pool, QueryPlaces places) {
  FIRN_CO_TRY(client::Client* const client, lane->client(pool->system));
  FIRN_CO_TRY(const PoolInfo info, co_await client->query_pool(pool->id()));
  if (places.info != nullptr) fill_pool_info(*pool, info, *places.info);
  if (places.properties != nullptr) FIRN_CO_CHECK(fill_pool_properties(info, *places.properties));
  if (places.ranks != nullptr) *places.ranks = make_rank_list(*pool);
  co_return places.ranks != nullptr && *places.ranks == nullptr ? -DER_NOMEM : 0;
}

struct ListPlaces {
  daos_size_t* count;
  daos_pool_cont_info* containers;
};

Task<Result<int>> list_containers(Lane* lane, std::shared_ptr<PoolHandle> pool, ListPlaces places) {
  FIRN_CO_TRY(client::Client* const client, lane->client(pool->system));
  FIRN_CO_TRY(const auto containers, co_await client->list_containers(pool->id()));
  const daos_size_t room = places.containers == nullptr ? 0 : *places.count;
  *places.count = containers.size();
  if (places.containers == nullptr) co_return 0;
  if (room < containers.size()) co_return -DER_TRUNC;
  for (size_t i = 0; i < containers.size(); i++) {
    daos_pool_cont_info& place = places.containers[i];
    place = {};
    copy_uuid(place.pci_uuid, containers[i].id.uuid);
    containers[i].label.copy(place.pci_label, sizeof place.pci_label - 1);
  }
  co_return 0;
}

bool one_of(unsigned flags, unsigned choices) {
  const unsigned chosen = flags & choices;
  return chosen != 0 && (chosen & (chosen - 1)) == 0;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_pool_connect(const char* pool, const char* sys, unsigned int flags, daos_handle_t* poh,
                      daos_pool_info_t* info, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  if (pool == nullptr || *pool == '\0' || poh == nullptr)
    return refuse("pool or place for its handle missing");
  if (!one_of(flags, DAOS_PC_RO | DAOS_PC_RW | DAOS_PC_EX)) return refuse("not one of DAOS_PC_RO, _RW, _EX");
  auto system = Library::instance().system(sys);
  if (!system) return report(std::move(system).error(), std::source_location::current());
  return perform(ev, [system = *std::move(system), pool = std::string(pool), flags, poh, info](Lane& lane) {
    return connect(&lane, system, pool, flags, {poh, info});
  });
}

int daos_pool_disconnect(daos_handle_t poh, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  const auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (pool->containers_open > 0) return -DER_BUSY;
  return perform_now(ev, handles().remove<PoolHandle>(poh) ? 0 : -DER_NO_HDL);
}

int daos_pool_query(daos_handle_t poh, d_rank_list_t** ranks, daos_pool_info_t* info, daos_prop_t* pool_prop,
                    daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  return perform(ev, [pool = std::move(pool), places = QueryPlaces{ranks, info, pool_prop}](Lane& lane) {
    return query(&lane, pool, places);
  });
}

int daos_pool_list_cont(daos_handle_t poh, daos_size_t* ncont, struct daos_pool_cont_info* cbuf,
                        daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (ncont == nullptr) return refuse("there is no place for the number of containers");
  return perform(ev, [pool = std::move(pool), places = ListPlaces{ncont, cbuf}](Lane& lane) {
    return list_containers(&lane, pool, places);
  });
}

int daos_pool_query_target(daos_handle_t poh, uint32_t tgt, d_rank_t rank, daos_target_info_t* info,
                           daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  const auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (info == nullptr) return refuse("there is no place for the answer");
  for (const firn::PoolTarget& target : pool->description.map.targets) {
    if (target.rank.value != rank || target.engine_target != tgt) continue;
    *info = {};
    info->ta_state = DAOS_TS_UP_IN;
    return perform_now(ev, 0);
  }
  return -DER_NONEXIST;
}
