// Store against model; see compare.h.
#include "compare.h"

#include <utility>

#include "model/wire.h"

namespace firn::torture {

namespace {

struct Place {
  vos::ObjectRef object;
  Key dkey;
  Key akey;
  Epoch epoch;
};

Error differs(std::string what, const Place& place) {
  return fail(Code::corrupt, std::move(what))
      .on("pg", place.object.pg.value)
      .on("object", place.object.object.text())
      .on("dkey", print(place.dkey))
      .on("akey", print(place.akey))
      .on("epoch", place.epoch.value);
}

// Every record that the model has, in the same order, with its bytes.
Result<void> compare_array(const FetchedItem& found, ByteView payload, const model::AkeyImage& image,
                           const Place& place) {
  auto cell = image.records.begin();
  for (const FetchedExtent& extent : found.extents) {
    for (uint64_t record = extent.recx.start; record < extent.recx.end(); record++, ++cell) {
      if (cell == image.records.end() || cell->first != record) {
        return differs("record " + std::to_string(record) + " is there and should not be", place);
      }
      if (as_text(payload.first(found.record_bytes)) != cell->second.bytes) {
        return differs("record " + std::to_string(record) + " has other bytes than were written", place);
      }
      payload = payload.subspan(found.record_bytes);
    }
  }
  if (cell == image.records.end()) return {};
  return differs("record " + std::to_string(cell->first) + " is lost", place);
}

Task<Result<void>> compare_akey(vos::Store* store, const model::ReferenceStore* reference, Place place) {
  const model::AkeyImage image = reference->image(place.object, place.dkey, place.akey, place.epoch);
  vos::Fetch fetch{.object = place.object, .dkey = place.dkey, .items = {}, .epoch = place.epoch};
  FetchItem& item = fetch.items.emplace_back();
  item.akey = place.akey;
  item.kind = image.kind;
  item.capacity_bytes = UINT64_MAX;
  if (image.kind == ValueKind::array) item.recxs = {{0, kRecordIndexMax}};
  FIRN_CO_TRY(const vos::FetchResult result, co_await store->fetch(fetch));
  const FetchedItem& found = result.items.at(0);
  if (image.kind == ValueKind::array) {
    co_return compare_array(found, result.payload.bytes(), image, place);
  }
  const std::string expected = image.single.value_or("");
  if (as_text(result.payload.bytes()) == expected) co_return Result<void>();
  co_return differs("a single value of " + std::to_string(expected.size()) + " bytes reads as another of " +
                        std::to_string(found.record_bytes),
                    place);
}

Task<Result<void>> compare_keys(vos::Store* store, vos::List list, std::vector<Key> expected, Place place) {
  list.object = place.object;
  list.dkey = place.dkey;
  list.epoch = place.epoch;
  FIRN_CO_TRY(const vos::ListResult result, co_await store->list(list));
  if (result.end && result.keys == expected) co_return Result<void>();
  co_return differs("other keys are listed than were written", place);
}

}  // namespace

Task<Result<void>> compare_all(vos::Store* store, const model::ReferenceStore* reference, Epoch epoch) {
  for (const vos::ObjectRef& object : reference->known_objects()) {
    Place place{object, {}, {}, epoch};
    FIRN_CO_CHECK(co_await compare_keys(store, {.level = vos::ListLevel::dkeys},
                                        reference->dkeys(object, epoch), place));
    for (const Key& dkey : reference->known_dkeys(object)) {
      place.dkey = dkey;
      place.akey.clear();
      FIRN_CO_CHECK(co_await compare_keys(store, {.level = vos::ListLevel::akeys},
                                          reference->akeys(object, dkey, epoch), place));
      for (const Key& akey : reference->known_akeys(object, dkey)) {
        place.akey = akey;
        FIRN_CO_CHECK(co_await compare_akey(store, reference, place));
      }
    }
  }
  co_return Result<void>();
}

}  // namespace firn::torture
