// Seeking, punches and the walk over visible entries; see visibility.h.
#include "vos/visibility.h"

#include "base/assert.h"
#include "base/endian.h"
#include "base/error.h"

namespace firn::vos {

bool Probe::arrive(bool found) {
  positioned_ = true;
  at_entry_ = found;
  if (found) touched_ = std::max(touched_, cursor_.lsn());
  return found;
}

Faultable<bool> Probe::seek(std::string_view target) {
  if (positioned_ && low_ <= target) {
    if (!at_entry_ || cursor_.compare(target) >= 0) return at_entry_;
    // Often the neighbour: a step is cheaper than a search.
    FIRN_TRY(const bool moved, cursor_.next());
    if (!moved || cursor_.compare(target) >= 0) {
      low_ = target;
      return arrive(moved);
    }
  }
  positioned_ = false;
  FIRN_TRY(const bool found, cursor_.seek(target));
  low_ = target;
  return arrive(found);
}

Faultable<bool> Probe::next() {
  positioned_ = false;
  FIRN_TRY(const bool found, cursor_.next());
  if (found) touched_ = std::max(touched_, cursor_.lsn());
  return found;
}

Faultable<bool> Probe::seek_before(std::string_view target) {
  positioned_ = false;
  FIRN_TRY(const bool found, cursor_.seek_before(target));
  if (found) low_ = cursor_.key();
  arrive(found);
  positioned_ = found;  // what lies behind the last entry was not looked at
  return found;
}

Faultable<Epoch> newest_punch(Probe& probe, std::string& key, size_t prefix_bytes, Epoch at) {
  set_punch_entry(key, prefix_bytes, at);
  FIRN_TRY(const bool found, probe.seek(key));
  if (!found) return kEpochNone;
  if (!probe.starts_with(std::string_view(key).substr(0, prefix_bytes + 1))) return kEpochNone;
  const std::string_view entry = probe.key();
  FIRN_ASSERT(entry.size() == prefix_bytes + 9);
  return Epoch{~load_big<uint64_t>(entry.data() + prefix_bytes + 1)};
}

void EntryScan::assume(std::string_view dkey_prefix, Floors floors) {
  path_ = dkey_prefix;
  dkey_prefix_bytes_ = dkey_prefix.size();
  in_akey_ = false;
  floors_ = {floors.object, floors.dkey, kEpochNone};
}

RecordView EntryScan::record() const {
  const auto record = RecordView::decode(probe_.value());
  FIRN_ASSERT(record.has_value());  // the page's checksum was right
  return *record;
}

// Goes behind what was found, then from entry to entry. Each step ends with a position that is good to start
// from again.
Faultable<bool> EntryScan::next() {
  if (found_) go_behind(entry_);
  found_ = false;
  while (true) {
    FIRN_TRY(const bool at_entry, probe_.seek(position_));
    if (!at_entry || !probe_.starts_with(scope_)) return false;
    const std::string_view key = probe_.key();
    const auto parsed = parse_key(key);
    FIRN_ASSERT(parsed.has_value());
    pass_unpunched_levels(key, *parsed);
    FIRN_TRY(const bool entered, enter(key, *parsed));
    if (entered) continue;  // the probe has moved
    position_ = key;
    if (parsed->epoch > at_) {
      store_big(position_.data() + position_.size() - 8, ~at_.value);
    } else if (parsed->epoch < floors_.newest()) {
      go_behind(*parsed);
    } else {
      entry_ = *parsed;
      found_ = true;
      found_any_ = true;
      return true;
    }
  }
}

// The cheap way into an entry's object, dkey and akey: as their punches sort first, an entry that is none and
// is the first behind a position in front of them shows that they have none.
void EntryScan::pass_unpunched_levels(std::string_view key, const ParsedKey& parsed) {
  if (parsed.akey_prefix_bytes == 0 || parsed.kind == EntryKind::akey_punch) return;
  const auto pass = [&](size_t prefix_bytes, Epoch& floor) {
    const std::string_view prefix = key.substr(0, prefix_bytes);
    if (position_ > prefix) return false;
    floor = kEpochNone;
    path_ = prefix;
    return true;
  };
  if (object_prefix() != key.substr(0, kObjectPrefixBytes)) {
    if (!pass(kObjectPrefixBytes, floors_.object)) return;
    dkey_prefix_bytes_ = 0;
    in_akey_ = false;
  }
  if (dkey_prefix() != key.substr(0, parsed.dkey_prefix_bytes)) {
    if (!pass(parsed.dkey_prefix_bytes, floors_.dkey)) return;
    dkey_prefix_bytes_ = path_.size();
    in_akey_ = false;
  }
  if (in_akey_ && akey_prefix() == key.substr(0, parsed.akey_prefix_bytes)) return;
  if (pass(parsed.akey_prefix_bytes, floors_.akey)) in_akey_ = true;
}

// Looks up the punches of the first level that the scan has not entered yet. True if it did, or skipped a
// punch.
Faultable<bool> EntryScan::enter(std::string_view key, const ParsedKey& parsed) {
  if (std::string_view(path_).substr(0, kObjectPrefixBytes) != key.substr(0, kObjectPrefixBytes)) {
    floors_ = {};
    dkey_prefix_bytes_ = 0;
    in_akey_ = false;
    return enter_level(std::string(key.substr(0, kObjectPrefixBytes)), floors_.object);
  }
  if (parsed.dkey_prefix_bytes == 0) return go_behind_punches(object_prefix());
  if (dkey_prefix() != key.substr(0, parsed.dkey_prefix_bytes)) {
    FIRN_CHECK(enter_level(key.substr(0, parsed.dkey_prefix_bytes), floors_.dkey));
    dkey_prefix_bytes_ = path_.size();
    in_akey_ = false;
    return true;
  }
  if (parsed.akey_prefix_bytes == 0) return go_behind_punches(dkey_prefix());
  if (in_akey_ && akey_prefix() == key.substr(0, parsed.akey_prefix_bytes)) {
    return parsed.kind == EntryKind::akey_punch && go_behind_punches(akey_prefix());
  }
  FIRN_CHECK(enter_level(key.substr(0, parsed.akey_prefix_bytes), floors_.akey));
  in_akey_ = true;
  return true;
}

// `prefix` becomes the path and `floor` its newest punch; the position moves behind the punches. No change on
// a fault.
Faultable<bool> EntryScan::enter_level(std::string_view prefix, Epoch& floor) {
  std::string key(prefix);
  const size_t prefix_bytes = key.size();
  FIRN_TRY(floor, newest_punch(probe_, key, prefix_bytes, at_));
  key.resize(prefix_bytes);
  path_ = key;
  return go_behind_punches(path_);
}

bool EntryScan::go_behind_punches(std::string_view prefix) {
  std::string first(prefix);
  first += kEntryChild;  // also the first kind of entry behind an akey's punches
  start_at(first);
  return true;
}

void EntryScan::skip(size_t prefix_bytes) {
  FIRN_ASSERT(found_);
  position_.resize(prefix_bytes);
  position_ += kEntryAfterAll;
  found_ = false;
}

// The position becomes the first that is neither `entry`, whose key it is now, nor an older one of the same
// start.
void EntryScan::go_behind(const ParsedKey& entry) {
  if (entry.kind == EntryKind::single) {
    position_.resize(entry.akey_prefix_bytes);
    position_ += kEntryHole;
    return;
  }
  const char kind = entry.kind == EntryKind::hole ? kEntryHole : kEntryPiece;
  set_extent_entry(position_, entry.akey_prefix_bytes, kind, entry.start + 1, kEpochMax);
}

Faultable<Floors> find_floors(Probe& probe, PunchMemo& memo, std::string_view dkey_prefix, Epoch at,
                              Epoch newest) {
  Floors floors;
  std::string& key = probe.scratch();
  key.reserve(dkey_prefix.size() + kEntryBytesMax);
  const ObjectRef object = object_of(dkey_prefix);
  if (!memo.is_unpunched(object)) {
    key = dkey_prefix.substr(0, kObjectPrefixBytes);
    FIRN_TRY(floors.object, newest_punch(probe, key, kObjectPrefixBytes, at));
    if (floors.object == kEpochNone && at >= newest) memo.remember_unpunched(object);
  }
  key = dkey_prefix;
  FIRN_TRY(floors.dkey, newest_punch(probe, key, dkey_prefix.size(), at));
  return floors;
}

Faultable<std::optional<AkeyState>> find_single_state(Probe& probe, std::string& key, size_t prefix_bytes,
                                                      Floors outer, Epoch at) {
  AkeyState state;
  FIRN_TRY(outer.akey, newest_punch(probe, key, prefix_bytes, at));
  state.floor = outer.newest();
  set_single_entry(key, prefix_bytes, at);
  FIRN_TRY(const bool found, probe.seek(key));
  const std::string_view wanted = std::string_view(key).substr(0, prefix_bytes + 1);
  if (!found || !probe.starts_with(wanted.substr(0, prefix_bytes))) return state;  // nothing is stored there
  if (!probe.starts_with(wanted)) return std::nullopt;
  const std::string_view entry = probe.key();
  state.exists = Epoch{~load_big<uint64_t>(entry.data() + entry.size() - 8)} >= state.floor;
  if (!state.exists) return std::nullopt;  // an array may have come after the value was punched
  return state;
}

Faultable<AkeyState> find_akey_state(EntryScan& entries) {
  AkeyState state;
  while (true) {
    FIRN_TRY(const bool found, entries.next());
    state.floor = entries.floor();
    state.exists = entries.found_any();
    state.kind = state.exists ? ValueKind::array : ValueKind::single;
    if (!found) return state;
    if (entries.entry().kind == EntryKind::single) {
      state.kind = ValueKind::single;
      return state;
    }
    state.record_bytes = entries.record().record_bytes();
    if (state.record_bytes > 0) return state;
  }
}

}  // namespace firn::vos
