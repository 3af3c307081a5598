// Listing keys and extents of objects; daos_obj.h.
#include <algorithm>

#include <daos_kv.h>

#include "capi/convert.h"
#include "capi/key_page.h"
#include "capi/object_calls.h"
#include "model/limits.h"
#include "model/object_id.h"

namespace firn::capi {

namespace {

struct ListPlaces {
  uint32_t* count;
  daos_key_desc_t* keys;
  d_sg_list_t* buffers;
  daos_anchor_t* anchor;
};

// Writes keys one after another into a list of buffers.
class KeyWriter {
 public:
  explicit KeyWriter(const d_sg_list_t& list) : list_(list) {}
  bool fits(size_t bytes) const {
    size_t room = 0;
    for (uint32_t i = part_; i < list_.sg_nr; i++) room += list_.sg_iovs[i].iov_buf_len;
    return bytes <= room - offset_;
  }
  // Precondition: it fits.
  void write(std::string_view key) {
    while (!key.empty()) {
      d_iov_t& part = list_.sg_iovs[part_];
      const size_t bytes = std::min(key.size(), part.iov_buf_len - offset_);
      if (bytes > 0) std::memcpy(static_cast<char*>(part.iov_buf) + offset_, key.data(), bytes);
      key.remove_prefix(bytes);
      offset_ += bytes;
      part.iov_len = offset_;
      if (offset_ < part.iov_buf_len) continue;
      part_++;
      offset_ = 0;
    }
  }
  uint32_t parts_used() const { return part_ + (offset_ > 0 ? 1 : 0); }

 private:
  const d_sg_list_t& list_;
  uint32_t part_ = 0;
  size_t offset_ = 0;
};

// Gives what of the keys was told; the first one that does not fit is left for the next call.
int tell_keys(const std::vector<Key>& keys, KeyForm form, const ListPlaces& places, size_t& told) {
  KeyWriter writer(*places.buffers);
  for (told = 0; told < keys.size(); told++) {
    const Key key = caller_key(keys[told], form);
    places.keys[told].kd_key_len = key.size();
    places.keys[told].kd_val_type = 0;
    if (!writer.fits(key.size())) break;
    writer.write(key);
  }
  places.buffers->sg_nr_out = writer.parts_used();
  *places.count = static_cast<uint32_t>(told);
  return told == 0 && !keys.empty() ? -DER_KEY2BIG : 0;
}

// dkeys if `dkey` is nothing, else its akeys.
Task<Result<std::vector<Key>>> list_keys(client::Object* object, std::optional<Key> dkey,
                                         client::ListAnchor* anchor, uint32_t entries_max) {
  if (!dkey) co_return co_await object->list_dkeys(*anchor, entries_max);
  co_return co_await object->list_akeys(*std::move(dkey), *anchor, entries_max);
}

Task<Result<int>> list(Lane* lane, std::shared_ptr<ObjectHandle> handle, std::optional<Key> dkey,
                       ListPlaces places) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  const auto begin = load_anchor<KeyAnchor>(*places.anchor);
  if (begin.group >= group_count(handle->id) && !dkey) co_return -DER_INVAL;
  const uint32_t entries_max = std::min(*places.count, kListEntriesMax);
  FIRN_CO_TRY(const KeyPage page, co_await next_page(begin, [&](client::ListAnchor& anchor) {
                return list_keys(&open.object, dkey, &anchor, entries_max);
              }));
  size_t told = 0;
  const int result = tell_keys(page.keys, dkey ? akey_form(handle->id) : dkey_form(handle->id), places, told);
  if (result != 0) co_return result;
  store_anchor(anchor_behind(page, told), told == page.keys.size() && page.is_last(), *places.anchor);
  co_return 0;
}

int start_list(daos_handle_t oh, daos_handle_t th, const daos_key_t* dkey, ListPlaces places,
               daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ObjectHandle>(oh);
  if (!handle) {
    if (const auto kv = find<KvHandle>(oh)) handle = std::shared_ptr<ObjectHandle>(kv, &kv->object);
  }
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  if (places.count == nullptr || *places.count == 0 || places.keys == nullptr || places.buffers == nullptr ||
      places.buffers->sg_iovs == nullptr || places.anchor == nullptr)
    return refuse("no place for keys, or no anchor");
  std::optional<Key> key;
  if (dkey != nullptr) {
    key = key_of(dkey, dkey_form(handle->id));
    if (!key) return refuse("the dkey is missing, or has another length than a number");
  }
  if (places.anchor->da_type == DAOS_ANCHOR_TYPE_EOF) {
    *places.count = 0;
    return perform_now(ev, 0);
  }
  return perform(ev, [handle = std::move(handle), key = std::move(key), places](Lane& lane) {
    return list(&lane, handle, key, places);
  });
}

void set_group(uint32_t group, daos_anchor_t& anchor) {
  anchor = {};
  store_anchor(KeyAnchor{.group = group, .one_group = 1}, false, anchor);
}

struct ExtentPlaces {
  daos_size_t* size;
  uint32_t* count;
  daos_recx_t* recxs;
  daos_epoch_range_t* epochs;
  daos_anchor_t* anchor;
  bool upwards;
};

// Upwards they are told as they come. Downwards all have to be known first; they are few enough to be kept.
Task<Result<std::vector<ListEntryExtent>>> all_extents(OpenObject* open, Key dkey, Key akey,
                                                       uint64_t* record_bytes) {
  std::vector<ListEntryExtent> extents;
  for (uint64_t from = 0;;) {
    FIRN_CO_TRY(const ListReply reply, co_await open->object.list_extents(dkey, akey, from));
    if (reply.record_bytes != 0) *record_bytes = reply.record_bytes;
    extents.insert(extents.end(), reply.extents.begin(), reply.extents.end());
    if (reply.end || reply.extents.empty()) co_return extents;
    from = reply.extents.back().recx.end();
  }
}

Task<Result<int>> list_extents(Lane* lane, std::shared_ptr<ObjectHandle> handle, std::pair<Key, Key> keys,
                               ExtentPlaces places) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, *handle));
  uint64_t record_bytes = 0;
  FIRN_CO_TRY(auto extents, co_await all_extents(&open, keys.first, keys.second, &record_bytes));
  if (!places.upwards) std::ranges::reverse(extents);
  const uint64_t begin = load_anchor<ExtentAnchor>(*places.anchor).told;
  uint32_t told = 0;
  for (uint64_t i = begin; i < extents.size() && told < *places.count; i++, told++) {
    places.recxs[told] = {extents[i].recx.start, extents[i].recx.count};
    if (places.epochs != nullptr) places.epochs[told] = {extents[i].epoch.value, extents[i].epoch.value};
  }
  if (places.size != nullptr) *places.size = record_bytes;
  *places.count = told;
  store_anchor(ExtentAnchor{begin + told}, begin + told >= extents.size(), *places.anchor);
  co_return 0;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_obj_list_dkey(daos_handle_t oh, daos_handle_t th, uint32_t* nr, daos_key_desc_t* kds,
                       d_sg_list_t* sgl, daos_anchor_t* anchor, daos_event_t* ev) {
  return start_list(oh, th, nullptr, {nr, kds, sgl, anchor}, ev);
}

int daos_obj_list_akey(daos_handle_t oh, daos_handle_t th, daos_key_t* dkey, uint32_t* nr,
                       daos_key_desc_t* kds, d_sg_list_t* sgl, daos_anchor_t* anchor, daos_event_t* ev) {
  if (dkey == nullptr) return refuse("the dkey is missing");
  return start_list(oh, th, dkey, {nr, kds, sgl, anchor}, ev);
}

int daos_kv_list(daos_handle_t oh, daos_handle_t th, uint32_t* nr, daos_key_desc_t* kds, d_sg_list_t* sgl,
                 daos_anchor_t* anchor, daos_event_t* ev) {
  return start_list(oh, th, nullptr, {nr, kds, sgl, anchor}, ev);
}

int daos_obj_list_recx(daos_handle_t oh, daos_handle_t th, daos_key_t* dkey, daos_key_t* akey,
                       daos_size_t* size, uint32_t* nr, daos_recx_t* recxs, daos_epoch_range_t* eprs,
                       daos_anchor_t* anchor, bool incr_order, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ObjectHandle>(oh);
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  auto first = key_of(dkey, dkey_form(handle->id));
  auto second = key_of(akey, akey_form(handle->id));
  if (!first || !second || nr == nullptr || recxs == nullptr || anchor == nullptr)
    return refuse("a key, the place for extents or the anchor is missing");
  const ExtentPlaces places{size, nr, recxs, eprs, anchor, incr_order};
  return perform(ev, [handle = std::move(handle), keys = std::pair(*first, *second), places](Lane& lane) {
    return list_extents(&lane, handle, keys, places);
  });
}

int daos_obj_anchor_split(daos_handle_t oh, uint32_t* nr, daos_anchor_t* anchors) {
  if (!ready()) return -DER_UNINIT;
  const auto handle = find<ObjectHandle>(oh);
  if (!handle) return -DER_NO_HDL;
  if (nr == nullptr) return refuse("there is no place for the number of parts");
  const uint32_t groups = firn::group_count(handle->id);
  if (anchors != nullptr && *nr < groups) return refuse("fewer anchors than the object has groups");
  *nr = groups;
  for (uint32_t i = 0; anchors != nullptr && i < groups; i++) set_group(i, anchors[i]);
  return 0;
}

int daos_obj_anchor_set(daos_handle_t oh, uint32_t index, daos_anchor_t* anchor) {
  if (!ready()) return -DER_UNINIT;
  const auto handle = find<ObjectHandle>(oh);
  if (!handle) return -DER_NO_HDL;
  if (anchor == nullptr || index >= firn::group_count(handle->id))
    return refuse("no anchor, or no such group");
  set_group(index, *anchor);
  return 0;
}
