// Walking trees; see walk.h.
#include "cli/walk.h"

#include <algorithm>

#include "cli/store_path.h"
#include "runtime/when_all.h"

namespace firn::cli {

namespace {

constexpr size_t kDirectoriesAtOnce = 16;

struct Waiting {
  std::string path;
  dfs::Node node;
};

}  // namespace

dfs::Node entry_node(const dfs::Node& directory, const dfs::DirectoryEntry& entry) {
  return {entry.stat->type, entry.stat->object, directory.object, entry.name, entry.stat->chunk_bytes, 0};
}

Task<Result<std::vector<dfs::DirectoryEntry>>> read_all(dfs::FileSystem* fs, dfs::Node directory) {
  std::vector<dfs::DirectoryEntry> all;
  dfs::DirectoryAnchor anchor;
  while (!anchor.end()) {
    FIRN_CO_TRY(auto entries, co_await fs->read_directory_plus(directory, anchor));
    std::ranges::move(entries, std::back_inserter(all));
  }
  std::ranges::sort(all, {}, &dfs::DirectoryEntry::name);
  co_return all;
}

namespace {

using Visit = std::function<void(const TreeEntry&)>;

void visit_entries(const Waiting& directory, const std::vector<dfs::DirectoryEntry>& entries,
                   const Visit& visit, std::vector<Waiting>& next) {
  for (const dfs::DirectoryEntry& entry : entries) {
    const std::string path = directory.path.empty() ? entry.name : join_path(directory.path, entry.name);
    const dfs::Node node = entry_node(directory.node, entry);
    visit({path, directory.node, node, *entry.stat});
    if (node.type == dfs::NodeType::directory) next.push_back({path, node});
  }
}

}  // namespace

Task<Result<void>> walk_tree(dfs::FileSystem* fs, dfs::Node directory, Visit visit) {
  std::vector<Waiting> level;
  level.push_back({"", directory});
  while (!level.empty()) {
    std::vector<Waiting> next;
    for (size_t begin = 0; begin < level.size(); begin += kDirectoriesAtOnce) {
      const size_t end = std::min(begin + kDirectoriesAtOnce, level.size());
      std::vector<Task<Result<std::vector<dfs::DirectoryEntry>>>> reads;
      for (size_t i = begin; i < end; i++) reads.push_back(read_all(fs, level[i].node));
      auto lists = co_await when_all(std::move(reads));
      for (size_t i = begin; i < end; i++) {
        FIRN_CO_TRY(const auto entries, std::move(lists[i - begin]));
        visit_entries(level[i], entries, visit, next);
      }
    }
    level = std::move(next);
  }
  co_return {};
}

}  // namespace firn::cli
