// Files that get their name last: prepare_file, write, publish. See mounted_file_system.h.
#include "dfs/mounted_file_system.h"

namespace firn::dfs {

Task<Result<Node>> MountedFileSystem::prepare_file(Node parent, CreateOptions options) {
  FIRN_CO_CHECK(check_writable());
  FIRN_CO_CHECK(check_directory(parent));
  FIRN_CO_TRY(const Entry entry, co_await new_entry(std::move(parent), NodeType::file, options));
  co_return Node{.type = NodeType::file,
                 .object = entry.inode.object,
                 .chunk_bytes = entry.inode.chunk_bytes,
                 .object_class = entry.inode.object_class};
}

// Two messages for a small file, the data's and this one; a time set by hand takes one more, to learn which
// epoch it is to be shown instead of.
Task<Result<Node>> MountedFileSystem::publish(Node file, Node parent, std::string name, CreateOptions options,
                                              SetAttributes changes) {
  FIRN_CO_CHECK(check_change(parent, name));
  FIRN_CO_CHECK(check_changes(changes));
  if (file.type != NodeType::file || changes.size_bytes) {
    co_return about(fail(Code::invalid, "only a file is published, and it has its size already"), file);
  }
  Entry entry{.inode = new_inode(NodeType::file, options)};
  entry.inode.object = file.object;
  entry.inode.chunk_bytes = file.chunk_bytes;
  entry.inode.object_class = file.object_class;
  apply(changes, entry.inode.ctime, entry.inode);
  if (changes.mtime) {
    FIRN_CO_TRY(entry.inode.object_epoch, co_await newest_change(file.object));
  }
  const Place place = place_in(parent, name);
  if (options.exclusive) {
    FIRN_CO_CHECK(co_await write_entry(place, entry, std::nullopt, Condition::dkey_insert));
  } else {
    FIRN_CO_TRY(const Placed placed, co_await place_entry(place, entry, std::nullopt));
    if (placed.replaced) co_await discard_data(placed.replaced->inode);
  }
  co_return node_at(parent, std::move(name), entry.inode);
}

Task<Result<void>> MountedFileSystem::discard(Node file) {
  FIRN_CO_CHECK(check_writable());
  if (file.type != NodeType::file || !file.name.empty()) {
    co_return about(fail(Code::invalid, "only a file without a name is discarded"), file);
  }
  co_return co_await container_->open(file.object).punch();
}

}  // namespace firn::dfs
