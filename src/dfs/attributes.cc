// Stat and set_attributes. What changes with each write is not stored but derived: a file's size is where its
// data end, its times are the epoch of its newest write unless set by hand later. See mounted_file_system.h.
#include "dfs/layout.h"
#include "dfs/mounted_file_system.h"
#include "dfs/object_classes.h"
#include "dfs/parallel.h"

namespace firn::dfs {

namespace {

Stat make_stat(const Inode& inode, uint64_t size_bytes, Epoch newest) {
  const Times times = shown_times(inode, newest);
  return {.type = node_type(inode),
          .mode = inode.mode,
          .uid = inode.uid,
          .gid = inode.gid,
          .size_bytes = size_bytes,
          .chunk_bytes = inode.chunk_bytes,
          .mtime = times.mtime,
          .ctime = times.ctime,
          .object = inode.object};
}

}  // namespace

Task<Result<Stat>> MountedFileSystem::stat(Node node) {
  if (node.type == NodeType::file) {
    FIRN_CO_TRY(const auto found, co_await both(fetch_own_inode(node), array_of(node).stat()));
    co_return make_stat(found.first, found.second.cells, found.second.newest);
  }
  if (node.type == NodeType::directory) {
    FIRN_CO_TRY(const auto found, co_await both(fetch_own_inode(node), newest_change(node.object)));
    co_return make_stat(found.first, kInodeBytes, found.second);
  }
  FIRN_CO_TRY(const Inode inode, co_await fetch_own_inode(node));
  co_return make_stat(inode, inode.value_bytes, kEpochNone);
}

// The size first: a truncation is a write, after which a time set by hand would not stand.
Task<Result<void>> MountedFileSystem::set_attributes(Node node, SetAttributes changes) {
  FIRN_CO_CHECK(check_writable());
  FIRN_CO_CHECK(check_changes(changes));
  if (changes.size_bytes) FIRN_CO_CHECK(co_await truncate(node, *changes.size_bytes));
  const bool inode_changes = changes.mode || changes.uid || changes.gid || changes.mtime;
  if (!inode_changes) co_return {};
  co_return co_await change_inode(node, changes);
}

Task<Result<void>> MountedFileSystem::change_inode(Node node, SetAttributes changes) {
  const bool needs_epoch = changes.mtime && node.type != NodeType::symlink;
  Inode inode;
  if (needs_epoch) {
    FIRN_CO_TRY(const auto found, co_await both(fetch_own_inode(node), newest_change(node.object)));
    inode = found.first;
    inode.object_epoch = found.second;
  } else {
    FIRN_CO_TRY(inode, co_await fetch_own_inode(node));
  }
  const std::vector<InodeField> fields = apply(changes, now(), inode);
  co_return co_await write_fields(place_of(node), inode, fields);
}

Task<Result<Node>> MountedFileSystem::set_chunk_bytes(Node directory, uint64_t chunk_bytes) {
  if (chunk_bytes != 0) FIRN_CO_CHECK(check_chunk_bytes(chunk_bytes));
  directory.chunk_bytes = chunk_bytes;
  co_return co_await change_defaults(std::move(directory), InodeField::chunk_bytes);
}

Task<Result<Node>> MountedFileSystem::set_object_class(Node directory, ObjectClassId object_class) {
  if (object_class.value != 0) FIRN_CO_CHECK(check_class(object_class));
  directory.object_class = object_class.value;
  co_return co_await change_defaults(std::move(directory), InodeField::object_class);
}

Task<Result<Node>> MountedFileSystem::change_defaults(Node node, InodeField field) {
  FIRN_CO_CHECK(check_writable());
  if (node.type != NodeType::directory)
    co_return about(fail(Code::not_directory, "only directories have defaults for what is made in them"),
                    node);
  FIRN_CO_TRY(Inode inode, co_await fetch_own_inode(node));
  inode.chunk_bytes = node.chunk_bytes;
  inode.object_class = node.object_class;
  inode.ctime = now();
  FIRN_CO_CHECK(co_await write_fields(place_of(node), inode, {field, InodeField::ctime}));
  if (node.object == root_.object) root_ = node;
  co_return node;
}

Task<Result<Stat>> MountedFileSystem::stat_in(Node directory, std::string name) {
  FIRN_CO_TRY(const Inode inode, co_await inode_in(std::move(directory), std::move(name)));
  co_return co_await stat_of(inode);
}

Task<Result<Stat>> MountedFileSystem::stat_of(Inode inode) {
  switch (node_type(inode)) {
    case NodeType::file: {
      FIRN_CO_TRY(const auto found, co_await array_of(inode.object, inode.chunk_bytes).stat());
      co_return make_stat(inode, found.cells, found.newest);
    }
    case NodeType::directory: {
      FIRN_CO_TRY(const Epoch newest, co_await newest_change(inode.object));
      co_return make_stat(inode, kInodeBytes, newest);
    }
    case NodeType::symlink:
      break;
  }
  co_return make_stat(inode, inode.value_bytes, kEpochNone);
}

// Leaves the entry without a stat if it was removed since it was listed.
Task<Result<void>> MountedFileSystem::fill_stat(Node directory, DirectoryEntry* entry, Semaphore* turns) {
  const auto turn = co_await turns->acquire();
  FIRN_CO_TRY(const auto inode, co_await fetch_inode(place_in(directory, entry->name)));
  if (!inode) co_return {};
  FIRN_CO_TRY(entry->stat, co_await stat_of(*inode));
  co_return {};
}

}  // namespace firn::dfs
