// Flat key-value objects; daos_kv.h. compat: KV API.
#include <cstring>

#include <daos_kv.h>

#include "capi/convert.h"
#include "capi/object_calls.h"

namespace firn::capi {

namespace {

constexpr char kAkey[] = "0";

using Handle = std::shared_ptr<KvHandle>;

Task<Result<int>> put(Lane* lane, Handle handle, UpdateRequest request, ByteView value) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, handle->object));
  std::vector<ByteView> data;
  if (!value.empty()) data.push_back(value);
  FIRN_CO_CHECK(co_await open.object.update(std::move(request.dkey), std::move(request.items),
                                            std::move(data), request.conditions));
  co_return 0;
}

struct GetPlaces {
  daos_size_t* size;
  void* buffer;
};

Task<Result<int>> get(Lane* lane, Handle handle, std::pair<Key, Condition> what, GetPlaces places) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, handle->object));
  std::vector<client::FetchTarget> targets;
  targets.push_back({.item = {.akey = kAkey}, .buffers = {}});
  const bool wanted = places.buffer != nullptr && *places.size > 0;
  if (wanted) targets[0].buffers.emplace_back(static_cast<std::byte*>(places.buffer), *places.size);
  FIRN_CO_TRY(const auto found, co_await open.object.fetch(what.first, std::move(targets), what.second));
  *places.size = found[0].record_bytes;
  co_return wanted&& found[0].record_bytes > 0 && !found[0].sent ? -DER_REC2BIG : 0;
}

Task<Result<int>> remove(Lane* lane, Handle handle, std::pair<Key, Condition> what) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, handle->object));
  FIRN_CO_CHECK(co_await open.object.punch_dkey(what.first, what.second));
  co_return 0;
}

Task<Result<int>> destroy(Lane* lane, Handle handle) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, handle->object));
  FIRN_CO_CHECK(co_await open.object.punch());
  co_return 0;
}

std::optional<Key> kv_key(const KvHandle& handle, const char* key) {
  if (key == nullptr) return std::nullopt;
  const KeyForm form = dkey_form(handle.object.id);
  d_iov_t bytes{};
  bytes.iov_buf = const_cast<char*>(key);
  bytes.iov_len = form == KeyForm::number ? sizeof(uint64_t) : std::strlen(key);
  return key_of(&bytes, form);
}

// What calls ask first. `flags` outside `allowed` are none of theirs.
int check(daos_handle_t oh, daos_handle_t th, uint64_t flags, uint64_t allowed, Handle& handle) {
  if (!ready()) return -DER_UNINIT;
  handle = find<KvHandle>(oh);
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  return (flags & DAOS_COND_MASK & ~allowed) == 0 ? 0 : refuse("a condition that this call does not have");
}

bool read_only(const KvHandle& handle) { return (handle.object.mode & kWriteModes) == 0; }

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_kv_open(daos_handle_t coh, daos_obj_id_t oid, unsigned int mode, daos_handle_t* oh,
                 daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (oh == nullptr || !daos_is_kv(oid))
    return refuse("place for the handle missing, or no key-value object");
  auto handle = std::make_shared<KvHandle>();
  if (const int bad = describe_object(std::move(container), object_id_of(oid), mode, handle->object);
      bad != 0)
    return bad;
  *oh = handles().add(std::move(handle));
  return perform_now(ev, oh->cookie == 0 ? -DER_NOMEM : 0);
}

int daos_kv_close(daos_handle_t oh, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  return handles().remove<KvHandle>(oh) ? perform_now(ev, 0) : -DER_NO_HDL;
}

int daos_kv_destroy(daos_handle_t oh, daos_handle_t th, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, 0, 0, handle); bad != 0) return bad;
  if (read_only(*handle)) return -DER_NO_PERM;
  return perform(ev, [handle = std::move(handle)](Lane& lane) { return destroy(&lane, handle); });
}

int daos_kv_put(daos_handle_t oh, daos_handle_t th, uint64_t flags, const char* key, daos_size_t size,
                const void* buf, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, flags, DAOS_COND_KEY_INSERT | DAOS_COND_KEY_UPDATE, handle); bad != 0)
    return bad;
  if (read_only(*handle)) return -DER_NO_PERM;
  auto dkey = kv_key(*handle, key);
  if (!dkey || (buf == nullptr && size > 0)) return refuse("key or value missing");
  firn::UpdateRequest request;
  request.dkey = *std::move(dkey);
  request.conditions = static_cast<firn::Condition>(flags & DAOS_COND_MASK);
  request.items.push_back({.akey = kAkey, .record_bytes = size, .punch = size == 0});
  const firn::ByteView value(static_cast<const std::byte*>(buf), size);
  return perform(ev, [handle = std::move(handle), request = std::move(request), value](Lane& lane) {
    return put(&lane, handle, request, value);
  });
}

int daos_kv_get(daos_handle_t oh, daos_handle_t th, uint64_t flags, const char* key, daos_size_t* size,
                void* buf, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, flags, DAOS_COND_KEY_GET, handle); bad != 0) return bad;
  auto dkey = kv_key(*handle, key);
  if (!dkey || size == nullptr) return refuse("key or place for the size missing");
  const std::pair what(*std::move(dkey), static_cast<firn::Condition>(flags & DAOS_COND_MASK));
  return perform(ev, [handle = std::move(handle), what, places = GetPlaces{size, buf}](Lane& lane) {
    return get(&lane, handle, what, places);
  });
}

int daos_kv_remove(daos_handle_t oh, daos_handle_t th, uint64_t flags, const char* key, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, flags, DAOS_COND_KEY_REMOVE, handle); bad != 0) return bad;
  if (read_only(*handle)) return -DER_NO_PERM;
  auto dkey = kv_key(*handle, key);
  if (!dkey) return refuse("the key is missing");
  const std::pair what(*std::move(dkey), static_cast<firn::Condition>(flags & DAOS_COND_MASK));
  return perform(ev, [handle = std::move(handle), what](Lane& lane) { return remove(&lane, handle, what); });
}
