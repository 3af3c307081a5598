// Epochs of transactional reads; see read_timestamps.h.
#include "vos/read_timestamps.h"

#include <algorithm>
#include <vector>

namespace firn::vos {

namespace {

// Of all that the reach lies in, its container included.
std::vector<std::string> outermost_prefixes(const Reach& reach) {
  std::vector<std::string> prefixes = outer_prefixes(reach);
  if (reach.level != ReachLevel::container) {
    prefixes.push_back(container_prefix(reach.object.pg, reach.object.container));
  }
  return prefixes;
}

}  // namespace

void ReadTimestamps::Stamp::raise(Epoch to, TransactionId reader) {
  if (to < epoch) return;
  if (to == epoch) {
    by_several |= by != reader;
    return;
  }
  *this = {to, reader, false};
}

void ReadTimestamps::mark(const Reach& read, Epoch epoch, TransactionId by) {
  if (epoch <= low_water_) return;
  touch(prefix_of(read)).whole.raise(epoch, by);
  for (const std::string& outer : outermost_prefixes(read)) touch(outer).inside.raise(epoch, by);
}

std::optional<Epoch> ReadTimestamps::conflict(const Reach& write, Epoch epoch, TransactionId by) const {
  if (epoch <= low_water_) return low_water_;
  if (const Entry* const own = find(prefix_of(write))) {
    if (own->whole.stops(epoch, by)) return own->whole.epoch;
    if (own->inside.stops(epoch, by)) return own->inside.epoch;
  }
  for (const std::string& outer : outermost_prefixes(write)) {
    const Entry* const found = find(outer);
    if (found != nullptr && found->whole.stops(epoch, by)) return found->whole.epoch;
  }
  return std::nullopt;
}

ReadTimestamps::Entry& ReadTimestamps::touch(const std::string& prefix) {
  if (const auto known = index_.find(prefix); known != index_.end()) {
    entries_.splice(entries_.end(), entries_, known->second);
    return entries_.back();
  }
  if (entries_.size() == entries_max_) {
    const Entry& oldest = entries_.front();
    raise_low_water(std::max(oldest.whole.epoch, oldest.inside.epoch));
    index_.erase(oldest.prefix);
    entries_.pop_front();
  }
  entries_.push_back({prefix, {}, {}});
  index_.emplace(entries_.back().prefix, std::prev(entries_.end()));
  return entries_.back();
}

const ReadTimestamps::Entry* ReadTimestamps::find(const std::string& prefix) const {
  const auto known = index_.find(prefix);
  return known == index_.end() ? nullptr : &*known->second;
}

}  // namespace firn::vos
