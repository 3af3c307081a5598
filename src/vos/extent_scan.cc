// Painting of array pieces; see extent_scan.h.
#include "vos/extent_scan.h"

#include <algorithm>
#include <optional>

#include "base/assert.h"
#include "base/endian.h"
#include "base/error.h"
#include "model/pieces.h"
#include "vos/page.h"

namespace firn::vos {

namespace {

uint64_t align_down(uint64_t value, uint64_t power_of_two) { return value & ~(power_of_two - 1); }

// Nothing of `below`, which begins no earlier, is seen.
bool hides(const Layer& above, const Layer& below) {
  return above.epoch > below.epoch && above.recx.end() >= below.recx.end();
}

// The keys of pieces in one leaf: what all keys of the leaf share is looked at once.
class LeafPieces {
 public:
  LeafPieces(Page leaf, std::string_view akey_prefix) : leaf_(leaf), akey_prefix_(akey_prefix) {
    const std::string_view common = leaf.prefix();
    if (common.size() <= akey_prefix.size() || !common.starts_with(akey_prefix)) return;
    const std::string_view entry = common.substr(akey_prefix.size());
    if (entry.front() != kEntryPiece || entry.size() > kEntryBytesMax - sizeof(uint64_t)) return;
    suffix_bytes_ = kEntryBytesMax - entry.size();
    char start[sizeof(uint64_t)] = {};
    entry.substr(1).copy(start, sizeof start);
    shared_start_ = load_big<uint64_t>(start);
    own_start_ =
        suffix_bytes_ == kEntryBytesMax - 1 ? ~uint64_t{0} : (uint64_t{1} << (8 * (suffix_bytes_ - 8))) - 1;
  }
  // Nothing if the entry of the slot is no piece of the akey.
  std::optional<PieceKey> at(uint32_t slot) const {
    const std::string_view suffix = leaf_.suffix(slot);
    if (suffix.size() != suffix_bytes_) return put_together(slot);
    // What stands in front of the suffix is masked: an entry is never at the beginning of its page.
    const char* const end = suffix.data() + suffix.size();
    const uint64_t start = load_big<uint64_t>(end - 16) & own_start_;
    return PieceKey{shared_start_ | start, Epoch{~load_big<uint64_t>(end - 8)}};
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  std::optional<PieceKey> put_together(uint32_t slot) const {
    if (!leaf_.starts_with(slot, akey_prefix_)) return std::nullopt;
    const std::string_view common = leaf_.prefix();
    const std::string_view suffix = leaf_.suffix(slot);
    if (common.size() <= akey_prefix_.size())
      return parse_piece(suffix.substr(akey_prefix_.size() - common.size()));
    const size_t shared_bytes = common.size() - akey_prefix_.size();
    if (shared_bytes + suffix.size() != kEntryBytesMax) return std::nullopt;
    char entry[kEntryBytesMax];
    common.substr(akey_prefix_.size()).copy(entry, shared_bytes);
    suffix.copy(entry + shared_bytes, suffix.size());
    return parse_piece({entry, sizeof entry});
  }

  const Page leaf_;
  const std::string_view akey_prefix_;
  size_t suffix_bytes_ = kNone;  // if the leaf's prefix says that all its entries are pieces of the akey
  uint64_t shared_start_ = 0;    // what the prefix holds of the start,
  uint64_t own_start_ = 0;       // and the bits that it does not
};

}  // namespace

// A sweep over the layers' starts. `seen` are those that cover the present position, or will be seen where a
// newer one ends: from old to new, each ends before the older ones do.
void paint(const std::vector<Layer>& layers, Recx window, std::vector<Stretch>& out) {
  out.clear();
  std::vector<size_t> seen;
  uint64_t at = window.start;
  const auto show_up_to = [&](uint64_t end) {
    while (at < end) {
      while (!seen.empty() && layers[seen.back()].recx.end() <= at) seen.pop_back();
      if (seen.empty()) break;
      const size_t top = seen.back();
      const uint64_t until = std::min(end, layers[top].recx.end());
      if (!out.empty() && out.back().layer == top && out.back().recx.end() == at) {
        out.back().recx.count += until - at;
      } else {
        out.push_back({Recx{at, until - at}, top});
      }
      at = until;
    }
    at = std::max(at, end);
  };
  for (size_t i = 0; i < layers.size() && layers[i].recx.start < window.end(); i++) {
    const Layer& layer = layers[i];
    size_t newer = seen.size();  // from here on
    while (newer > 0 && layers[seen[newer - 1]].epoch > layer.epoch) newer--;
    if (newer < seen.size() && hides(layers[seen[newer]], layer)) continue;
    show_up_to(layer.recx.start);
    newer = std::min(newer, seen.size());
    size_t hidden = newer;
    while (hidden > 0 && layers[seen[hidden - 1]].recx.end() <= layer.recx.end()) hidden--;
    const auto place = seen.begin() + static_cast<ptrdiff_t>(hidden);
    seen.insert(seen.erase(place, seen.begin() + static_cast<ptrdiff_t>(newer)), i);
  }
  show_up_to(window.end());
}

ExtentScan::ExtentScan(Probe& probe, Options options)
    : probe_(probe), options_(std::move(options)), unit_records_(unit_records(options_.record_bytes)) {
  set_window(options_.window);
}

void ExtentScan::set_window(Recx window) {
  options_.window = window;
  // A piece that reaches into the window begins in the window's first unit or later.
  const uint64_t start = align_down(window.start, unit_records_);
  position_ = options_.akey_prefix;
  set_extent_entry(position_, options_.akey_prefix.size(), kEntryPiece, start, kEpochMax);
  in_unit_ = false;
  at_end_ = false;
  unit_ = {};
}

Faultable<bool> ExtentScan::next_unit() {
  if (!holes_read_) FIRN_CHECK(read_holes());
  while (true) {
    if (!in_unit_) {
      if (at_end_) return false;
      layers_.clear();
      values_.clear();
      unit_ = {};
      cover_ = {};
      in_unit_ = true;
    }
    FIRN_CHECK(gather());
    in_unit_ = false;
    paint_unit();
    if (!stretches_.empty()) return true;
  }
}

// All visible holes of the akey: they may begin long before the window.
Faultable<void> ExtentScan::read_holes() {
  const size_t prefix_bytes = options_.akey_prefix.size();
  std::string position = options_.akey_prefix;
  position += kEntryHole;
  if (!holes_.empty()) {  // goes on after a fault
    const Layer& last = holes_.back();
    set_extent_entry(position, prefix_bytes, kEntryHole, last.recx.start, Epoch{last.epoch.value - 1});
  }
  while (true) {
    FIRN_TRY(const bool at_entry, probe_.seek(position));
    if (!at_entry || !probe_.key().starts_with(options_.akey_prefix)) break;
    const auto parsed = parse_key(probe_.key());
    FIRN_ASSERT(parsed.has_value());
    if (parsed->kind != EntryKind::hole) break;
    position = probe_.key();
    if (parsed->epoch > options_.at) {
      store_big(position.data() + position.size() - 8, ~options_.at.value);
      continue;
    }
    if (parsed->epoch < options_.floor) {
      set_extent_entry(position, prefix_bytes, kEntryHole, parsed->start + 1, kEpochMax);
      continue;
    }
    const auto record = RecordView::decode(probe_.value());
    FIRN_ASSERT(record.has_value());
    holes_.push_back({Recx{parsed->start, record->count()}, parsed->epoch, true});
    position += '\0';
  }
  holes_read_ = true;
  return {};
}

// Collects the visible pieces of the unit at the position, up to the window's end. Ends with a position that
// is good to go on from.
Faultable<void> ExtentScan::gather() {
  const auto go_to = [this](uint64_t start, Epoch epoch) {
    set_extent_entry(position_, options_.akey_prefix.size(), kEntryPiece, start, epoch);
  };
  FIRN_TRY(bool at_entry, probe_.seek(position_));
  while (at_entry) {
    PieceKey piece;
    const Next next = walk_leaf(piece);
    if (next == Next::behind_it) break;
    if (next == Next::unit) {
      go_to(piece.start, kEpochMax);
      return {};
    }
    if (next == Next::leaf) {
      const auto moved = probe_.next();
      if (!moved) {
        go_to(piece.start, Epoch{piece.epoch.value - 1});
        return std::unexpected(moved.error());
      }
      at_entry = *moved;
      continue;
    }
    if (next == Next::start) {
      go_to(piece.start + 1, kEpochMax);
    } else {
      go_to(piece.start, options_.at);
    }
    FIRN_TRY(at_entry, probe_.seek(position_));
  }
  at_end_ = true;
  return {};
}

// Looks at the entries of the probe's leaf, from its own on. Ends at the one that decides where to go on:
// `piece`.
ExtentScan::Next ExtentScan::walk_leaf(PieceKey& piece) {
  const auto [page, first] = probe_.in_leaf();
  const Page leaf(page);
  const LeafPieces pieces(leaf, options_.akey_prefix);
  const uint32_t count = leaf.count();
  for (uint32_t slot = first; slot < count; slot++) {
    const auto found = pieces.at(slot);
    if (!found || found->start >= options_.window.end()) return Next::behind_it;
    piece = *found;
    if (unit_.count > 0 && piece.start >= unit_.end()) return Next::unit;
    if (const Next next = take(piece, leaf.value(slot)); next != Next::entry) return next;
  }
  probe_.move_to(count - 1);
  return Next::leaf;
}

// Looks at one entry.
ExtentScan::Next ExtentScan::take(const PieceKey& piece, std::string_view value) {
  if (piece.epoch > options_.at) return Next::visible;
  if (piece.epoch < options_.floor) return Next::start;
  const auto record = decode_head(value);
  FIRN_ASSERT(record.has_value());
  add(piece, *record, value);
  // What reaches to the unit's end hides all older pieces of its start.
  const auto hides_rest = [&](const Layer& layer) {
    return layer.epoch >= piece.epoch && layer.recx.end() >= unit_.end();
  };
  return hides_rest(cover_) || (!layers_.empty() && hides_rest(layers_.back())) ? Next::start : Next::entry;
}

void ExtentScan::add(const PieceKey& piece, const RecordHead& record, std::string_view value) {
  if (record.record_bytes != options_.record_bytes) return;  // of an incomplete history: Store::apply
  if (unit_.count == 0) unit_ = {align_down(piece.start, unit_records_), unit_records_};
  const Layer layer = {Recx{piece.start, record.count}, piece.epoch, record.punched};
  if (layer.recx.end() <= options_.window.start || hides(cover_, layer)) return;
  if (!layers_.empty() && hides(layers_.back(), layer)) return;
  // The newest one hides most, as long as it reaches.
  if (layer.epoch > cover_.epoch || layer.recx.start >= cover_.recx.end()) cover_ = layer;
  layers_.push_back(layer);
  if (!options_.with_values) return;
  layers_.back().value_at = values_.size();
  layers_.back().value_bytes = value.size();
  values_ += value;
}

// Paints the unit's pieces and the holes over them, inside the window.
void ExtentScan::paint_unit() {
  stretches_.clear();
  if (unit_.count == 0) return;
  const uint64_t start = std::max(unit_.start, options_.window.start);
  const uint64_t end = std::min(unit_.end(), options_.window.end());
  if (layers_.empty() || start >= end) return;
  const size_t pieces = layers_.size();
  for (const Layer& hole : holes_) {
    if (hole.recx.start < end && hole.recx.end() > start) layers_.push_back(hole);
  }
  if (layers_.size() > pieces) {
    std::sort(layers_.begin(), layers_.end(),
              [](const Layer& a, const Layer& b) { return a.recx.start < b.recx.start; });
  }
  paint(layers_, Recx{start, end - start}, stretches_);
  std::erase_if(stretches_, [this](const Stretch& s) { return layers_[s.layer].punched; });
}

}  // namespace firn::vos
