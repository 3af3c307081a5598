// Remembered prefixes; see garbage.h.
#include "vos/garbage.h"

#include "base/assert.h"

namespace firn::vos {

namespace {
constexpr uint64_t kNodeBytes = 96;  // of the map, beside the key's characters
}  // namespace

void Garbage::add(std::string_view prefix, Epoch epoch, uint64_t bytes) {
  amount_.bytes += bytes;
  amount_.writes++;
  const auto found = prefixes_.find(prefix);
  if (found != prefixes_.end()) {
    found->second = std::max(found->second, epoch);
    return;
  }
  memory_bytes_ += kNodeBytes + prefix.size();
  if (memory_bytes_ <= memory_bytes_max_) {
    prefixes_.emplace(prefix, epoch);
    return;
  }
  begin_walk(std::max(remembered_above_, epoch));
}

void Garbage::begin_walk(Epoch newest) {
  for (const auto& [prefix, epoch] : prefixes_) newest = std::max(newest, epoch);
  prefixes_.clear();
  memory_bytes_ = 0;
  remembered_above_ = newest;
}

std::optional<std::string> Garbage::next(std::string_view position, Epoch epoch) const {
  for (auto at = prefixes_.upper_bound(position); at != prefixes_.end(); ++at) {
    if (at->second <= epoch) return at->first;
  }
  return std::nullopt;
}

void Garbage::looked_at(std::string_view prefix, Epoch epoch) {
  for (auto at = prefixes_.lower_bound(prefix); at != prefixes_.end() && at->first.starts_with(prefix);) {
    const auto entry = at++;
    if (entry->second <= epoch) forget(entry);
  }
}

void Garbage::forget(std::map<std::string, Epoch, std::less<>>::iterator entry) {
  const uint64_t bytes = kNodeBytes + entry->first.size();
  FIRN_ASSERT(memory_bytes_ >= bytes);
  memory_bytes_ -= bytes;
  prefixes_.erase(entry);
}

}  // namespace firn::vos
