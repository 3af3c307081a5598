// Listing directories; see mounted_file_system.h.
#include "dfs/layout.h"
#include "dfs/mounted_file_system.h"
#include "runtime/when_all.h"

namespace firn::dfs {

namespace {

// Requests of one listing with stats that are under way at the same time.
constexpr size_t kStatsAtOnceMax = 64;

}  // namespace

Task<Result<std::vector<DirectoryEntry>>> MountedFileSystem::read_directory(Node directory,
                                                                            DirectoryAnchor& anchor,
                                                                            uint32_t entries_max) {
  FIRN_CO_CHECK(check_directory(directory));
  std::vector<DirectoryEntry> entries;
  if (anchor.end()) co_return entries;
  FIRN_CO_TRY(auto names, co_await container_->open(directory.object).list_dkeys(anchor.list, entries_max));
  for (Key& name : names) entries.push_back({.name = std::move(name)});
  co_return entries;
}

Task<Result<std::vector<DirectoryEntry>>> MountedFileSystem::read_directory_plus(Node directory,
                                                                                 DirectoryAnchor& anchor,
                                                                                 uint32_t entries_max) {
  FIRN_CO_TRY(auto entries, co_await read_directory(directory, anchor, entries_max));
  FIRN_CO_CHECK(co_await add_stats(std::move(directory), &entries));
  co_return entries;
}

Task<Result<void>> MountedFileSystem::add_stats(Node directory, std::vector<DirectoryEntry>* entries) {
  Semaphore turns(runtime().executor(), kStatsAtOnceMax);
  std::vector<Task<Result<void>>> stats;
  for (DirectoryEntry& entry : *entries) stats.push_back(fill_stat(directory, &entry, &turns));
  FIRN_CO_CHECK(co_await when_all_ok(std::move(stats)));
  std::erase_if(*entries, [](const DirectoryEntry& entry) { return !entry.stat; });
  co_return {};
}

Task<Result<bool>> MountedFileSystem::is_empty(ObjectId directory) {
  client::ListAnchor anchor;
  client::Object object = container_->open(directory);
  while (!anchor.end) {
    FIRN_CO_TRY(const auto names, co_await object.list_dkeys(anchor, 1));
    if (!names.empty()) co_return false;
  }
  co_return true;
}

}  // namespace firn::dfs
