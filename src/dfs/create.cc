// New files, directories and symbolic links. A name belongs to whoever inserts its dkey: a conditional
// update, which exactly one of several at the same time wins. See mounted_file_system.h.
#include "dfs/layout.h"
#include "dfs/mounted_file_system.h"
#include "dfs/names.h"
#include "dfs/object_classes.h"
#include "model/object_id.h"

namespace firn::dfs {

namespace {

constexpr int kCreateAttemptsMax = 16;
constexpr uint32_t kSymlinkMode = 0777;

// The first that is not 0.
ObjectClassId first_class(std::initializer_list<ObjectClassId> classes) {
  for (const ObjectClassId each : classes) {
    if (each.value != 0) return each;
  }
  return {};
}

}  // namespace

Inode MountedFileSystem::new_inode(NodeType type, const CreateOptions& options) const {
  const Timestamp created = now();
  return {.mode = type_bits(type) | (options.mode & kPermissionBits),
          .mtime = created,
          .ctime = created,
          .uid = options.owner.uid,
          .gid = options.owner.gid};
}

// A new object and the inode for it. A directory keeps what was chosen for it as the default for what is made
// in it.
Task<Result<Entry>> MountedFileSystem::new_entry(Node parent, NodeType type, CreateOptions options) {
  const uint64_t chunk_bytes = options.chunk_bytes != 0 ? options.chunk_bytes : parent.chunk_bytes;
  if (chunk_bytes != 0) FIRN_CO_CHECK(check_chunk_bytes(chunk_bytes));
  const ObjectClassId chosen = first_class({options.object_class, ObjectClassId{parent.object_class}});
  const bool is_file = type == NodeType::file;
  const ObjectClassId object_class =
      is_file ? first_class({chosen, superblock_.file_class, superblock_.object_class, kClassSX})
              : first_class({chosen, superblock_.directory_class, superblock_.object_class, kClassS1});
  FIRN_CO_CHECK(check_class(object_class));
  FIRN_CO_TRY(const ObjectId user_id, co_await object_ids_.next());
  const ObjectType object_type = is_file ? ObjectType::array_byte : ObjectType::multi_hashed;
  const uint32_t target_count = container_->pool().target_count();
  Entry entry;
  entry.inode = new_inode(type, options);
  entry.inode.object = make_object_id(user_id, object_type, object_class, target_count);
  entry.inode.chunk_bytes = is_file && chunk_bytes == 0 ? superblock_.chunk_bytes : chunk_bytes;
  entry.inode.object_class = is_file ? object_class.value : chosen.value;
  co_return entry;
}

Task<Result<Node>> MountedFileSystem::make_directory(Node parent, std::string name, CreateOptions options) {
  FIRN_CO_CHECK(check_change(parent, name));
  FIRN_CO_TRY(const Entry entry, co_await new_entry(parent, NodeType::directory, options));
  FIRN_CO_CHECK(co_await write_entry(place_in(parent, name), entry, std::nullopt, Condition::dkey_insert));
  co_return node_at(parent, std::move(name), entry.inode);
}

Task<Result<Node>> MountedFileSystem::make_symlink(Node parent, std::string name, std::string target,
                                                   CreateOptions options) {
  FIRN_CO_CHECK(check_change(parent, name));
  FIRN_CO_CHECK(check_symlink_target(target));
  options.mode = kSymlinkMode;
  FIRN_CO_TRY(Entry entry, co_await new_entry(parent, NodeType::symlink, options));
  entry.inode.value_bytes = target.size();
  entry.symlink_target = std::move(target);
  FIRN_CO_CHECK(co_await write_entry(place_in(parent, name), entry, std::nullopt, Condition::dkey_insert));
  co_return node_at(parent, std::move(name), entry.inode);
}

Task<Result<Node>> MountedFileSystem::create(Node parent, std::string name, CreateOptions options) {
  FIRN_CO_CHECK(check_change(parent, name));
  FIRN_CO_TRY(const Entry entry, co_await new_entry(parent, NodeType::file, options));
  const Place place = place_in(parent, name);
  for (int attempt = 0; attempt < kCreateAttemptsMax; attempt++) {
    auto inserted = co_await write_entry(place, entry, std::nullopt, Condition::dkey_insert);
    if (inserted) co_return node_at(parent, std::move(name), entry.inode);
    if (inserted.error().code() != Code::exists || options.exclusive) co_return std::move(inserted).error();
    FIRN_CO_TRY(const auto inode, co_await fetch_inode(place));
    if (inode) co_return co_await open_existing(std::move(parent), std::move(name), *inode, options);
    // Removed between the two: the name is free again.
  }
  co_return fail(Code::busy, "others keep making and removing this name").on("name", name);
}

Task<Result<Node>> MountedFileSystem::open_existing(Node parent, std::string name, Inode inode,
                                                    CreateOptions options) {
  Node node = node_at(parent, std::move(name), inode);
  if (node.type == NodeType::directory)
    co_return about(fail(Code::is_directory, "the name is a directory's"), node);
  if (node.type == NodeType::symlink) {
    co_return about(fail(Code::symlink_loop, "the name is a symbolic link's, which is not followed here"),
                    node);
  }
  if (options.truncate) FIRN_CO_CHECK(co_await truncate(node, 0));
  co_return node;
}

}  // namespace firn::dfs
