// Object I/O: from one call to messages to the targets that own the object's groups; see object.h.
#include "client/object.h"

#include <algorithm>

#include "client/gather.h"
#include "codec/crc32c.h"
#include "model/object_id.h"
#include "model/pieces.h"
#include "placement/placement.h"
#include "runtime/when_all.h"

namespace firn::client {

namespace {

constexpr int kStaleRetriesMax = 8;

// Fills in the items' checksums; Code::invalid unless `data` is as long as the items say.
Result<void> checksum_items(std::vector<UpdateItem>& items, const std::vector<ByteView>& data) {
  uint64_t offset = 0;
  const uint64_t available = total_bytes(data);
  Slicer<ByteView> slicer(data);
  std::vector<ByteView> slices;
  auto checksum_next = [&](uint64_t bytes) {
    slices.clear();
    slicer.slice(offset, bytes, slices);
    offset += bytes;
    return crc32c(slices);
  };
  for (UpdateItem& item : items) {
    item.checksums.clear();
    const uint64_t bytes = item.data_bytes();
    if (bytes > available - offset) return fail(Code::invalid, "an update has less data than its items say");
    if (item.punch) continue;
    if (item.kind == ValueKind::single) {
      item.checksums.push_back(checksum_next(item.record_bytes));
      continue;
    }
    for (const Recx& recx : item.recxs) {
      for_each_piece(recx, item.record_bytes, [&](Recx piece) {
        item.checksums.push_back(checksum_next(piece.count * item.record_bytes));
      });
    }
  }
  if (offset != available) return fail(Code::invalid, "an update has more data than its items say");
  return {};
}

// One stretch of a fetch's payload: where it goes in its target's buffers and what its checksum must be.
struct Landing {
  uint64_t at = 0;
  uint64_t bytes = 0;
  uint32_t checksum = 0;
};

Error corrupt_target(const FetchTarget& target, const char* what) {
  return fail(Code::corrupt, what).on("akey", target.item.akey);
}

// Where a fetched array's extents go: by their place within the requested recxs.
template <class Visit>
Result<void> each_extent(const FetchTarget& target, const FetchedItem& found, Visit visit) {
  const uint64_t capacity = total_bytes(target.buffers);
  size_t index = 0;
  uint64_t offset = 0;  // of recxs[index] in the buffers
  uint64_t behind = 0;  // extents of this recx are at or after this record
  for (const FetchedExtent& extent : found.extents) {
    const auto& recxs = target.item.recxs;
    auto within = [&] {
      return extent.recx.start >= std::max(behind, recxs[index].start) &&
             extent.recx.end() <= recxs[index].end();
    };
    while (index < recxs.size() && !within()) {
      offset += recxs[index++].count * found.record_bytes;
      behind = 0;
    }
    if (index == recxs.size() || extent.recx.end() < extent.recx.start)
      return corrupt_target(target, "the target sent records that were not asked for");
    const Landing landing{offset + (extent.recx.start - recxs[index].start) * found.record_bytes,
                          extent.recx.count * found.record_bytes, extent.checksum};
    if (landing.at + landing.bytes > capacity) {
      return fail(Code::too_big, "the records do not fit the buffers")
          .on("akey", target.item.akey)
          .on("record_bytes", found.record_bytes);
    }
    FIRN_CHECK(visit(landing));
    behind = extent.recx.end();
  }
  return {};
}

// Calls visit(slicer of the target's buffers, landing) for each stretch, in the order of the payload.
template <class Visit>
Result<void> each_landing(const std::vector<FetchTarget>& targets, const FetchReply& reply, Visit visit) {
  if (reply.items.size() != targets.size()) return fail(Code::corrupt, "the target answered another request");
  for (size_t i = 0; i < targets.size(); i++) {
    const FetchTarget& target = targets[i];
    const FetchedItem& found = reply.items[i];
    Slicer<MutableBytes> slicer(target.buffers);
    if (target.item.kind == ValueKind::array) {
      FIRN_CHECK(each_extent(target, found, [&](const Landing& landing) { return visit(slicer, landing); }));
    } else if (found.sent) {
      if (found.record_bytes > total_bytes(target.buffers))
        return corrupt_target(target, "the target sent more than was asked for");
      FIRN_CHECK(visit(slicer, Landing{0, found.record_bytes, found.checksum}));
    }
  }
  return {};
}

Result<std::vector<MutableBytes>> place_reply(const std::vector<FetchTarget>& targets,
                                              const FetchReply& reply) {
  std::vector<MutableBytes> parts;
  FIRN_CHECK(each_landing(targets, reply, [&](auto& slicer, const Landing& landing) -> Result<void> {
    slicer.slice(landing.at, landing.bytes, parts);
    return {};
  }));
  return parts;
}

Result<void> verify(const std::vector<FetchTarget>& targets, const FetchReply& reply) {
  return each_landing(targets, reply, [](auto& slicer, const Landing& landing) -> Result<void> {
    uint32_t checksum = 0;
    slicer.each(landing.at, landing.bytes, [&](MutableBytes part) { checksum = crc32c(part, checksum); });
    if (checksum != landing.checksum) return fail(Code::corrupt, "fetched data does not match its checksum");
    return {};
  });
}

ListRequest list_request(uint8_t level, Key dkey, uint32_t entries_max, Epoch epoch) {
  ListRequest request;
  request.level = level;
  request.dkey = std::move(dkey);
  request.entries_max = entries_max;
  request.epoch = epoch;
  return request;
}

}  // namespace

uint32_t Object::group_of(const Key& dkey) const { return placement::group_of(id_, dkey); }

template <class Request>
Task<Result<typename Request::Reply>> Object::call(Object self, Request* request, uint32_t group,
                                                   net::Bulk<typename Request::Reply> bulk) {
  Pool& pool = self.container_->pool();
  Client& client = pool.client();
  for (int attempt = 0;; attempt++) {
    const PgIndex pg = placement::pg_of(self.id_, group, pool.map().pg_count());
    request->address = {pool.id(), pool.map().version, self.container_->info().id, self.id_, pg};
    auto reply = co_await client.rpc().call(pool.address_of(pg), *request, bulk, client.options().call);
    if (reply || reply.error().code() != Code::stale || attempt == kStaleRetriesMax) {
      if (!reply) co_return std::move(reply).error().on("object", self.id_.text());
      co_return std::move(reply);
    }
    FIRN_CO_CHECK(co_await pool.refresh_map());
  }
}

Task<Result<Epoch>> Object::update(Key dkey, std::vector<UpdateItem> items, std::vector<ByteView> data,
                                   Condition conditions) {
  return update_parts(*this, {{}, std::move(dkey), conditions, std::move(items)}, std::move(data));
}

Task<Result<Epoch>> Object::update_parts(Object self, UpdateRequest request, std::vector<ByteView> data) {
  FIRN_CO_CHECK(checksum_items(request.items, data));
  const uint32_t group = self.group_of(request.dkey);
  FIRN_CO_TRY(ChangeReply reply, co_await call(self, &request, group, {.send = data}));
  co_return reply.epoch;
}

Task<Result<std::vector<FetchedItem>>> Object::fetch(Key dkey, std::vector<FetchTarget> targets,
                                                     Condition conditions, Epoch epoch) {
  FetchRequest request = fetch_request(std::move(dkey), targets);
  request.conditions = conditions;
  request.epoch = epoch;
  return fetch_items(*this, std::move(request), std::move(targets));
}

Task<Result<FetchReply>> Object::fetch_now(Key dkey, std::vector<FetchTarget> targets) {
  FetchRequest request = fetch_request(std::move(dkey), targets);
  return fetch_parts(*this, std::move(request), std::move(targets));
}

FetchRequest Object::fetch_request(Key dkey, std::vector<FetchTarget>& targets) {
  FetchRequest request;
  request.dkey = std::move(dkey);
  request.items.reserve(targets.size());
  for (FetchTarget& target : targets) {
    if (target.item.kind == ValueKind::single) target.item.capacity_bytes = total_bytes(target.buffers);
    request.items.push_back(target.item);
  }
  return request;
}

Task<Result<std::vector<FetchedItem>>> Object::fetch_items(Object self, FetchRequest request,
                                                           std::vector<FetchTarget> targets) {
  FIRN_CO_TRY(FetchReply reply, co_await fetch_parts(self, std::move(request), std::move(targets)));
  co_return std::move(reply.items);
}

Task<Result<FetchReply>> Object::fetch_parts(Object self, FetchRequest request,
                                             std::vector<FetchTarget> targets) {
  net::Bulk<FetchReply> bulk;
  bulk.place = [&targets](const FetchReply& reply, size_t) { return place_reply(targets, reply); };
  const uint32_t group = self.group_of(request.dkey);
  FIRN_CO_TRY(FetchReply reply, co_await call(self, &request, group, std::move(bulk)));
  if (reply.items.size() != targets.size())
    co_return fail(Code::corrupt, "the target answered another request");
  if (self.container_->pool().client().options().verify_checksums) FIRN_CO_CHECK(verify(targets, reply));
  co_return std::move(reply);
}

Task<Result<std::optional<std::string>>> Object::fetch_value(Key dkey, Key akey, Epoch epoch) {
  return fetch_single(*this, std::move(dkey), std::move(akey), epoch);
}

Task<Result<std::optional<std::string>>> Object::fetch_single(Object self, Key dkey, Key akey, Epoch epoch) {
  // Most values fit the first guess; a longer one is asked for again, with room for what was found.
  std::string value(4096, '\0');
  for (;;) {
    const MutableBytes room{reinterpret_cast<std::byte*>(value.data()), value.size()};
    std::vector<FetchTarget> targets;
    targets.push_back({{.akey = akey}, {room}});
    FIRN_CO_TRY(auto found, co_await self.fetch(dkey, std::move(targets), Condition::none, epoch));
    if (found[0].record_bytes == 0 && !found[0].sent) co_return std::nullopt;
    if (found[0].sent) {
      value.resize(found[0].record_bytes);
      co_return std::move(value);
    }
    value.resize(found[0].record_bytes);
  }
}

Task<Result<void>> Object::punch() { return punch_groups(*this); }

Task<Result<void>> Object::punch_groups(Object self) {
  std::vector<Task<Result<void>>> punches;
  for (uint32_t group = 0; group < group_count(self.id_); group++)
    punches.push_back(punch_group(self, group));
  co_return co_await when_all_ok(std::move(punches));
}

Task<Result<void>> Object::punch_group(Object self, uint32_t group) {
  FIRN_CO_CHECK(co_await punch_one(self, {}, group));
  co_return {};
}

Task<Result<Epoch>> Object::punch_one(Object self, PunchRequest request, uint32_t group) {
  FIRN_CO_TRY(const ChangeReply reply, co_await call(self, &request, group, {}));
  co_return reply.epoch;
}

Task<Result<Epoch>> Object::punch_dkey(Key dkey, Condition conditions, Epoch unchanged_since) {
  const uint32_t group = group_of(dkey);
  return punch_one(*this, {{}, std::move(dkey), {}, conditions, unchanged_since}, group);
}

Task<Result<Epoch>> Object::punch_akeys(Key dkey, std::vector<Key> akeys, Condition conditions) {
  const uint32_t group = group_of(dkey);
  return punch_one(*this, {{}, std::move(dkey), std::move(akeys), conditions}, group);
}

Task<Result<std::vector<Key>>> Object::list_dkeys(ListAnchor& anchor, uint32_t entries_max, Epoch epoch) {
  return list_group(*this, list_request(1, {}, entries_max, epoch), anchor.group, &anchor, false);
}

Task<Result<std::vector<Key>>> Object::list_akeys(Key dkey, ListAnchor& anchor, uint32_t entries_max,
                                                  Epoch epoch) {
  const uint32_t group = group_of(dkey);
  return list_group(*this, list_request(2, std::move(dkey), entries_max, epoch), group, &anchor, true);
}

Task<Result<std::vector<Key>>> Object::list_group(Object self, ListRequest request, uint32_t group,
                                                  ListAnchor* anchor, bool single_group) {
  if (anchor->end) co_return std::vector<Key>{};
  request.after = anchor->after;
  FIRN_CO_TRY(ListReply reply, co_await call(self, &request, group, {}));
  if (!reply.keys.empty()) anchor->after = reply.keys.back();
  if (reply.end) {
    anchor->after.reset();
    anchor->end = single_group || ++anchor->group == group_count(self.id_);
  }
  co_return std::move(reply.keys);
}

Task<Result<ListReply>> Object::list_extents(Key dkey, Key akey, uint64_t from_record, Epoch epoch) {
  const uint32_t group = group_of(dkey);
  ListRequest request = list_request(3, std::move(dkey), 0, epoch);
  request.akey = std::move(akey);
  request.from_record = from_record;
  return list_once(*this, std::move(request), group);
}

Task<Result<ListReply>> Object::list_once(Object self, ListRequest request, uint32_t group) {
  co_return co_await call(self, &request, group, {});
}

Task<Result<QueryReply>> Object::query(QueryRequest request) {
  return query_groups(*this, std::move(request));
}

Task<Result<QueryReply>> Object::query_groups(Object self, QueryRequest request) {
  const bool largest = request.largest;
  const bool one_dkey = !request.find_dkey && (request.find_akey || request.find_recx);
  const uint32_t first = one_dkey ? self.group_of(request.dkey) : 0;
  const uint32_t count = one_dkey ? 1 : group_count(self.id_);
  std::vector<QueryReply> replies(count);
  std::vector<Task<Result<void>>> queries;
  for (uint32_t i = 0; i < count; i++) queries.push_back(query_one(self, request, first + i, &replies[i]));
  FIRN_CO_CHECK(co_await when_all_ok(std::move(queries)));
  QueryReply best = std::move(replies[0]);
  for (QueryReply& reply : std::span(replies).subspan(1)) {
    const Epoch newest = std::max(best.newest, reply.newest);
    const bool better =
        reply.found && (!best.found || (largest ? reply.dkey > best.dkey : reply.dkey < best.dkey));
    if (better) best = std::move(reply);
    best.newest = newest;
  }
  co_return best;
}

Task<Result<void>> Object::query_one(Object self, QueryRequest request, uint32_t group, QueryReply* reply) {
  FIRN_CO_TRY(*reply, co_await call(self, &request, group, {}));
  co_return {};
}

}  // namespace firn::client
