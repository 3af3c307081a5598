// What prepared transactions stand in the way of; see reference_prepared.h.
#include "reference_prepared.h"

#include <algorithm>

#include "workload.h"

namespace firn::model {

namespace {

template <class T>
bool may_be_same(const std::optional<T>& a, const std::optional<T>& b) {
  return !a || !b || *a == *b;
}

bool records_meet(const std::vector<Recx>& a, const std::vector<Recx>& b) {
  if (a.empty() || b.empty()) return true;
  for (const Recx& x : a) {
    for (const Recx& y : b) {
      if (std::max(x.start, y.start) < std::min(x.end(), y.end())) return true;
    }
  }
  return false;
}

bool overlap(const Part& a, const Part& b) {
  return a.pg == b.pg && a.container == b.container && may_be_same(a.object, b.object) &&
         may_be_same(a.dkey, b.dkey) && may_be_same(a.akey, b.akey) && records_meet(a.recxs, b.recxs);
}

Part part_of(const vos::ObjectRef& object) { return {object.pg, object.container, object.object}; }

}  // namespace

std::vector<Part> parts_of(const vos::Update& update) {
  Part dkey = part_of(update.object);
  dkey.dkey = update.dkey;
  std::vector<Part> parts;
  if (has(update.conditions, Condition::dkey_insert | Condition::dkey_update)) parts.push_back(dkey);
  for (const UpdateItem& item : update.items) {
    Part& part = parts.emplace_back(dkey);
    part.akey = item.akey;
    constexpr Condition kOfAkeys = Condition::akey_insert | Condition::akey_update;
    if (!has(update.conditions | item.conditions, kOfAkeys)) part.recxs = item.recxs;
  }
  return parts;
}

std::vector<Part> parts_of(const vos::Punch& punch) {
  Part part = part_of(punch.object);
  part.dkey = punch.dkey;
  if (punch.akeys.empty()) return {part};
  std::vector<Part> parts;
  for (const Key& akey : punch.akeys) {
    parts.push_back(part);
    parts.back().akey = akey;
  }
  return parts;
}

std::vector<Part> parts_of(const PreparedChanges& changes) {
  std::vector<Part> parts;
  const auto add = [&](std::vector<Part> more) { parts.insert(parts.end(), more.begin(), more.end()); };
  for (const vos::Punch& punch : changes.punches) add(parts_of(punch));
  for (const vos::Update& update : changes.updates) add(parts_of(update));
  return parts;
}

bool overlap(const std::vector<Part>& a, const std::vector<Part>& b) {
  return std::ranges::any_of(
      a, [&](const Part& x) { return std::ranges::any_of(b, [&](const Part& y) { return overlap(x, y); }); });
}

bool ReferencePrepared::stops(const std::vector<Part>& parts, Epoch at) const {
  return std::ranges::any_of(all, [&](const auto& entry) {
    PreparedChanges written = entry.second;  // what its conditions had read does not matter any more
    for (vos::Update& update : written.updates) drop_conditions(update);
    return written.epoch <= at && overlap(parts_of(written), parts);
  });
}

bool ReferencePrepared::stops(const vos::Update& update) const { return stops(parts_of(update), kEpochMax); }

bool ReferencePrepared::stops(const vos::Punch& punch) const { return stops(parts_of(punch), kEpochMax); }

bool ReferencePrepared::stops(const vos::Fetch& fetch) const {
  Part dkey = part_of(fetch.object);
  dkey.dkey = fetch.dkey;
  std::vector<Part> parts;
  if (has(fetch.conditions, Condition::dkey_fetch) || fetch.items.empty()) parts.push_back(dkey);
  for (const FetchItem& item : fetch.items) {
    Part& part = parts.emplace_back(dkey);
    part.akey = item.akey;
    if (!has(fetch.conditions | item.conditions, Condition::akey_fetch)) part.recxs = item.recxs;
  }
  return stops(parts, fetch.epoch);
}

bool ReferencePrepared::stops(const vos::List& list) const {
  Part part = part_of(list.object);
  if (list.level == vos::ListLevel::objects) part.object.reset();
  if (list.level >= vos::ListLevel::akeys) part.dkey = list.dkey;
  if (list.level == vos::ListLevel::extents) part.akey = list.akey;
  return stops({part}, list.epoch);
}

bool ReferencePrepared::stops(const vos::Query& query) const {
  Part part = part_of(query.object);
  const bool all_dkeys = query.find_dkey || (!query.find_akey && !query.find_recx);
  if (!all_dkeys) part.dkey = query.dkey;
  if (!all_dkeys && !query.find_akey) part.akey = query.akey;
  return stops({part}, query.epoch);
}

}  // namespace firn::model
