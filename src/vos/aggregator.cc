// What aggregation may remove; see aggregator.h.
#include "vos/aggregator.h"

#include <algorithm>

#include "base/assert.h"
#include "base/endian.h"
#include "base/error.h"
#include "model/pieces.h"

namespace firn::vos {

Faultable<bool> Aggregator::slice(size_t entries_max) {
  for (size_t i = 0; i < entries_max; i++) {
    FIRN_TRY(const bool at_entry, probe_.seek(position_));
    if (!at_entry || !probe_.key().starts_with(scope_)) {
      leave_levels({}, {});
      return false;
    }
    const auto parsed = parse_key(probe_.key());
    FIRN_ASSERT(parsed.has_value());
    leave_levels(probe_.key(), *parsed);
    enter_levels(probe_.key(), *parsed);
    if (!punches_above_read_) {
      FIRN_CHECK(read_punches_above());
      continue;  // the probe has moved
    }
    look_at(probe_.key(), *parsed);
    entries_looked_at_++;
    position_ = probe_.key();
    position_ += '\0';
  }
  return true;
}

void Aggregator::go_on_from(std::string position) {
  position_ = std::move(position);
  for (Punches& punches : punches_) {
    for (PunchEntry& punch : punches.entries) punch.needed = true;
  }
  holes_.clear();
  pieces_.clear();
  newest_.clear();
  unit_ = {};
  probe_.forget();
}

void Aggregator::look_at(std::string_view key, const ParsedKey& parsed) {
  if (parsed.epoch > readable_.from()) return;  // all of it is read, and it hides nothing from older readers
  if (parsed.kind == EntryKind::object_punch) return take_punch(kObject, key, parsed.epoch);
  if (parsed.kind == EntryKind::dkey_punch) return take_punch(kDkey, key, parsed.epoch);
  if (parsed.kind == EntryKind::akey_punch) return take_punch(kAkey, key, parsed.epoch);
  const Epoch reader = reader_of(parsed.epoch);
  if (hidden_by_punch(parsed.epoch, reader)) return doom(std::string(key));
  if (parsed.kind == EntryKind::single) return take_single(key, parsed.epoch, reader);
  const auto record = RecordView::decode(probe_.value());
  FIRN_ASSERT(record.has_value());
  const Recx recx{parsed.start, record->count()};
  if (parsed.kind == EntryKind::hole)
    holes_.push_back({recx, parsed.epoch, true, record->record_bytes(), reader});
  else
    take_piece({recx, parsed.epoch, record->punched(), record->record_bytes(), reader});
}

// --- the levels of keys: a punch goes when all it hides has been looked at -------------------------

void Aggregator::leave_levels(std::string_view key, const ParsedKey& parsed) {
  const std::string_view path = path_;
  const bool same_object =
      !path.empty() && path.substr(0, kObjectPrefixBytes) == key.substr(0, kObjectPrefixBytes);
  const bool same_dkey = same_object && dkey_prefix_bytes_ == parsed.dkey_prefix_bytes &&
                         path.substr(0, dkey_prefix_bytes_) == key.substr(0, dkey_prefix_bytes_);
  const bool same_akey = same_dkey && akey_prefix_bytes_ == parsed.akey_prefix_bytes &&
                         path.substr(0, akey_prefix_bytes_) == key.substr(0, akey_prefix_bytes_);
  if (!same_akey) leave_akey();
  if (!same_dkey) leave_level(kDkey);
  if (!same_object) leave_level(kObject);
}

void Aggregator::leave_akey() {
  leave_unit();
  std::sort(holes_.begin(), holes_.end(),
            [](const StoredExtent& a, const StoredExtent& b) { return a.epoch < b.epoch; });
  for (const StoredExtent& hole : holes_) {
    decide(hole.epoch, hole.reader, extent_key(kEntryHole, hole), hole.needed);
  }
  for (const auto& [reader, newest] : newest_) {
    if (!newest.spare.empty()) keep(newest.epoch);
  }
  holes_.clear();
  newest_.clear();
  unit_records_ = 0;
  last_single_ = kEpochNone;
  leave_level(kAkey);
}

void Aggregator::leave_level(Level level) {
  Punches& punches = punches_[level];
  if (punches.in_scope) {
    // Oldest first: each hides what the ones before it hid.
    for (auto punch = punches.entries.rbegin(); punch != punches.entries.rend(); ++punch) {
      if (!punch->needed) doom(std::move(punch->key));
    }
  }
  punches = {};
}

void Aggregator::enter_levels(std::string_view key, const ParsedKey& parsed) {
  dkey_prefix_bytes_ = parsed.dkey_prefix_bytes;
  akey_prefix_bytes_ = parsed.akey_prefix_bytes;
  path_ = key.substr(0, std::max({kObjectPrefixBytes, dkey_prefix_bytes_, akey_prefix_bytes_}));
  container_ = object_of(key).container;
}

// Of the levels above the scope: they hide what is in it.
Faultable<void> Aggregator::read_punches_above() {
  std::array<Punches, kLevels> above;
  if (scope_.size() > kObjectPrefixBytes) {
    above[kObject].in_scope = false;
    FIRN_TRY(above[kObject].entries, read_punches(std::string_view(path_).substr(0, kObjectPrefixBytes)));
  }
  if (dkey_prefix_bytes_ > 0 && scope_.size() > dkey_prefix_bytes_) {
    above[kDkey].in_scope = false;
    FIRN_TRY(above[kDkey].entries, read_punches(std::string_view(path_).substr(0, dkey_prefix_bytes_)));
  }
  punches_ = std::move(above);
  punches_above_read_ = true;
  return {};
}

Faultable<std::vector<Aggregator::PunchEntry>> Aggregator::read_punches(std::string_view prefix) {
  std::vector<PunchEntry> punches;
  std::string key(prefix);
  for (Epoch at = readable_.from();; at.value--) {
    FIRN_TRY(at, newest_punch(probe_, key, prefix.size(), at));
    if (at == kEpochNone) return punches;
    // What the one before hides from all who read at or above this one need not be known twice.
    if (punches.empty() || punches.back().epoch > reader_of(at)) punches.push_back({{}, at});
  }
}

Aggregator::PunchEntry* Aggregator::Punches::first_above(Epoch version) {
  const auto end = std::partition_point(entries.begin(), entries.end(),
                                        [&](const PunchEntry& punch) { return punch.epoch > version; });
  return end == entries.begin() ? nullptr : &*std::prev(end);
}

Epoch Aggregator::Punches::newest_at(Epoch epoch) const {
  const auto found = std::partition_point(entries.begin(), entries.end(),
                                          [&](const PunchEntry& punch) { return punch.epoch > epoch; });
  return found == entries.end() ? kEpochNone : found->epoch;
}

bool Aggregator::hidden_by_punch(Epoch version, Epoch reader) {
  for (Punches& punches : punches_) {
    const PunchEntry* const punch = punches.first_above(version);
    if (punch != nullptr && punch->epoch <= reader) return true;
  }
  return false;
}

Epoch Aggregator::floor_at(Epoch reader) const {
  Epoch floor;
  for (const Punches& punches : punches_) floor = std::max(floor, punches.newest_at(reader));
  return floor;
}

// The oldest of the punches above what stays must stay too; newer ones hide it from nobody else.
void Aggregator::keep(Epoch version) {
  PunchEntry* oldest = nullptr;
  for (Punches& punches : punches_) {
    PunchEntry* const punch = punches.first_above(version);
    if (punch != nullptr && (oldest == nullptr || punch->epoch < oldest->epoch)) oldest = punch;
  }
  if (oldest != nullptr) oldest->needed = true;
}

void Aggregator::take_punch(Level level, std::string_view key, Epoch epoch) {
  if (hidden_by_punch(epoch, reader_of(epoch))) return doom(std::string(key));
  punches_[level].entries.push_back({std::string(key), epoch});
}

// --- values --------------------------------------------------------------------------------------

// An entry stays if it is needed, or as the newest of its layer as long as no newer one has been met.
void Aggregator::decide(Epoch epoch, Epoch reader, std::string key, bool needed) {
  NewestOfLayer& newest = newest_[reader];
  if (needed) keep(epoch);
  if (epoch < newest.epoch || (epoch == newest.epoch && !needed)) {
    if (!needed) doom(std::move(key));
    return;
  }
  if (!newest.spare.empty()) doom(std::move(newest.spare));
  newest = {epoch, needed ? std::string() : std::move(key)};
}

void Aggregator::take_single(std::string_view key, Epoch epoch, Epoch reader) {
  const Epoch newer = std::exchange(last_single_, epoch);
  const bool hidden = newer != kEpochNone && newer <= reader;
  if (hidden) return doom(std::string(key));
  decide(epoch, reader, std::string(key), true);
}

void Aggregator::take_piece(const StoredExtent& piece) {
  if (unit_.count > 0 && piece.recx.start >= unit_.end()) leave_unit();
  unit_records_ = std::max(unit_records_, unit_records(piece.record_bytes));
  unit_ = {piece.recx.start / unit_records_ * unit_records_, unit_records_};
  // Versions of one start come newest first: an older one that is no longer cannot be seen.
  const bool covered = !pieces_.empty() && pieces_.back().recx.start == piece.recx.start &&
                       pieces_.back().recx.end() >= piece.recx.end() && pieces_.back().epoch <= piece.reader;
  if (covered)
    doom(extent_key(kEntryPiece, piece));
  else
    pieces_.push_back(piece);
}

void Aggregator::leave_unit() {
  if (pieces_.empty()) return;
  // Pieces, then the holes over them; sorted by start for the painting, with the way back to the holes.
  struct Source {
    StoredExtent extent;
    StoredExtent* hole;
  };
  std::vector<Source> sources;
  for (const StoredExtent& piece : pieces_) sources.push_back({piece, nullptr});
  for (StoredExtent& hole : holes_) {
    if (hole.recx.start < unit_.end() && hole.recx.end() > unit_.start) sources.push_back({hole, &hole});
  }
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.extent.recx.start < b.extent.recx.start; });
  std::vector<StoredExtent> extents;
  for (const Source& source : sources) extents.push_back(source.extent);
  mark_unit(extents);
  pieces_.clear();
  for (size_t i = 0; i < sources.size(); i++) {
    if (sources[i].hole == nullptr)
      pieces_.push_back(extents[i]);
    else
      sources[i].hole->needed |= extents[i].needed;
  }
  std::sort(pieces_.begin(), pieces_.end(), [](const StoredExtent& a, const StoredExtent& b) {
    return a.epoch != b.epoch ? a.epoch < b.epoch : a.recx.start < b.recx.start;
  });
  for (const StoredExtent& piece : pieces_) {
    decide(piece.epoch, piece.reader, extent_key(kEntryPiece, piece), piece.needed);
  }
  pieces_.clear();
  unit_ = {};
}

// Layer by layer, oldest first.
void Aggregator::mark_unit(std::vector<StoredExtent>& extents) {
  std::vector<Epoch> readers;
  for (StoredExtent& extent : extents) {
    readers.push_back(extent.reader);
    extent.needed = false;  // a hole may be needed elsewhere
  }
  std::sort(readers.begin(), readers.end());
  readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
  for (const Epoch reader : readers) {
    const auto seen = mark_needed(extents, {unit_, reader, floor_at(reader)});
    auto merge = plan_merge(extents, seen, std::string_view(path_).substr(0, akey_prefix_bytes_));
    if (merge) merges_.push_back(*std::move(merge));
  }
}

std::string Aggregator::extent_key(char kind, const StoredExtent& extent) const {
  std::string key = path_.substr(0, akey_prefix_bytes_);
  set_extent_entry(key, akey_prefix_bytes_, kind, extent.recx.start, extent.epoch);
  return key;
}

}  // namespace firn::vos
