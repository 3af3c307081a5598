// A MetaStore in memory; see memory_meta_store.h.
#include "control/memory_meta_store.h"

#include <utility>

namespace firn::control {

Task<Result<std::optional<MetaEntry>>> MemoryMetaStore::get(std::string key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) co_return std::optional<MetaEntry>();
  co_return std::optional(MetaEntry{std::move(key), found->second.value, found->second.version});
}

Task<Result<std::vector<MetaEntry>>> MemoryMetaStore::list(std::string prefix) {
  std::vector<MetaEntry> entries;
  for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix); ++at) {
    entries.push_back({at->first, at->second.value, at->second.version});
  }
  co_return entries;
}

Task<Result<bool>> MemoryMetaStore::commit(MetaTransaction transaction) {
  for (const auto& expectation : transaction.expectations) {
    if (version_of(expectation.key) != expectation.version) co_return false;
  }
  last_.value++;
  for (auto& change : transaction.changes) {
    if (change.value) {
      entries_[std::move(change.key)] = {*std::move(change.value), last_};
    } else {
      entries_.erase(change.key);
    }
  }
  co_return true;
}

MetaVersion MemoryMetaStore::version_of(const std::string& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? MetaVersion{} : found->second.version;
}

}  // namespace firn::control
