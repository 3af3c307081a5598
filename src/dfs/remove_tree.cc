// A directory with all below it; see dfs.h.
#include "dfs/dfs.h"
#include "runtime/when_all.h"

namespace firn::dfs {

namespace {

// All names but those of directories, which it gives.
Task<Result<std::vector<Node>>> unlink_all(FileSystem* file_system, Node directory, uint64_t* removed) {
  std::vector<Node> directories;
  DirectoryAnchor anchor;
  while (!anchor.end()) {
    FIRN_CO_TRY(const auto entries, co_await file_system->read_directory(directory, anchor, 128));
    std::vector<Task<Result<Node>>> lookups;
    for (const DirectoryEntry& entry : entries)
      lookups.push_back(file_system->lookup_in(directory, entry.name));
    std::vector<Task<Result<void>>> removals;
    for (Result<Node>& node : co_await when_all(std::move(lookups))) {
      if (!node && node.error().code() == Code::not_found) continue;
      if (!node) co_return std::move(node).error();
      if (node->type == NodeType::directory) {
        directories.push_back(*std::move(node));
      } else {
        removals.push_back(file_system->unlink(directory, node->name));
      }
    }
    *removed += removals.size();
    FIRN_CO_CHECK(co_await when_all_ok(std::move(removals)));
  }
  co_return directories;
}

}  // namespace

Task<Result<uint64_t>> remove_tree(FileSystem* file_system, Node parent, Node directory) {
  uint64_t removed = 0;
  FIRN_CO_TRY(const auto inner, co_await unlink_all(file_system, directory, &removed));
  for (const Node& node : inner) {
    FIRN_CO_TRY(const uint64_t below, co_await remove_tree(file_system, directory, node));
    removed += below;
  }
  FIRN_CO_CHECK(co_await file_system->remove_directory(parent, directory.name));
  co_return removed + 1;
}

}  // namespace firn::dfs
