// Making, opening and destroying containers; daos_cont.h.
#include <daos_cont.h>

#include "capi/call.h"
#include "capi/container_properties.h"
#include "capi/convert.h"
#include "capi/request_call.h"
#include "model/access_messages.h"
#include "runtime/users.h"

namespace firn::capi {

namespace {

Task<Result<int>> create(Lane* lane, std::shared_ptr<PoolHandle> pool, ContainerCreateRequest request,
                         uint8_t* uuid) {
  FIRN_CO_TRY(client::Client* const client, lane->client(pool->system));
  FIRN_CO_TRY(const ContainerInfo info, co_await client->create_container(std::move(request)));
  if (uuid != nullptr) copy_uuid(uuid, info.id.uuid);
  co_return 0;
}

struct OpenPlaces {
  daos_handle_t* handle;
  daos_cont_info_t* info;
};

Task<Result<int>> open(Lane* lane, std::shared_ptr<PoolHandle> pool, std::string name, unsigned flags,
                       OpenPlaces places) {
  FIRN_CO_TRY(client::Client* const client, lane->client(pool->system));
  auto handle = std::make_shared<ContainerHandle>();
  handle->flags = flags;
  FIRN_CO_TRY(ContainerOpenReply opened,
              co_await client->ask(ContainerOpenRequest{pool->id(), std::move(name), handle->changeable(),
                                                        process_credential()}));
  handle->info = std::move(opened.info);
  handle->rights = opened.rights;
  handle->pool = std::move(pool);
  if (places.info != nullptr) fill_container_info(handle->info, *places.info);
  *places.handle = add_container(std::move(handle));
  co_return places.handle->cookie == 0 ? -DER_NOMEM : 0;
}

Task<Result<int>> allocate(Lane* lane, std::shared_ptr<ContainerHandle> handle, uint64_t count,
                           uint64_t* first) {
  FIRN_CO_TRY(const auto container, lane->container(handle));
  FIRN_CO_TRY(*first, co_await container->allocate_oids(count));
  co_return 0;
}

struct QueryPlaces {
  daos_cont_info_t* info;
  daos_prop_t* properties;
};

Task<Result<int>> query(Lane* lane, std::shared_ptr<ContainerHandle> handle, QueryPlaces places) {
  FIRN_CO_TRY(client::Client* const client, lane->client(handle->pool->system));
  FIRN_CO_TRY(const ContainerInfo info, co_await client->query_container(handle->pool->id(), handle->id()));
  if (places.info != nullptr) fill_container_info(info, *places.info);
  if (places.properties != nullptr) FIRN_CO_CHECK(fill_properties(info, *places.properties));
  co_return 0;
}

int create_container(daos_handle_t poh, const char* label, daos_prop_t* properties, uint8_t* uuid,
                     daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (!pool->writable() || !pool->allows(right::kCreateContainer)) return -DER_NO_PERM;
  auto request = create_request(label, properties);
  if (!request) return report(std::move(request).error(), std::source_location::current());
  request->pool = pool->id();
  return perform(ev, [pool = std::move(pool), request = *std::move(request), uuid](Lane& lane) {
    return create(&lane, pool, request, uuid);
  });
}

}  // namespace

daos_handle_t add_container(std::shared_ptr<ContainerHandle> handle) {
  PoolHandle& pool = *handle->pool;
  const daos_handle_t added = handles().add(std::move(handle));
  if (added.cookie != 0) pool.containers_open++;
  return added;
}

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_cont_create(daos_handle_t poh, uuid_t* uuid, daos_prop_t* cont_prop, daos_event_t* ev) {
  return create_container(poh, nullptr, cont_prop, uuid == nullptr ? nullptr : *uuid, ev);
}

int daos_cont_create_with_label(daos_handle_t poh, const char* label, daos_prop_t* cont_prop, uuid_t* uuid,
                                daos_event_t* ev) {
  if (label == nullptr || *label == '\0') return refuse("the label is missing");
  return create_container(poh, label, cont_prop, uuid == nullptr ? nullptr : *uuid, ev);
}

int daos_cont_open(daos_handle_t poh, const char* cont, unsigned int flags, daos_handle_t* coh,
                   daos_cont_info_t* info, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (cont == nullptr || *cont == '\0' || coh == nullptr)
    return refuse("container or place for its handle missing");
  const unsigned way = flags & DAOS_COO_IO_BASE_MASK;
  if (way == 0 || (way & (way - 1)) != 0 || (flags & ~DAOS_COO_MASK) != 0)
    return refuse("not one of DAOS_COO_RO, _RW, _EX");
  return perform(ev, [pool = std::move(pool), name = std::string(cont), flags, coh, info](Lane& lane) {
    return open(&lane, pool, name, flags, {coh, info});
  });
}

int daos_cont_close(daos_handle_t coh, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  const auto handle = handles().remove<ContainerHandle>(coh);
  if (!handle) return -DER_NO_HDL;
  handle->pool->containers_open--;
  return perform_now(ev, 0);
}

int daos_cont_destroy(daos_handle_t poh, const char* cont, int, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (cont == nullptr || *cont == '\0') return refuse("the container is missing");
  if (!pool->writable()) return -DER_NO_PERM;
  firn::ContainerDestroyRequest request{pool->id(), cont, firn::process_credential()};
  return perform_request(ev, std::move(pool), std::move(request));
}

int daos_cont_alloc_oids(daos_handle_t coh, daos_size_t num_oids, uint64_t* oid, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (oid == nullptr || num_oids == 0) return refuse("no numbers are asked for, or nowhere to put the first");
  if (!container->writable()) return -DER_NO_PERM;
  return perform(ev, [container = std::move(container), num_oids, oid](Lane& lane) {
    return allocate(&lane, container, num_oids, oid);
  });
}

int daos_cont_query(daos_handle_t coh, daos_cont_info_t* info, daos_prop_t* cont_prop, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (cont_prop != nullptr && !container->allows(rights_to_see(*cont_prop))) return -DER_NO_PERM;
  return perform(ev, [container = std::move(container), places = QueryPlaces{info, cont_prop}](Lane& lane) {
    return query(&lane, container, places);
  });
}

int daos_cont_set_prop(daos_handle_t coh, daos_prop_t* prop, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  const auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (prop == nullptr || prop->dpp_nr == 0) return refuse("there is no property to set");
  auto properties = changed_properties(*prop);
  if (!properties) return report(std::move(properties).error(), std::source_location::current());
  if (!container->changeable() || !container->allows(rights_to_change(*properties))) return -DER_NO_PERM;
  firn::ContainerSetPropertiesRequest request{container->pool->id(), container->id(), *std::move(properties)};
  return perform_request(ev, container->pool, std::move(request));
}

int daos_cont_status_clear(daos_handle_t coh, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  return find<ContainerHandle>(coh) ? perform_now(ev, 0) : -DER_NO_HDL;
}
