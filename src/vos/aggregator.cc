// What aggregation may remove; see aggregator.h.
#include "vos/aggregator.h"

#include <algorithm>

#include "base/assert.h"
#include "base/error.h"
#include "model/pieces.h"

namespace firn::vos {

namespace {

// A punched layer is needed where it is on top of older data that stays. `needed` says so of data; both
// ascend by start.
void need_what_hides(const std::vector<Layer>& layers, const std::vector<Stretch>& stretches,
                     std::vector<bool>& needed) {
  std::vector<size_t> data;
  std::vector<uint64_t> reach;  // how far data up to that index reaches
  for (size_t i = 0; i < layers.size(); i++) {
    if (!needed[i]) continue;
    data.push_back(i);
    reach.push_back(std::max(reach.empty() ? 0 : reach.back(), layers[i].recx.end()));
  }
  size_t before = 0;  // data[0, before) begins before the stretch ends
  for (const Stretch& stretch : stretches) {
    while (before < data.size() && layers[data[before]].recx.start < stretch.recx.end()) before++;
    if (!layers[stretch.layer].punched) continue;
    for (size_t i = before; i > 0 && reach[i - 1] > stretch.recx.start && !needed[stretch.layer]; i--) {
      const Layer& below = layers[data[i - 1]];
      if (below.epoch < layers[stretch.layer].epoch && below.recx.end() > stretch.recx.start) {
        needed[stretch.layer] = true;
      }
    }
  }
}

}  // namespace

Faultable<bool> Aggregator::slice(size_t entries_max) {
  for (size_t i = 0; i < entries_max; i++) {
    FIRN_TRY(const bool at_entry, probe_.seek(position_));
    if (!at_entry || !probe_.key().starts_with(scope_)) {
      leave_akey();
      leave_dkey();
      leave_object();
      return false;
    }
    const auto parsed = parse_key(probe_.key());
    FIRN_ASSERT(parsed.has_value());
    look_at(probe_.key(), *parsed);
    position_ = probe_.key();
    position_ += '\0';
  }
  return true;
}

void Aggregator::look_at(std::string_view key, const ParsedKey& parsed) {
  leave_levels(key, parsed);
  enter_levels(key, parsed);
  if (parsed.epoch > upto_) return;  // not ours, and hides nothing from a reader at upto_
  if (parsed.kind == EntryKind::object_punch) return object_punches_.add(key, parsed.epoch);
  if (parsed.kind == EntryKind::dkey_punch) return dkey_punches_.add(key, parsed.epoch);
  if (parsed.kind == EntryKind::akey_punch) return akey_punches_.add(key, parsed.epoch);
  if (parsed.epoch <= floor()) return doom(std::string(key));
  if (parsed.kind == EntryKind::single) return take_single(key, parsed.epoch);
  const auto record = RecordView::decode(probe_.value());
  FIRN_ASSERT(record.has_value());
  if (parsed.kind == EntryKind::hole)
    take_hole(parsed.start, parsed.epoch, *record);
  else
    take_piece(parsed.start, parsed.epoch, *record);
}

// --- the levels of keys: a punch goes when all it hides has been looked at -------------------------

void Aggregator::leave_levels(std::string_view key, const ParsedKey& parsed) {
  const std::string_view path = path_;
  const bool same_object = path.substr(0, kObjectPrefixBytes) == key.substr(0, kObjectPrefixBytes);
  const bool same_dkey = same_object && dkey_prefix_bytes_ == parsed.dkey_prefix_bytes &&
                         path.substr(0, dkey_prefix_bytes_) == key.substr(0, dkey_prefix_bytes_);
  const bool same_akey = same_dkey && akey_prefix_bytes_ == parsed.akey_prefix_bytes &&
                         path.substr(0, akey_prefix_bytes_) == key.substr(0, akey_prefix_bytes_);
  if (!same_akey) leave_akey();
  if (!same_dkey) leave_dkey();
  if (!same_object) leave_object();
}

void Aggregator::leave_level(Punches& punches) {
  for (std::string& key : punches.keys) doom(std::move(key));
  punches = {};
}

void Aggregator::leave_akey() {
  leave_unit();
  for (const Hole& hole : holes_) {
    if (!hole.needed && hole.layer.epoch < newest_) doom(extent_key(kEntryHole, hole.layer));
  }
  holes_.clear();
  single_kept_ = false;
  newest_ = kEpochNone;
  leave_level(akey_punches_);
}

void Aggregator::leave_dkey() { leave_level(dkey_punches_); }

void Aggregator::leave_object() { leave_level(object_punches_); }

void Aggregator::enter_levels(std::string_view key, const ParsedKey& parsed) {
  dkey_prefix_bytes_ = parsed.dkey_prefix_bytes;
  akey_prefix_bytes_ = parsed.akey_prefix_bytes;
  path_ = key.substr(0, std::max({kObjectPrefixBytes, dkey_prefix_bytes_, akey_prefix_bytes_}));
}

// --- values --------------------------------------------------------------------------------------

void Aggregator::take_single(std::string_view key, Epoch epoch) {
  if (single_kept_) return doom(std::string(key));
  single_kept_ = true;
  newest_ = std::max(newest_, epoch);
}

void Aggregator::take_hole(uint64_t start, Epoch epoch, const RecordView& record) {
  holes_.push_back({{Recx{start, record.count()}, epoch, true, {}}, false});
  newest_ = std::max(newest_, epoch);
}

void Aggregator::take_piece(uint64_t start, Epoch epoch, const RecordView& record) {
  const uint64_t unit = unit_records(record.record_bytes());
  if (unit_.count > 0 && start >= unit_.end()) leave_unit();
  unit_ = {start / unit * unit, unit};
  Layer layer{Recx{start, record.count()}, epoch, record.punched(), {}};
  // Versions of one start come newest first: an older one that is no longer cannot be seen.
  const bool covered =
      !pieces_.empty() && pieces_.back().recx.start == start && pieces_.back().recx.end() >= layer.recx.end();
  if (covered)
    doom(extent_key(kEntryPiece, layer));
  else
    pieces_.push_back(std::move(layer));
}

// Paints the unit as a reader at upto_ does. A piece none of which is seen can go, and a punched one that
// hides nothing.
void Aggregator::leave_unit() {
  if (pieces_.empty()) return;
  const std::vector<bool> needed = needed_pieces();
  std::vector<Layer> going;
  for (const Layer& piece : pieces_) newest_ = std::max(newest_, piece.epoch);
  for (size_t i = 0; i < pieces_.size(); i++) {
    // The newest entry of the akey that has been met stays.
    if (!needed[i] && pieces_[i].epoch < newest_) going.push_back(pieces_[i]);
  }
  std::sort(going.begin(), going.end(), [](const Layer& a, const Layer& b) {
    return a.epoch != b.epoch ? a.epoch < b.epoch : a.recx.start < b.recx.start;
  });
  for (const Layer& layer : going) doom(extent_key(kEntryPiece, layer));
  pieces_.clear();
  unit_ = {};
}

// Which of the unit's pieces must stay: data that is seen, and punched pieces that hide a part of such data.
// Holes of which the same is true are marked.
std::vector<bool> Aggregator::needed_pieces() {
  struct Source {
    Layer layer;
    size_t index;  // in pieces_, or behind them in holes_
  };
  std::vector<Source> sources;
  for (size_t i = 0; i < pieces_.size(); i++) sources.push_back({pieces_[i], i});
  for (size_t i = 0; i < holes_.size(); i++) {
    const Recx recx = holes_[i].layer.recx;
    if (recx.start < unit_.end() && recx.end() > unit_.start)
      sources.push_back({holes_[i].layer, pieces_.size() + i});
  }
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.layer.recx.start < b.layer.recx.start; });
  std::vector<Layer> layers;
  for (const Source& source : sources) layers.push_back(source.layer);
  std::vector<Stretch> stretches;
  paint(layers, unit_, stretches);

  std::vector<bool> needed(layers.size());
  for (const Stretch& stretch : stretches) {
    if (!layers[stretch.layer].punched) needed[stretch.layer] = true;
  }
  need_what_hides(layers, stretches, needed);
  std::vector<bool> needed_pieces(pieces_.size());
  for (size_t i = 0; i < sources.size(); i++) {
    if (!needed[i]) continue;
    if (sources[i].index < pieces_.size())
      needed_pieces[sources[i].index] = true;
    else
      holes_[sources[i].index - pieces_.size()].needed = true;
  }
  return needed_pieces;
}

std::string Aggregator::extent_key(char kind, const Layer& layer) const {
  std::string key = path_.substr(0, akey_prefix_bytes_);
  set_extent_entry(key, akey_prefix_bytes_, kind, layer.recx.start, layer.epoch);
  return key;
}

}  // namespace firn::vos
