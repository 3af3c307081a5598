// Messages and store structures; see object_convert.h.
#include "engine/object_convert.h"

#include <utility>

namespace firn::engine {

namespace {

vos::ObjectRef object_of(const ObjectAddress& address) {
  return {address.pg, address.container, address.object};
}

Result<void> check_conditions(Condition conditions) {
  constexpr uint32_t kKnown = 0x7f;
  const uint32_t unknown = static_cast<uint32_t>(conditions) & ~kKnown;
  if (unknown == 0) return {};
  return fail(Code::invalid, "the request has conditions that this version does not know")
      .on("bits", unknown);
}

template <class Items>
Result<void> check_kinds(const Items& items) {
  for (const auto& item : items) {
    if (item.kind > ValueKind::array) {
      return fail(Code::invalid, "there is no such kind of value")
          .on("kind", static_cast<uint64_t>(item.kind));
    }
    if (item.kind == ValueKind::single && !item.recxs.empty()) {
      return fail(Code::invalid, "a single value has no extents");
    }
  }
  return {};
}

}  // namespace

Result<vos::Update> to_store(UpdateRequest request, RequestOrigin origin) {
  FIRN_CHECK(check_conditions(request.conditions));
  FIRN_CHECK(check_kinds(request.items));
  return vos::Update{.object = object_of(request.address),
                     .dkey = std::move(request.dkey),
                     .items = std::move(request.items),
                     .conditions = request.conditions,
                     .request = origin.request,
                     .completed_below = origin.completed_below};
}

Result<vos::Punch> to_store(PunchRequest request, RequestOrigin origin) {
  FIRN_CHECK(check_conditions(request.conditions));
  return vos::Punch{.object = object_of(request.address),
                    .dkey = std::move(request.dkey),
                    .akeys = std::move(request.akeys),
                    .conditions = request.conditions,
                    .unchanged_since = request.unchanged_since,
                    .request = origin.request,
                    .completed_below = origin.completed_below};
}

Result<vos::Fetch> to_store(FetchRequest request) {
  FIRN_CHECK(check_conditions(request.conditions));
  FIRN_CHECK(check_kinds(request.items));
  return vos::Fetch{.object = object_of(request.address),
                    .dkey = std::move(request.dkey),
                    .items = std::move(request.items),
                    .conditions = request.conditions,
                    .epoch = request.epoch};
}

Result<vos::List> to_store(ListRequest request) {
  const auto level = static_cast<vos::ListLevel>(request.level);
  if (level > vos::ListLevel::extents) {
    return fail(Code::invalid, "there is no such level to list").on("level", request.level);
  }
  return vos::List{.level = level,
                   .object = object_of(request.address),
                   .dkey = std::move(request.dkey),
                   .akey = std::move(request.akey),
                   .epoch = request.epoch,
                   .after = std::move(request.after),
                   .from_record = request.from_record,
                   .entries_max = request.entries_max};
}

Result<vos::Query> to_store(QueryRequest request) {
  return vos::Query{.object = object_of(request.address),
                    .largest = request.largest,
                    .find_dkey = request.find_dkey,
                    .find_akey = request.find_akey,
                    .find_recx = request.find_recx,
                    .find_newest = request.find_newest,
                    .dkey = std::move(request.dkey),
                    .akey = std::move(request.akey),
                    .epoch = request.epoch};
}

ListReply to_message(vos::ListResult result) {
  ListReply reply;
  reply.end = result.end;
  reply.record_bytes = result.record_bytes;
  reply.objects = std::move(result.objects);
  size_t bytes = 0;
  for (Key& key : result.keys) {
    bytes += key.size() + sizeof(uint32_t);
    if (bytes > kListBytesMax) {
      reply.end = false;
      break;
    }
    reply.keys.push_back(std::move(key));
  }
  for (const vos::ListedExtent& extent : result.extents) reply.extents.push_back({extent.recx, extent.epoch});
  return reply;
}

QueryReply to_message(vos::QueryResult result) {
  return {.found = result.found,
          .dkey = std::move(result.dkey),
          .akey = std::move(result.akey),
          .recx = result.recx,
          .record_bytes = result.record_bytes,
          .newest = result.newest};
}

}  // namespace firn::engine
