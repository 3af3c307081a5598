// Key queries; see query_scan.h.
#include "vos/query_scan.h"

#include "base/assert.h"
#include "base/error.h"
#include "model/pieces.h"

namespace firn::vos {

ChildWalk::ChildWalk(Probe& probe, std::string parent, bool below_object, Epoch at, Direction direction)
    : probe_(probe),
      parent_(std::move(parent)),
      below_object_(below_object),
      at_(at),
      direction_(direction),
      entries_(probe, parent_, at),
      upper_(parent_ + kEntryAfterAll) {}

Faultable<bool> ChildWalk::next() {
  return direction_ == Direction::ascending ? next_ascending() : next_descending();
}

Faultable<bool> ChildWalk::next_ascending() {
  FIRN_TRY(const bool found, entries_.next());
  if (!found) return false;
  prefix_ = below_object_ ? entries_.dkey_prefix() : entries_.akey_prefix();
  if (below_object_)
    entries_.skip_dkey();
  else
    entries_.skip_akey();
  return true;
}

Faultable<bool> ChildWalk::next_descending() {
  while (true) {
    if (!candidate_) {
      FIRN_TRY(const bool at_entry, probe_.seek_before(upper_));
      if (!at_entry || !probe_.key().starts_with(parent_)) return false;
      const auto parsed = parse_key(probe_.key());
      FIRN_ASSERT(parsed.has_value());
      const size_t bytes = child_prefix_bytes(*parsed);
      if (bytes == 0) return false;  // only the parent's punches are left
      prefix_ = probe_.key().substr(0, bytes);
      candidate_.emplace(probe_, prefix_, at_);
    }
    FIRN_TRY(const bool exists, candidate_->next());
    candidate_.reset();
    upper_ = prefix_;
    if (exists) return true;
  }
}

size_t ChildWalk::child_prefix_bytes(const ParsedKey& parsed) const {
  return below_object_ ? parsed.dkey_prefix_bytes : parsed.akey_prefix_bytes;
}

RunSearch::RunSearch(Probe& probe, ExtentScan::Options options, bool largest)
    : probe_(probe), options_(std::move(options)), largest_(largest), extents_(probe, options_) {}

Faultable<std::optional<Recx>> RunSearch::run() {
  while (true) {
    if (largest_ && !in_unit_) {
      FIRN_TRY(const bool found, step_back());
      if (!found) return std::nullopt;
    }
    FIRN_TRY(const bool found, extents_.next_unit());
    if (found) break;
    if (!largest_) return std::nullopt;
    in_unit_ = false;
  }
  const auto& stretches = extents_.stretches();
  Recx run = largest_ ? stretches.back().recx : stretches.front().recx;
  if (largest_) {
    for (size_t i = stretches.size() - 1; i > 0 && stretches[i - 1].recx.end() == run.start; i--) {
      run = {stretches[i - 1].recx.start, run.end() - stretches[i - 1].recx.start};
    }
  } else {
    for (size_t i = 1; i < stretches.size() && stretches[i].recx.start == run.end(); i++) {
      run.count += stretches[i].recx.count;
    }
  }
  return run;
}

// Points the extent scan at the last unit before `upper_` in which a visible piece begins. False if there is
// none.
Faultable<bool> RunSearch::step_back() {
  const size_t prefix_bytes = options_.akey_prefix.size();
  std::string key = options_.akey_prefix;
  while (upper_ > 0) {
    set_extent_entry(key, prefix_bytes, kEntryPiece, upper_, kEpochMax);
    FIRN_TRY(const bool before, probe_.seek_before(key));
    if (!before || !probe_.key().starts_with(options_.akey_prefix)) return false;
    const auto last = parse_key(probe_.key());
    FIRN_ASSERT(last.has_value());
    if (last->kind != EntryKind::piece) return false;
    set_extent_entry(key, prefix_bytes, kEntryPiece, last->start, options_.at);
    FIRN_TRY(const bool at_entry, probe_.seek(key));
    const bool same_start =
        at_entry && probe_.key().starts_with(std::string_view(key).substr(0, key.size() - 8));
    const auto newest = same_start ? parse_key(probe_.key()) : std::nullopt;
    upper_ = last->start;
    if (!newest || newest->epoch < options_.floor) continue;
    const uint64_t unit = unit_records(options_.record_bytes);
    upper_ = last->start / unit * unit;
    extents_.set_window({upper_, unit});
    in_unit_ = true;
    return true;
  }
  return false;
}

QueryScan::QueryScan(Tree& tree, const Query& query)
    : probe_(tree),
      query_(query),
      direction_(query.largest ? ChildWalk::Direction::descending : ChildWalk::Direction::ascending) {
  FIRN_ASSERT(query.epoch != kEpochMax);
}

// Tries the candidates of each level in order until one has what is asked for below it.
Faultable<void> QueryScan::run() {
  if (query_.find_newest && !newest_found_) {
    FIRN_CHECK(find_newest());
    newest_found_ = true;
  }
  if (!query_.find_dkey && !query_.find_akey && !query_.find_recx) return {};
  while (true) {
    if (dkey_prefix_.empty()) {
      FIRN_TRY(const bool found, next_dkey());
      if (!found) return {};
    }
    if (!query_.find_akey && !query_.find_recx) break;
    if (akey_prefix_.empty()) {
      FIRN_TRY(const bool found, next_akey());
      if (!found) {
        dkey_prefix_.clear();
        continue;
      }
    }
    if (!query_.find_recx) break;
    FIRN_TRY(const bool found, find_run());
    if (found) break;
    akey_prefix_.clear();
    if (!query_.find_akey) dkey_prefix_.clear();
  }
  take_keys();
  return {};
}

Faultable<bool> QueryScan::next_dkey() {
  akeys_.reset();
  if (!query_.find_dkey) {
    if (given_dkey_tried_) return false;
    given_dkey_tried_ = true;
    dkey_prefix_ = dkey_prefix(query_.object, query_.dkey);
    return true;
  }
  if (!dkeys_) dkeys_.emplace(probe_, object_prefix(query_.object), true, query_.epoch, direction_);
  FIRN_TRY(const bool found, dkeys_->next());
  if (found) dkey_prefix_ = dkeys_->prefix();
  return found;
}

Faultable<bool> QueryScan::next_akey() {
  entries_.reset();
  akey_.reset();
  run_.reset();
  if (!query_.find_akey) {
    akey_prefix_ = akey_prefix(dkey_prefix_, query_.akey);
    return true;
  }
  if (!akeys_) akeys_.emplace(probe_, dkey_prefix_, false, query_.epoch, direction_);
  FIRN_TRY(const bool found, akeys_->next());
  if (found) akey_prefix_ = akeys_->prefix();
  return found;
}

Faultable<bool> QueryScan::find_run() {
  if (!entries_) entries_.emplace(probe_, akey_prefix_, query_.epoch);
  if (!akey_) {
    FIRN_TRY(akey_, find_akey_state(*entries_));
  }
  if (akey_->record_bytes == 0) return false;
  if (!run_) {
    run_.emplace(probe_,
                 ExtentScan::Options{.akey_prefix = akey_prefix_,
                                     .floor = akey_->floor,
                                     .at = query_.epoch,
                                     .record_bytes = akey_->record_bytes},
                 query_.largest);
  }
  FIRN_TRY(const auto run, run_->run());
  if (!run) return false;
  result.recx = *run;
  result.record_bytes = akey_->record_bytes;
  return true;
}

void QueryScan::take_keys() {
  result.found = true;
  result.dkey = dkey_of(dkey_prefix_);
  if (!akey_prefix_.empty()) result.akey = akey_of(akey_prefix_, dkey_prefix_.size());
}

Faultable<void> QueryScan::find_newest() {
  if (!all_) all_.emplace(probe_, object_prefix(query_.object), query_.epoch);
  while (true) {
    FIRN_TRY(const bool found, all_->next());
    if (!found) return {};
    result.newest = std::max(result.newest, all_->entry().epoch);
  }
}

}  // namespace firn::vos
