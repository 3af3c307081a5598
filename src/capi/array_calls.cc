// Arrays; daos_array.h. compat: array API.
#include <cstring>

#include <daos_array.h>

#include "capi/array_io.h"
#include "capi/convert.h"
#include "capi/object_calls.h"
#include "client/array.h"
#include "runtime/when_all.h"

namespace firn::capi {

namespace {

constexpr char kAkey[] = "0";
constexpr uint64_t kMagic = 0xdaca55a9daca55a9;

using Handle = std::shared_ptr<ArrayHandle>;

// What an array that knows its sizes keeps of them, under dkey 0.
struct StoredSizes {
  uint64_t magic = kMagic;
  uint64_t cell_bytes = 0;
  uint64_t chunk_cells = 0;
};

struct OpenArray {
  OpenObject open;
  client::Array array;
};

Result<OpenArray> array_in(Lane& lane, const ArrayHandle& handle) {
  FIRN_TRY(OpenObject open, open_in(lane, handle.object));
  client::Array array(open.object, handle.cell_bytes, handle.chunk_cells);
  return OpenArray{std::move(open), array};
}

int add_array(Handle handle, daos_handle_t* place) {
  *place = handles().add(std::move(handle));
  return place->cookie == 0 ? -DER_NOMEM : 0;
}

Task<Result<int>> create(Lane* lane, Handle handle, daos_handle_t* place) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, handle->object));
  const StoredSizes sizes{.cell_bytes = handle->cell_bytes, .chunk_cells = handle->chunk_cells};
  std::vector<UpdateItem> items;
  items.push_back({.akey = kAkey, .record_bytes = sizeof sizes});
  const ByteView data(reinterpret_cast<const std::byte*>(&sizes), sizeof sizes);
  FIRN_CO_CHECK(co_await open.object.update(uint64_key(0), std::move(items), {data},
                                            Condition::dkey_insert | Condition::akey_insert));
  co_return add_array(std::move(handle), place);
}

struct OpenPlaces {
  daos_size_t* cell_bytes;
  daos_size_t* chunk_cells;
  daos_handle_t* handle;
};

Task<Result<int>> open(Lane* lane, Handle handle, OpenPlaces places) {
  FIRN_CO_TRY(OpenObject open, open_in(*lane, handle->object));
  FIRN_CO_TRY(const auto stored, co_await open.object.fetch_value(uint64_key(0), kAkey));
  if (!stored) co_return fail(Code::not_found, "there is no array").on("object", handle->object.id.text());
  StoredSizes sizes;
  if (stored->size() != sizeof sizes) co_return fail(Code::permission, "the object is no array");
  std::memcpy(&sizes, stored->data(), sizeof sizes);
  if (sizes.magic != kMagic || sizes.cell_bytes == 0 || sizes.chunk_cells == 0)
    co_return fail(Code::permission, "the object is no array");
  *places.cell_bytes = handle->cell_bytes = sizes.cell_bytes;
  *places.chunk_cells = sizes.chunk_cells;
  handle->chunk_cells = sizes.chunk_cells;
  co_return add_array(std::move(handle), places.handle);
}

Task<Result<int>> write(Lane* lane, Handle handle, std::vector<ArrayRange> ranges) {
  FIRN_CO_TRY(OpenArray open, array_in(*lane, *handle));
  std::vector<Task<Result<void>>> writes;
  for (const ArrayRange& range : ranges) {
    writes.push_back(open.array.write(range.start, range.count,
                                      std::vector<ByteView>(range.buffers.begin(), range.buffers.end())));
  }
  FIRN_CO_CHECK(co_await when_all_ok(std::move(writes)));
  co_return 0;
}

// What was asked for behind the array's end.
Task<Result<uint64_t>> cells_behind_end(client::Array* array, const std::vector<ArrayRange>* ranges) {
  FIRN_CO_TRY(const uint64_t size, co_await array->size());
  uint64_t behind = 0;
  for (const ArrayRange& range : *ranges) {
    if (range.end() > size) behind += range.end() - std::max(size, range.start);
  }
  co_return behind;
}

Task<Result<int>> read(Lane* lane, Handle handle, std::vector<ArrayRange> ranges, daos_array_iod_t* told) {
  FIRN_CO_TRY(OpenArray open, array_in(*lane, *handle));
  std::vector<Task<Result<uint64_t>>> reads;
  uint64_t cells = 0;
  for (const ArrayRange& range : ranges) {
    cells += range.count;
    reads.push_back(open.array.read(range.start, range.count, range.buffers));
  }
  auto ends = co_await when_all(std::move(reads));
  bool complete = true;
  for (size_t i = 0; i < ends.size(); i++) {
    FIRN_CO_TRY(const uint64_t end, std::move(ends[i]));
    complete = complete && end == ranges[i].end();
  }
  if (object_type(handle->object.id) != ObjectType::array_byte) co_return 0;
  told->arr_nr_short_read = 0;
  if (!complete) {
    FIRN_CO_TRY(told->arr_nr_short_read, co_await cells_behind_end(&open.array, &ranges));
  }
  told->arr_nr_read = cells - told->arr_nr_short_read;
  co_return 0;
}

Task<Result<int>> punch(Lane* lane, Handle handle, std::vector<ArrayRange> ranges) {
  FIRN_CO_TRY(OpenArray open, array_in(*lane, *handle));
  for (const ArrayRange& range : ranges) FIRN_CO_CHECK(co_await open.array.punch(range.start, range.count));
  co_return 0;
}

Task<Result<int>> stat(Lane* lane, Handle handle, daos_array_stbuf_t* place) {
  FIRN_CO_TRY(OpenArray open, array_in(*lane, *handle));
  FIRN_CO_TRY(const client::Array::Stat found, co_await open.array.stat());
  *place = {.st_size = found.cells, .st_max_epoch = found.newest.value};
  co_return 0;
}

Task<Result<int>> get_size(Lane* lane, Handle handle, daos_size_t* place) {
  FIRN_CO_TRY(OpenArray open, array_in(*lane, *handle));
  FIRN_CO_TRY(*place, co_await open.array.size());
  co_return 0;
}

Task<Result<int>> set_size(Lane* lane, Handle handle, uint64_t cells) {
  FIRN_CO_TRY(OpenArray open, array_in(*lane, *handle));
  FIRN_CO_CHECK(co_await open.array.set_size(cells));
  co_return 0;
}

Task<Result<int>> destroy(Lane* lane, Handle handle) {
  FIRN_CO_TRY(OpenArray open, array_in(*lane, *handle));
  FIRN_CO_CHECK(co_await open.open.object.punch());
  co_return 0;
}

int check(daos_handle_t oh, daos_handle_t th, bool changes, Handle& handle) {
  if (!ready()) return -DER_UNINIT;
  handle = find<ArrayHandle>(oh);
  if (!handle || !no_transaction(th)) return -DER_NO_HDL;
  return changes && (handle->object.mode & kWriteModes) == 0 ? -DER_NO_PERM : 0;
}

// A handle that is not in the table yet.
int prepare(daos_handle_t coh, daos_obj_id_t oid, unsigned mode, Handle& handle) {
  if (!ready()) return -DER_UNINIT;
  auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (!daos_is_array(oid)) return refuse("the object id is no array's");
  handle = std::make_shared<ArrayHandle>();
  return describe_object(std::move(container), object_id_of(oid), mode, handle->object);
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_array_create(daos_handle_t coh, daos_obj_id_t oid, daos_handle_t th, daos_size_t cell_size,
                      daos_size_t chunk_size, daos_handle_t* oh, daos_event_t* ev) {
  Handle handle;
  if (const int bad = prepare(coh, oid, DAOS_OO_RW, handle); bad != 0) return bad;
  if (!no_transaction(th)) return -DER_NO_HDL;
  if (oh == nullptr || cell_size == 0 || chunk_size == 0)
    return refuse("sizes or place for the handle missing");
  handle->cell_bytes = cell_size;
  handle->chunk_cells = chunk_size;
  if (daos_obj_id2type(oid) != DAOS_OT_ARRAY) return perform_now(ev, add_array(std::move(handle), oh));
  return perform(ev, [handle = std::move(handle), oh](Lane& lane) { return create(&lane, handle, oh); });
}

int daos_array_open(daos_handle_t coh, daos_obj_id_t oid, daos_handle_t th, unsigned int mode,
                    daos_size_t* cell_size, daos_size_t* chunk_size, daos_handle_t* oh, daos_event_t* ev) {
  Handle handle;
  if (const int bad = prepare(coh, oid, mode, handle); bad != 0) return bad;
  if (!no_transaction(th)) return -DER_NO_HDL;
  if (oh == nullptr || cell_size == nullptr || chunk_size == nullptr ||
      daos_obj_id2type(oid) != DAOS_OT_ARRAY)
    return refuse("a place is missing, or the array does not know its sizes");
  const OpenPlaces places{cell_size, chunk_size, oh};
  return perform(ev,
                 [handle = std::move(handle), places](Lane& lane) { return open(&lane, handle, places); });
}

int daos_array_open_with_attr(daos_handle_t coh, daos_obj_id_t oid, daos_handle_t th, unsigned int mode,
                              daos_size_t cell_size, daos_size_t chunk_size, daos_handle_t* oh,
                              daos_event_t* ev) {
  Handle handle;
  if (const int bad = prepare(coh, oid, mode, handle); bad != 0) return bad;
  if (!no_transaction(th)) return -DER_NO_HDL;
  if (oh == nullptr || cell_size == 0 || chunk_size == 0 || daos_obj_id2type(oid) == DAOS_OT_ARRAY)
    return refuse("sizes or place for the handle missing, or the array knows its sizes");
  handle->cell_bytes = cell_size;
  handle->chunk_cells = chunk_size;
  return perform_now(ev, add_array(std::move(handle), oh));
}

int daos_array_close(daos_handle_t oh, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  return handles().remove<ArrayHandle>(oh) ? perform_now(ev, 0) : -DER_NO_HDL;
}

int daos_array_read(daos_handle_t oh, daos_handle_t th, daos_array_iod_t* iod, d_sg_list_t* sgl,
                    daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, false, handle); bad != 0) return bad;
  if (sgl == nullptr) return refuse("the buffers are missing");
  auto ranges = plan_ranges(iod, sgl, handle->cell_bytes);
  if (!ranges) return report(std::move(ranges).error(), std::source_location::current());
  return perform(ev, [handle = std::move(handle), ranges = *std::move(ranges), iod](Lane& lane) {
    return read(&lane, handle, ranges, iod);
  });
}

int daos_array_write(daos_handle_t oh, daos_handle_t th, daos_array_iod_t* iod, d_sg_list_t* sgl,
                     daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, true, handle); bad != 0) return bad;
  if (sgl == nullptr) return refuse("the buffers are missing");
  auto ranges = plan_ranges(iod, sgl, handle->cell_bytes);
  if (!ranges) return report(std::move(ranges).error(), std::source_location::current());
  return perform(ev, [handle = std::move(handle), ranges = *std::move(ranges)](Lane& lane) {
    return write(&lane, handle, ranges);
  });
}

int daos_array_punch(daos_handle_t oh, daos_handle_t th, daos_array_iod_t* iod, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, true, handle); bad != 0) return bad;
  auto ranges = plan_ranges(iod, nullptr, handle->cell_bytes);
  if (!ranges) return report(std::move(ranges).error(), std::source_location::current());
  return perform(ev, [handle = std::move(handle), ranges = *std::move(ranges)](Lane& lane) {
    return punch(&lane, handle, ranges);
  });
}

int daos_array_get_size(daos_handle_t oh, daos_handle_t th, daos_size_t* size, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, false, handle); bad != 0) return bad;
  if (size == nullptr) return refuse("there is no place for the size");
  return perform(ev,
                 [handle = std::move(handle), size](Lane& lane) { return get_size(&lane, handle, size); });
}

int daos_array_stat(daos_handle_t oh, daos_handle_t th, daos_array_stbuf_t* stbuf, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, false, handle); bad != 0) return bad;
  if (stbuf == nullptr) return refuse("there is no place for the answer");
  return perform(ev, [handle = std::move(handle), stbuf](Lane& lane) { return stat(&lane, handle, stbuf); });
}

int daos_array_set_size(daos_handle_t oh, daos_handle_t th, daos_size_t size, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, true, handle); bad != 0) return bad;
  return perform(ev,
                 [handle = std::move(handle), size](Lane& lane) { return set_size(&lane, handle, size); });
}

int daos_array_destroy(daos_handle_t oh, daos_handle_t th, daos_event_t* ev) {
  Handle handle;
  if (const int bad = check(oh, th, true, handle); bad != 0) return bad;
  return perform(ev, [handle = std::move(handle)](Lane& lane) { return destroy(&lane, handle); });
}

int daos_array_get_attr(daos_handle_t oh, daos_size_t* chunk_size, daos_size_t* cell_size) {
  if (!ready()) return -DER_UNINIT;
  const auto handle = find<ArrayHandle>(oh);
  if (!handle) return -DER_NO_HDL;
  if (chunk_size == nullptr || cell_size == nullptr) return refuse("there is no place for the sizes");
  *chunk_size = handle->chunk_cells;
  *cell_size = handle->cell_bytes;
  return 0;
}

int daos_array_update_chunk_size(daos_handle_t oh, daos_size_t chunk_size) {
  if (!ready()) return -DER_UNINIT;
  const auto handle = find<ArrayHandle>(oh);
  if (!handle) return -DER_NO_HDL;
  if (chunk_size == 0) return refuse("a chunk without cells");
  handle->chunk_cells = chunk_size;
  return 0;
}
