// Random operations; see workload.h.
#include "workload.h"

#include <algorithm>
#include <set>

#include "codec/crc32c.h"
#include "model/pieces.h"

namespace firn::model {

std::vector<ContainerId> Workload::containers() {
  std::vector<ContainerId> all(2);
  all[0].uuid.bytes[0] = 1;
  all[1].uuid.bytes[15] = 2;
  return all;
}

vos::ObjectRef Workload::object() {
  const uint64_t which = rng_.below(options_.objects);
  // The container is part of which object it is; two objects differ in it alone.
  return {PgIndex{static_cast<uint32_t>(which % 2 * 7)}, containers()[which % 3 == 2 ? 1 : 0],
          ObjectId{1ull << 56, which / 2}};
}

// Keys of all sorts: numbers, prefixes of each other, zero bytes.
Key Workload::dkey() {
  static const std::vector<Key> kKeys = {uint64_key(0),         uint64_key(1), "d",
                                         std::string("d\0", 2), "d\x01x",      "dd"};
  const uint64_t which = rng_.below(options_.dkeys);
  return which < kKeys.size() ? kKeys[which] : uint64_key(which * which * which);
}

Key Workload::akey() {
  static const std::vector<Key> kKeys = {"single", "array", std::string("\0", 1), uint64_key(256), ""};
  return kKeys[rng_.below(std::min<uint64_t>(options_.akeys, kKeys.size()))];
}

ValueKind Workload::usual_kind(const Key& akey) {
  const bool unusual = options_.bad_kinds && rng_.chance(1, 20);
  const bool single = akey == "single" || (akey != "array" && rng_.chance(1, 2));
  return single != unusual ? ValueKind::single : ValueKind::array;
}

uint64_t Workload::usual_record_bytes(const Key& dkey, const Key& akey) const {
  static constexpr uint64_t kSizes[] = {1, 8, 100, 3000, 70'000};
  return kSizes[(dkey.size() + static_cast<unsigned char>(dkey.back()) + akey.size()) % 5];
}

// Near the start, or around the border between two units.
Recx Workload::recx(uint64_t record_bytes) {
  const uint64_t unit = unit_records(record_bytes);
  const uint64_t count_max = std::max<uint64_t>(1, std::min<uint64_t>(600, 200'000 / record_bytes));
  const uint64_t base =
      rng_.chance(1, 2) ? 0 : unit * rng_.between(1, 3) - std::min<uint64_t>(unit, rng_.below(40));
  return {base + rng_.below(20), rng_.chance(1, 2) ? rng_.between(1, std::min<uint64_t>(count_max, 12))
                                                   : rng_.between(1, count_max)};
}

std::vector<Recx> Workload::apart(uint64_t record_bytes) {
  std::vector<Recx> recxs = {recx(record_bytes)};
  while (rng_.chance(1, 3)) {
    const Recx next = recx(record_bytes);
    const bool overlaps = std::any_of(recxs.begin(), recxs.end(), [&](const Recx& other) {
      return next.start < other.end() && other.start < next.end();
    });
    if (!overlaps) recxs.push_back(next);
  }
  return recxs;
}

uint64_t Workload::single_bytes() {
  switch (rng_.below(8)) {
    case 0:
      return rng_.between(1000, 1050);  // around what is stored inline
    case 1:
      return rng_.between(4000, 4200);
    case 2:
      return rng_.between(1, options_.single_bytes_max);
    default:
      return rng_.between(1, options_.single_bytes_usual);
  }
}

std::string Workload::random_bytes(uint64_t bytes) {
  std::string out(static_cast<size_t>(bytes), '\0');
  uint64_t word = rng_.next();
  for (char& c : out) {
    word = word * 6364136223846793005 + 1442695040888963407;
    c = static_cast<char>(word >> 56);
  }
  return out;
}

void drop_conditions(vos::Update& update) {
  update.conditions = Condition::none;
  for (UpdateItem& item : update.items) item.conditions = Condition::none;
}

void drop_conditions(vos::Fetch& fetch) {
  fetch.conditions = Condition::none;
  for (FetchItem& item : fetch.items) item.conditions = Condition::none;
}

ChangeCall Workload::change() {
  ChangeCall call = options_.punches && rng_.chance(1, 6) ? punch() : update();
  const RequestId request{ClientId{rng_.between(1, 3)}, RequestSequence{++sequence_}};
  std::visit([&](auto& change) { change.request = request; }, call.call);
  return call;
}

ChangeCall Workload::update() {
  vos::Update update;
  update.object = object();
  update.dkey = dkey();
  std::string payload;
  std::set<Key> akeys = {akey()};
  while (rng_.chance(1, 4)) akeys.insert(akey());
  for (const Key& akey : akeys) {
    UpdateItem next = item(update.dkey, akey);
    const std::string data = random_bytes(next.data_bytes());
    if (rng_.chance(3, 4)) add_checksums(next, data);
    payload += data;
    update.items.push_back(std::move(next));
  }
  static constexpr Condition kConditions[] = {Condition::dkey_insert, Condition::dkey_update,
                                              Condition::akey_insert, Condition::akey_update};
  if (options_.conditions && rng_.chance(1, 5)) update.conditions = kConditions[rng_.below(4)];
  if (!has(update.conditions, Condition::akey_insert | Condition::akey_update)) {
    for (UpdateItem& item : update.items) {
      if (options_.conditions && rng_.chance(1, 10)) item.conditions = kConditions[2 + rng_.below(2)];
    }
  }
  return {std::move(update), std::move(payload)};
}

UpdateItem Workload::item(const Key& dkey, const Key& akey) {
  UpdateItem item;
  item.akey = akey;
  item.kind = usual_kind(akey);
  item.punch = options_.punches && rng_.chance(1, 8);
  if (item.kind == ValueKind::single) {
    if (!item.punch) item.record_bytes = single_bytes();
    return item;
  }
  const uint64_t record_bytes = options_.bad_kinds && rng_.chance(1, 20) ? 5 : usual_record_bytes(dkey, akey);
  item.recxs = apart(record_bytes);
  if (!item.punch) item.record_bytes = record_bytes;
  // Sometimes as a truncation: all the rest.
  if (item.punch && rng_.chance(1, 3))
    item.recxs = {{item.recxs[0].start, kRecordIndexMax - item.recxs[0].start}};
  return item;
}

void Workload::add_checksums(UpdateItem& item, std::string_view data) {
  if (item.punch) return;
  if (item.kind == ValueKind::single) {
    item.checksums = {crc32c(as_bytes(data))};
    return;
  }
  for (const Recx& recx : item.recxs) {
    for_each_piece(recx, item.record_bytes, [&](Recx piece) {
      const auto bytes = static_cast<size_t>(piece.count * item.record_bytes);
      item.checksums.push_back(crc32c(as_bytes(data.substr(0, bytes))));
      data.remove_prefix(bytes);
    });
  }
}

ChangeCall Workload::punch() {
  vos::Punch punch;
  punch.object = object();
  const uint64_t level = options_.object_punches ? rng_.below(6) : rng_.between(1, 5);
  if (level > 0) punch.dkey = dkey();
  if (level > 2) {
    std::set<Key> akeys = {akey()};
    if (rng_.chance(1, 3)) akeys.insert(akey());
    punch.akeys.assign(akeys.begin(), akeys.end());
  }
  if (options_.conditions && rng_.chance(1, 3)) punch.conditions = Condition::punch;
  return {std::move(punch), {}};
}

void Workload::look_back(ChangeCall& change, const std::set<Epoch>& epochs) {
  auto* const punch = std::get_if<vos::Punch>(&change.call);
  if (punch == nullptr || !options_.conditions || epochs.empty() || !rng_.chance(1, 3)) return;
  constexpr size_t kBackMax = 20;
  const uint64_t back = rng_.between(1, std::min(kBackMax, epochs.size()));
  punch->unchanged_since = *std::prev(epochs.end(), static_cast<ptrdiff_t>(back));
}

vos::Fetch Workload::fetch(Epoch epoch) {
  vos::Fetch fetch;
  fetch.object = object();
  fetch.dkey = dkey();
  fetch.epoch = epoch;
  for (uint64_t left = rng_.between(1, 3); left > 0; left--) {
    FetchItem item;
    item.akey = akey();
    item.kind = usual_kind(item.akey);
    item.capacity_bytes = rng_.chance(3, 4) ? options_.single_bytes_max : rng_.below(50);
    if (item.kind == ValueKind::array) {
      const uint64_t record_bytes = usual_record_bytes(fetch.dkey, item.akey);
      for (uint64_t more = rng_.between(1, 3); more > 0; more--) item.recxs.push_back(recx(record_bytes));
      if (rng_.chance(1, 4)) item.recxs = {{rng_.below(100), kRecordIndexMax - 100}};
    }
    fetch.items.push_back(std::move(item));
  }
  static constexpr Condition kConditions[] = {Condition::dkey_fetch, Condition::akey_fetch};
  if (options_.conditions && rng_.chance(1, 4)) fetch.conditions = kConditions[rng_.below(2)];
  for (FetchItem& item : fetch.items) {
    const bool own = options_.conditions && !has(fetch.conditions, Condition::akey_fetch);
    if (own && rng_.chance(1, 10)) item.conditions = Condition::akey_fetch;
  }
  return fetch;
}

vos::List Workload::list(Epoch epoch) {
  vos::List list;
  list.level = static_cast<vos::ListLevel>(rng_.below(4));
  list.object = object();
  if (list.level == vos::ListLevel::objects) list.object.object = {};
  list.dkey = dkey();
  list.akey = akey();
  list.epoch = epoch;
  list.entries_max = static_cast<uint32_t>(rng_.chance(1, 2) ? kListEntriesMax : rng_.between(1, 3));
  if (list.level == vos::ListLevel::extents && rng_.chance(1, 3)) list.from_record = rng_.below(100);
  return list;
}

vos::Query Workload::query(Epoch epoch) {
  vos::Query query;
  query.object = object();
  query.largest = rng_.chance(1, 2);
  query.find_dkey = rng_.chance(1, 2);
  query.find_akey = rng_.chance(1, 2);
  query.find_recx = rng_.chance(1, 2);
  query.find_newest = rng_.chance(1, 2);
  query.dkey = dkey();
  query.akey = akey();
  query.epoch = epoch;
  return query;
}

}  // namespace firn::model
