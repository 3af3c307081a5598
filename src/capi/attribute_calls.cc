// Attributes of pools and containers; daos_pool.h, daos_cont.h. compat: attributes, labels and limits.
#include <algorithm>
#include <cstring>

#include <daos_cont.h>
#include <daos_pool.h>

#include "capi/request_call.h"
#include "model/attribute_messages.h"
#include "model/limits.h"

namespace firn::capi {

namespace {

// Whose attributes they are.
struct Owner {
  std::shared_ptr<PoolHandle> pool;
  std::string container;  // empty: the pool
  bool readable = true;
  bool writable = false;
};

std::optional<Owner> pool_owner(daos_handle_t poh) {
  auto pool = find<PoolHandle>(poh);
  if (!pool) return std::nullopt;
  const bool writable = pool->writable();
  return Owner{std::move(pool), "", true, writable};
}

std::optional<Owner> container_owner(daos_handle_t coh) {
  const auto container = find<ContainerHandle>(coh);
  if (!container) return std::nullopt;
  return Owner{container->pool, container->id(), container->readable(), container->writable()};
}

// 0: its attributes may be looked at, or changed.
int refuse_owner(const std::optional<Owner>& owner, bool Owner::* permitted) {
  if (!ready()) return -DER_UNINIT;
  if (!owner) return -DER_NO_HDL;
  return (*owner).*permitted ? 0 : -DER_NO_PERM;
}

// A place of the caller's, and how much it can take.
struct Place {
  std::string name;
  void* buffer;
  size_t* size;
};

Result<std::vector<std::string>> read_names(int count, char const* const* names) {
  if (count <= 0 || names == nullptr) return fail(Code::invalid, "no attribute is named");
  std::vector<std::string> read;
  for (int i = 0; i < count; i++) {
    if (names[i] == nullptr || names[i][0] == '\0') return fail(Code::invalid, "an attribute has no name");
    read.emplace_back(names[i], strnlen(names[i], kAttributeNameBytesMax + 1));
    if (read.back().size() > kAttributeNameBytesMax)
      return fail(Code::invalid, "the name of an attribute is too long");
  }
  return read;
}

void give(const std::vector<Attribute>& attributes, const Place& place) {
  const auto found = std::ranges::find(attributes, place.name, &Attribute::name);
  const size_t room = place.buffer == nullptr ? 0 : *place.size;
  *place.size = found == attributes.end() ? 0 : found->value.size();
  const size_t copied = std::min(room, *place.size);
  if (copied > 0) std::memcpy(place.buffer, found->value.data(), copied);
}

Task<Result<int>> get(Lane* lane, Owner owner, std::vector<Place> places) {
  FIRN_CO_TRY(client::Client* const client, lane->client(owner.pool->system));
  AttributeGetRequest request{owner.pool->id(), std::move(owner.container), {}};
  for (const Place& place : places) request.names.push_back(place.name);
  FIRN_CO_TRY(const AttributeGetReply reply, co_await client->ask(std::move(request)));
  for (const Place& place : places) give(reply.attributes, place);
  co_return 0;
}

Task<Result<int>> list(Lane* lane, Owner owner, char* buffer, size_t* size) {
  FIRN_CO_TRY(client::Client* const client, lane->client(owner.pool->system));
  FIRN_CO_TRY(const AttributeListReply reply,
              co_await client->ask(AttributeListRequest{owner.pool->id(), std::move(owner.container)}));
  size_t room = buffer == nullptr ? 0 : *size;
  *size = 0;
  for (const std::string& name : reply.names) {
    const size_t bytes = name.size() + 1;
    *size += bytes;
    if (bytes > room) continue;  // a shorter one may fit
    std::memcpy(buffer, name.c_str(), bytes);
    buffer += bytes;
    room -= bytes;
  }
  co_return 0;
}

struct SetArguments {
  int count;
  char const* const* names;
  void const* const* values;
  size_t const* sizes;
};

Result<std::vector<Attribute>> read_attributes(const SetArguments& given) {
  FIRN_TRY(std::vector<std::string> names, read_names(given.count, given.names));
  if (given.values == nullptr || given.sizes == nullptr) return fail(Code::invalid, "there are no values");
  std::vector<Attribute> attributes;
  for (size_t i = 0; i < names.size(); i++) {
    if (given.values[i] == nullptr || given.sizes[i] == 0)
      return fail(Code::invalid, "an attribute has no value").on("attribute", names[i]);
    if (given.sizes[i] > kAttributesBytesMax)
      return fail(Code::too_big, "the value of an attribute is too long").on("attribute", names[i]);
    attributes.push_back(
        {std::move(names[i]), std::string(static_cast<const char*>(given.values[i]), given.sizes[i])});
  }
  return attributes;
}

int set_attributes(std::optional<Owner> owner, const SetArguments& given, daos_event_t* ev,
                   std::source_location call = std::source_location::current()) {
  if (const int refused = refuse_owner(owner, &Owner::writable); refused != 0) return refused;
  auto attributes = read_attributes(given);
  if (!attributes) return report(std::move(attributes).error(), call);
  AttributeSetRequest request{owner->pool->id(), std::move(owner->container), *std::move(attributes)};
  return perform_request(ev, owner->pool, std::move(request), call);
}

int delete_attributes(std::optional<Owner> owner, int count, char const* const* names, daos_event_t* ev,
                      std::source_location call = std::source_location::current()) {
  if (const int refused = refuse_owner(owner, &Owner::writable); refused != 0) return refused;
  auto read = read_names(count, names);
  if (!read) return report(std::move(read).error(), call);
  AttributeDeleteRequest request{owner->pool->id(), std::move(owner->container), *std::move(read)};
  return perform_request(ev, owner->pool, std::move(request), call);
}

struct GetArguments {
  int count;
  char const* const* names;
  void* const* buffers;
  size_t* sizes;
};

int get_attributes(std::optional<Owner> owner, const GetArguments& given, daos_event_t* ev,
                   std::source_location call = std::source_location::current()) {
  if (const int refused = refuse_owner(owner, &Owner::readable); refused != 0) return refused;
  auto names = read_names(given.count, given.names);
  if (!names) return report(std::move(names).error(), call);
  if (given.sizes == nullptr) return refuse("there is no place for the sizes of attributes", call);
  std::vector<Place> places;
  for (size_t i = 0; i < names->size(); i++) {
    void* const buffer = given.buffers == nullptr ? nullptr : given.buffers[i];
    places.push_back({std::move((*names)[i]), buffer, given.sizes + i});
  }
  return perform(
      ev,
      [owner = *std::move(owner), places = std::move(places)](Lane& lane) {
        return get(&lane, owner, places);
      },
      call);
}

int list_attributes(std::optional<Owner> owner, char* buffer, size_t* size, daos_event_t* ev,
                    std::source_location call = std::source_location::current()) {
  if (const int refused = refuse_owner(owner, &Owner::readable); refused != 0) return refused;
  if (size == nullptr) return refuse("there is no place for the size of the list", call);
  return perform(
      ev, [owner = *std::move(owner), buffer, size](Lane& lane) { return list(&lane, owner, buffer, size); },
      call);
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_pool_list_attr(daos_handle_t poh, char* buffer, size_t* size, daos_event_t* ev) {
  return list_attributes(pool_owner(poh), buffer, size, ev);
}

int daos_pool_get_attr(daos_handle_t poh, int n, char const* const names[], void* const buffers[],
                       size_t sizes[], daos_event_t* ev) {
  return get_attributes(pool_owner(poh), {n, names, buffers, sizes}, ev);
}

int daos_pool_set_attr(daos_handle_t poh, int n, char const* const names[], void const* const values[],
                       size_t const sizes[], daos_event_t* ev) {
  return set_attributes(pool_owner(poh), {n, names, values, sizes}, ev);
}

int daos_pool_del_attr(daos_handle_t poh, int n, char const* const names[], daos_event_t* ev) {
  return delete_attributes(pool_owner(poh), n, names, ev);
}

int daos_cont_list_attr(daos_handle_t coh, char* buffer, size_t* size, daos_event_t* ev) {
  return list_attributes(container_owner(coh), buffer, size, ev);
}

int daos_cont_get_attr(daos_handle_t coh, int n, char const* const names[], void* const buffers[],
                       size_t sizes[], daos_event_t* ev) {
  return get_attributes(container_owner(coh), {n, names, buffers, sizes}, ev);
}

int daos_cont_set_attr(daos_handle_t coh, int n, char const* const names[], void const* const values[],
                       size_t const sizes[], daos_event_t* ev) {
  return set_attributes(container_owner(coh), {n, names, values, sizes}, ev);
}

int daos_cont_del_attr(daos_handle_t coh, int n, char const* const names[], daos_event_t* ev) {
  return delete_attributes(container_owner(coh), n, names, ev);
}
