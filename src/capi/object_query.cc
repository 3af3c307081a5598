// What objects are and hold at their ends; daos_obj.h. compat: key query.
#include <daos_obj.h>

#include "capi/convert.h"
#include "capi/object_calls.h"

namespace firn::capi {

namespace {

struct QueryPlaces {
  daos_key_t* dkey;
  daos_key_t* akey;
  daos_recx_t* recx;
  uint64_t flags;
};

bool has_number_room(const daos_key_t* key) {
  return key != nullptr && key->iov_buf != nullptr && key->iov_buf_len >= sizeof(uint64_t);
}

// Nothing found is 0.
void tell_number(const Key& key, daos_key_t* place) {
  const uint64_t number = key.size() == sizeof(uint64_t) ? uint64_from_key(key) : 0;
  std::memcpy(place->iov_buf, &number, sizeof number);
  place->iov_len = sizeof number;
}

Result<QueryRequest> plan_query(ObjectId object, const QueryPlaces& places) {
  const daos_obj_id_t id = daos_id_of(object);
  QueryRequest request{.largest = (places.flags & DAOS_GET_MAX) != 0,
                       .find_dkey = (places.flags & DAOS_GET_DKEY) != 0,
                       .find_akey = (places.flags & DAOS_GET_AKEY) != 0,
                       .find_recx = (places.flags & DAOS_GET_RECX) != 0};
  const bool smallest = (places.flags & DAOS_GET_MIN) != 0;
  const bool what = request.find_dkey || request.find_akey || request.find_recx;
  if (request.largest == smallest || !what)
    return fail(Code::invalid, "not one of largest and smallest, of something");
  if (request.find_dkey && (!daos_is_dkey_uint64(id) || !has_number_room(places.dkey)))
    return fail(Code::invalid, "dkeys that are no numbers, or no room for one");
  if (request.find_akey && (!daos_is_akey_uint64(id) || !has_number_room(places.akey)))
    return fail(Code::invalid, "akeys that are no numbers, or no room for one");
  if (request.find_recx && places.recx == nullptr)
    return fail(Code::invalid, "there is no place for the extent");
  if (!request.find_dkey) {
    auto dkey = key_of(places.dkey, dkey_form(object));
    if (!dkey) return fail(Code::invalid, "the dkey is missing");
    request.dkey = *std::move(dkey);
  }
  if (request.find_recx && !request.find_akey) {
    auto akey = key_of(places.akey, akey_form(object));
    if (!akey) return fail(Code::invalid, "the akey is missing");
    request.akey = *std::move(akey);
  }
  return request;
}

Task<Result<int>> query(Lane* lane, std::shared_ptr<ObjectHandle> handle, QueryRequest request,
                        QueryPlaces places) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  FIRN_CO_TRY(const QueryReply reply, co_await open.object.query(request));
  if (request.find_dkey) tell_number(reply.found ? reply.dkey : Key(), places.dkey);
  if (request.find_akey) tell_number(reply.found ? reply.akey : Key(), places.akey);
  if (request.find_recx)
    *places.recx = reply.found ? daos_recx_t{reply.recx.start, reply.recx.count} : daos_recx_t{};
  co_return 0;
}

Task<Result<int>> query_newest(Lane* lane, std::shared_ptr<ObjectHandle> handle, daos_epoch_t* epoch) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  FIRN_CO_TRY(const QueryReply reply, co_await open.object.query({.find_newest = true}));
  *epoch = reply.newest.value;
  co_return 0;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_obj_query_key(daos_handle_t oh, daos_handle_t th, uint64_t flags, daos_key_t* dkey, daos_key_t* akey,
                       daos_recx_t* recx, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ObjectHandle>(oh);
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  const QueryPlaces places{dkey, akey, recx, flags};
  auto request = plan_query(handle->id, places);
  if (!request) return report(std::move(request).error(), std::source_location::current());
  return perform(ev, [handle = std::move(handle), request = *std::move(request), places](Lane& lane) {
    return query(&lane, handle, request, places);
  });
}

int daos_obj_query_max_epoch(daos_handle_t oh, daos_handle_t th, daos_epoch_t* epoch, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ObjectHandle>(oh);
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  if (epoch == nullptr) return refuse("there is no place for the epoch");
  return perform(
      ev, [handle = std::move(handle), epoch](Lane& lane) { return query_newest(&lane, handle, epoch); });
}
