// Walking a tree in Firn, many directories at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dfs/dfs.h"
#include "runtime/executor.h"

namespace firn::cli {

// The node of an entry read by read_directory_plus.
dfs::Node entry_node(const dfs::Node& directory, const dfs::DirectoryEntry& entry);

// All entries of one directory with their attributes, sorted by name.
Task<Result<std::vector<dfs::DirectoryEntry>>> read_all(dfs::FileSystem* fs, dfs::Node directory);

struct TreeEntry {
  std::string path;  // from the start of the walk, without leading slash
  dfs::Node parent;
  dfs::Node node;
  dfs::Stat stat;
};

// Calls `visit` for every entry below `directory`, parents before what is in them, siblings in order of name,
// level by level. Some directories are read at the same time.
Task<Result<void>> walk_tree(dfs::FileSystem* fs, dfs::Node directory,
                             std::function<void(const TreeEntry&)> visit);

}  // namespace firn::cli
