// The reference model of the store; see reference_store.h.
#include "reference_store.h"

#include <algorithm>

#include "model/pieces.h"

namespace firn::model {

// --- changes -------------------------------------------------------------------------------------

std::optional<Code> ReferenceStore::judge(const vos::Update& update) const {
  if (removed_.contains(update.object.container)) return Code::not_found;
  if (prepared.stops(update)) return Code::in_doubt;
  const bool dkey_is_there = dkey_exists(update.object, update.dkey, kEpochMax);
  if (dkey_is_there && has(update.conditions, Condition::dkey_insert)) return Code::exists;
  if (!dkey_is_there && has(update.conditions, Condition::dkey_update)) return Code::not_found;
  for (const UpdateItem& item : update.items) {
    const AkeyImage akey = image(update.object, update.dkey, item.akey, kEpochMax);
    const Condition conditions = update.conditions | item.conditions;
    if (akey.exists && has(conditions, Condition::akey_insert)) return Code::exists;
    if (!akey.exists && has(conditions, Condition::akey_update)) return Code::not_found;
    if (akey.exists && akey.kind != item.kind) return Code::invalid;
    const bool other_size = akey.record_bytes != 0 && !item.punch && akey.record_bytes != item.record_bytes;
    if (akey.exists && akey.kind == ValueKind::array && other_size) return Code::invalid;
  }
  return std::nullopt;
}

std::optional<Code> ReferenceStore::judge(const vos::Punch& punch) const {
  if (removed_.contains(punch.object.container)) return Code::not_found;
  if (prepared.stops(punch)) return Code::in_doubt;
  if (punch.akeys.empty()) return judge_punched(punch, nullptr);
  for (const Key& akey : punch.akeys) {
    if (const auto refused = judge_punched(punch, &akey)) return refused;
  }
  return std::nullopt;
}

// What is punched in one piece: `akey`, or else the punch's dkey or its object.
std::optional<Code> ReferenceStore::judge_punched(const vos::Punch& punch, const Key* akey) const {
  bool exists = false;
  Epoch newest;
  for (const Key& dkey : punch.dkey ? std::vector{*punch.dkey} : known_dkeys(punch.object)) {
    for (const Key& known : akey != nullptr ? std::vector{*akey} : known_akeys(punch.object, dkey)) {
      const AkeyImage found = image(punch.object, dkey, known, kEpochMax);
      exists = exists || found.exists;
      newest = std::max(newest, found.newest);
    }
  }
  if (!exists && has(punch.conditions, Condition::punch)) return Code::not_found;
  return newest > punch.unchanged_since ? std::optional(Code::restart) : std::nullopt;
}

void ReferenceStore::apply(const vos::Update& update, const std::string& payload, Epoch epoch) {
  size_t at = 0;
  for (const UpdateItem& item : update.items) {
    Write write{item.kind, item.punch, item.record_bytes, item.recxs, {}};
    const auto bytes = static_cast<size_t>(item.data_bytes());
    write.data = payload.substr(at, bytes);
    at += bytes;
    objects_[update.object].dkeys[update.dkey].akeys[item.akey].writes[epoch] = std::move(write);
  }
}

void ReferenceStore::apply(const vos::Punch& punch, Epoch epoch) {
  Object& object = objects_[punch.object];
  if (!punch.dkey) {
    object.punches.push_back(epoch);
  } else if (punch.akeys.empty()) {
    object.dkeys[*punch.dkey].punches.push_back(epoch);
  } else {
    for (const Key& akey : punch.akeys) object.dkeys[*punch.dkey].akeys[akey].punches.push_back(epoch);
  }
}

void ReferenceStore::remove_container(ContainerId container) {
  removed_.insert(container);
  std::erase_if(objects_, [&](const auto& entry) { return entry.first.container == container; });
}

void ReferenceStore::commit(vos::PreparedId id) {
  const PreparedChanges changes = prepared.all.extract(id).mapped();
  for (const vos::Punch& punch : changes.punches) apply(punch, changes.epoch);
  for (size_t i = 0; i < changes.updates.size(); i++) {
    apply(changes.updates[i], changes.payloads[i], changes.epoch);
  }
}

void ReferenceStore::remove_tail(PgIndex pg, Epoch above, const std::vector<Epoch>& keep) {
  const auto goes = [&](Epoch epoch) {
    return epoch > above && std::find(keep.begin(), keep.end(), epoch) == keep.end();
  };
  for (auto& [ref, object] : objects_) {
    if (ref.pg != pg) continue;
    std::erase_if(object.punches, goes);
    for (auto& [unused, dkey] : object.dkeys) {
      std::erase_if(dkey.punches, goes);
      for (auto& [also_unused, akey] : dkey.akeys) {
        std::erase_if(akey.punches, goes);
        std::erase_if(akey.writes, [&](const auto& write) { return goes(write.first); });
      }
    }
  }
  std::erase_if(prepared.all,
                [&](const auto& entry) { return entry.first.pg == pg && goes(entry.second.epoch); });
}

// --- reads ---------------------------------------------------------------------------------------

Epoch ReferenceStore::last_punch(const std::vector<Epoch>& punches, Epoch epoch) {
  Epoch last;
  for (const Epoch punch : punches) {
    if (punch <= epoch) last = std::max(last, punch);
  }
  return last;
}

void ReferenceStore::play(const Write& write, Epoch epoch, AkeyImage& image) {
  image.exists = true;
  image.kind = write.kind;
  image.newest = epoch;
  if (write.kind == ValueKind::single) {
    image.single = write.punch ? std::nullopt : std::optional(write.data);
    return;
  }
  if (!write.punch) image.record_bytes = write.record_bytes;
  size_t at = 0;
  for (const Recx& recx : write.recxs) {
    if (write.punch) {
      image.records.erase(image.records.lower_bound(recx.start), image.records.lower_bound(recx.end()));
      continue;
    }
    for (uint64_t record = recx.start; record < recx.end(); record++) {
      const auto bytes = static_cast<size_t>(write.record_bytes);
      image.records[record] = {epoch, write.data.substr(at, bytes)};
      at += bytes;
    }
  }
}

Epoch ReferenceStore::newest_in(const std::vector<Part>& parts) const {
  Epoch newest;
  const auto look = [&](const Part& at, Epoch epoch) {
    if (epoch > newest && overlap({at}, parts)) newest = epoch;
  };
  for (const auto& [ref, object] : objects_) {
    const Part in_store{ref.pg, ref.container, ref.object};
    for (const Epoch punch : object.punches) look(in_store, punch);
    for (const auto& [dkey, in_object] : object.dkeys) {
      Part part = in_store;
      part.dkey = dkey;
      for (const Epoch punch : in_object.punches) look(part, punch);
      for (const auto& [akey, in_dkey] : in_object.akeys) {
        part.akey = akey;
        for (const Epoch punch : in_dkey.punches) look(part, punch);
        for (const auto& [written, unused] : in_dkey.writes) look(part, written);
      }
    }
  }
  return newest;
}

AkeyImage ReferenceStore::image(const vos::ObjectRef& object, const Key& dkey, const Key& akey,
                                Epoch epoch) const {
  AkeyImage image;
  const auto in_store = objects_.find(object);
  if (in_store == objects_.end()) return image;
  const auto in_object = in_store->second.dkeys.find(dkey);
  if (in_object == in_store->second.dkeys.end()) return image;
  const auto in_dkey = in_object->second.akeys.find(akey);
  if (in_dkey == in_object->second.akeys.end()) return image;
  const Epoch punched =
      std::max({last_punch(in_store->second.punches, epoch), last_punch(in_object->second.punches, epoch),
                last_punch(in_dkey->second.punches, epoch)});
  for (const auto& [written, write] : in_dkey->second.writes) {
    if (written >= punched && written <= epoch) play(write, written, image);
  }
  return image;
}

bool ReferenceStore::dkey_exists(const vos::ObjectRef& object, const Key& dkey, Epoch epoch) const {
  return !akeys(object, dkey, epoch).empty();
}

bool ReferenceStore::object_exists(const vos::ObjectRef& object, Epoch epoch) const {
  return !dkeys(object, epoch).empty();
}

std::vector<ObjectId> ReferenceStore::objects(PgIndex pg, ContainerId container, Epoch epoch) const {
  std::vector<ObjectId> found;
  for (const auto& [ref, object] : objects_) {
    if (ref.pg == pg && ref.container == container && object_exists(ref, epoch)) found.push_back(ref.object);
  }
  return found;
}

std::vector<Key> ReferenceStore::dkeys(const vos::ObjectRef& object, Epoch epoch) const {
  std::vector<Key> found;
  for (const Key& dkey : known_dkeys(object)) {
    if (dkey_exists(object, dkey, epoch)) found.push_back(dkey);
  }
  return found;
}

std::vector<Key> ReferenceStore::akeys(const vos::ObjectRef& object, const Key& dkey, Epoch epoch) const {
  std::vector<Key> found;
  for (const Key& akey : known_akeys(object, dkey)) {
    if (image(object, dkey, akey, epoch).exists) found.push_back(akey);
  }
  return found;
}

std::vector<ReferenceRun> ReferenceStore::extents(const AkeyImage& image, uint64_t from) {
  std::vector<ReferenceRun> runs;
  for (auto cell = image.records.lower_bound(from); cell != image.records.end(); ++cell) {
    const bool goes_on =
        !runs.empty() && runs.back().recx.end() == cell->first && runs.back().epoch == cell->second.epoch;
    if (goes_on)
      runs.back().recx.count++;
    else
      runs.push_back({Recx{cell->first, 1}, cell->second.epoch});
  }
  return runs;
}

// --- queries -------------------------------------------------------------------------------------

std::optional<Recx> ReferenceStore::find_run(const AkeyImage& image, bool largest) const {
  if (image.records.empty()) return std::nullopt;
  const uint64_t unit = unit_records(image.record_bytes);
  const uint64_t edge = largest ? image.records.rbegin()->first : image.records.begin()->first;
  Recx run{edge, 1};
  while (largest && run.start % unit != 0 && image.records.contains(run.start - 1)) {
    run = {run.start - 1, run.count + 1};
  }
  while (!largest && run.end() % unit != 0 && image.records.contains(run.end())) run.count++;
  return run;
}

bool ReferenceStore::query_akey(const vos::Query& query, const Key& akey, vos::QueryResult& result) const {
  const AkeyImage found = image(query.object, result.dkey, akey, query.epoch);
  result.akey = akey;
  if (!query.find_recx) return found.exists;
  const auto run = find_run(found, query.largest);
  if (!run) return false;
  result.recx = *run;
  result.record_bytes = found.record_bytes;
  return true;
}

bool ReferenceStore::query_dkey(const vos::Query& query, const Key& dkey, vos::QueryResult& result) const {
  result.dkey = dkey;
  if (!query.find_akey && !query.find_recx) return true;
  std::vector<Key> candidates = {query.akey};
  if (query.find_akey) candidates = akeys(query.object, dkey, query.epoch);
  if (query.largest) std::reverse(candidates.begin(), candidates.end());
  return std::any_of(candidates.begin(), candidates.end(),
                     [&](const Key& akey) { return query_akey(query, akey, result); });
}

vos::QueryResult ReferenceStore::query(const vos::Query& query) const {
  vos::QueryResult result;
  Epoch newest;
  if (query.find_newest) {
    for (const Key& dkey : known_dkeys(query.object)) {
      for (const Key& akey : known_akeys(query.object, dkey)) {
        newest = std::max(newest, image(query.object, dkey, akey, query.epoch).newest);
      }
    }
  }
  result.newest = newest;
  if (!query.find_dkey && !query.find_akey && !query.find_recx) return result;
  std::vector<Key> candidates = {query.dkey};
  if (query.find_dkey) candidates = dkeys(query.object, query.epoch);
  if (query.largest) std::reverse(candidates.begin(), candidates.end());
  for (const Key& dkey : candidates) {
    result.found = query_dkey(query, dkey, result);
    if (result.found) return result;
  }
  return {.newest = newest};
}

// --- everything ----------------------------------------------------------------------------------

std::vector<vos::ObjectRef> ReferenceStore::known_objects() const {
  std::vector<vos::ObjectRef> all;
  for (const auto& [ref, object] : objects_) all.push_back(ref);
  return all;
}

std::vector<Key> ReferenceStore::known_dkeys(const vos::ObjectRef& object) const {
  std::vector<Key> all;
  const auto found = objects_.find(object);
  if (found == objects_.end()) return all;
  for (const auto& [dkey, unused] : found->second.dkeys) all.push_back(dkey);
  return all;
}

std::vector<Key> ReferenceStore::known_akeys(const vos::ObjectRef& object, const Key& dkey) const {
  std::vector<Key> all;
  const auto in_store = objects_.find(object);
  if (in_store == objects_.end()) return all;
  const auto found = in_store->second.dkeys.find(dkey);
  if (found == in_store->second.dkeys.end()) return all;
  for (const auto& [akey, unused] : found->second.akeys) all.push_back(akey);
  return all;
}

}  // namespace firn::model
