// Making a file system, mounting it, and what all operations share; see mounted_file_system.h.
#include <sys/stat.h>

#include "dfs/layout.h"
#include "dfs/mounted_file_system.h"
#include "dfs/names.h"
#include "dfs/object_classes.h"
#include "dfs/parallel.h"
#include "model/limits.h"
#include "model/object_id.h"
#include "model/properties.h"

namespace firn::dfs {

namespace {

using ContainerPointer = std::shared_ptr<client::Container>;

Result<uint64_t> chosen_chunk_bytes(uint64_t given, const client::Container& container) {
  if (given == 0) {
    const std::string* const property = container.property(property::kChunkSize);
    if (property == nullptr || property->empty()) return kChunkBytesDefault;
    FIRN_TRY(given, parse_byte_count(*property));
  }
  FIRN_CHECK(check_chunk_bytes(given));
  return given;
}

// The class given, else that of the first property that names one, else `otherwise`.
Result<ObjectClassId> chosen_class(ObjectClassId given, const client::Container& container,
                                   std::initializer_list<std::string_view> properties,
                                   ObjectClassId otherwise) {
  if (given.value != 0) {
    FIRN_CHECK(check_class(given));
    return given;
  }
  for (const std::string_view name : properties) {
    const std::string* const property = container.property(name);
    if (property == nullptr || property->empty()) continue;
    if (const auto named = class_from_name(*property)) return *named;
    return fail(Code::unsupported, "the container's object class is not in this version").on(name, *property);
  }
  return otherwise;
}

Result<Superblock> new_superblock(const FormatOptions& options, const client::Container& container) {
  Superblock superblock;
  FIRN_TRY(superblock.chunk_bytes, chosen_chunk_bytes(options.chunk_bytes, container));
  FIRN_TRY(superblock.directory_class,
           chosen_class(options.directory_class, container, {property::kDirClass}, kClassS1));
  FIRN_TRY(superblock.file_class, chosen_class(options.file_class, container,
                                               {property::kFileClass, property::kObjectClass}, kClassSX));
  return superblock;
}

Task<Result<void>> set_properties(ContainerPointer container, ObjectId superblock, ObjectId root) {
  client::Pool& pool = container->pool();
  ContainerSetPropertiesRequest request{.pool = pool.id().uuid.text(),
                                        .container = container->info().id.uuid.text()};
  request.properties.push_back({std::string(property::kLayoutType), "posix"});
  request.properties.push_back({std::string(property::kRootOids), root_oids_text({superblock, root})});
  FIRN_CO_CHECK(co_await pool.client().set_container_properties(std::move(request)));
  co_return {};
}

// The root's entry as an earlier attempt that failed left it, else the new one.
Task<Result<Inode>> insert_root(Place place, Inode root) {
  auto inserted = co_await write_entry(place, Entry{.inode = root}, std::nullopt, Condition::dkey_insert);
  if (inserted) co_return root;
  if (inserted.error().code() != Code::exists) co_return std::move(inserted).error();
  FIRN_CO_TRY(const auto found, co_await fetch_inode(place));
  if (!found) co_return fail(Code::busy, "the container is being changed by somebody else");
  co_return *found;
}

}  // namespace

// The superblock comes last: without it there is no file system, and all before it can be repeated.
Task<Result<void>> FileSystem::format(ContainerPointer container, FormatOptions options) {
  FIRN_CO_TRY(const Superblock superblock, new_superblock(options, *container));
  const ObjectId superblock_object = default_superblock_id();
  const client::Object object = container->open(superblock_object);
  FIRN_CO_TRY(const auto found, co_await fetch_superblock(object));
  const auto already = [&] {
    return fail(Code::exists, "the container holds a file system already")
        .on("container", container->info().label);
  };
  if (found) co_return already();
  const Timestamp now = timestamp_from(container->pool().client().runtime().wall_time());
  const ObjectId root_object = make_object_id({.hi = 1, .lo = 0}, ObjectType::multi_hashed,
                                              superblock.directory_class, container->pool().target_count());
  const Inode wanted{.mode = S_IFDIR | (options.root_mode & kPermissionBits),
                     .object = root_object,
                     .mtime = now,
                     .ctime = now,
                     .uid = options.owner.uid,
                     .gid = options.owner.gid};
  FIRN_CO_TRY(const Inode root, co_await insert_root({object, Key(kRootName)}, wanted));
  FIRN_CO_CHECK(co_await set_properties(container, superblock_object, root.object));
  auto written = co_await write_superblock(object, superblock);
  if (!written && written.error().code() == Code::exists) co_return already();
  co_return std::move(written);
}

Task<Result<std::unique_ptr<FileSystem>>> FileSystem::mount(ContainerPointer container,
                                                            MountOptions options) {
  FIRN_CO_TRY(const ObjectId object, superblock_id(*container));
  FIRN_CO_TRY(const auto superblock, co_await fetch_superblock(container->open(object)));
  if (!superblock) {
    co_return fail(Code::invalid, "the container holds no file system")
        .on("container", container->info().label)
        .remedy("create a container with the property layout_type=posix");
  }
  auto mounted =
      std::make_unique<MountedFileSystem>(container, MountDescription{object, *superblock, Node(), options});
  FIRN_CO_CHECK(co_await mounted->find_root());
  co_return std::unique_ptr<FileSystem>(std::move(mounted));
}

std::unique_ptr<FileSystem> FileSystem::join(ContainerPointer container, MountDescription mount) {
  return std::make_unique<MountedFileSystem>(std::move(container), std::move(mount));
}

MountedFileSystem::MountedFileSystem(ContainerPointer container, MountDescription mount)
    : container_(std::move(container)),
      superblock_object_(mount.superblock_object),
      superblock_(mount.superblock),
      options_(mount.options),
      object_ids_(container_),
      root_(std::move(mount.root)) {}

Task<Result<void>> MountedFileSystem::find_root() {
  FIRN_CO_TRY(const auto inode, co_await fetch_inode({container_->open(superblock_object_), Key(kRootName)}));
  if (!inode || node_type(*inode) != NodeType::directory) {
    co_return fail(Code::corrupt, "the file system has no root directory")
        .on("object", superblock_object_.text());
  }
  root_ = {.type = NodeType::directory,
           .object = inode->object,
           .name = std::string(kRootName),
           .chunk_bytes = inode->chunk_bytes,
           .object_class = inode->object_class,
           .mode = inode->mode};
  co_return {};
}

Error about(Error error, const Node& node) {
  return std::move(error).on("name", node.name).on("object", node.object.text());
}

Result<void> MountedFileSystem::check_writable() const {
  if (options_.read_only) return fail(Code::read_only, "the file system is mounted read-only");
  return {};
}

Result<void> MountedFileSystem::check_directory(const Node& node) {
  if (node.type != NodeType::directory) return about(fail(Code::not_directory, "not a directory"), node);
  return {};
}

Result<void> MountedFileSystem::check_change(const Node& parent, const std::string& name) const {
  FIRN_CHECK(check_writable());
  FIRN_CHECK(check_directory(parent));
  return check_name(name);
}

Place MountedFileSystem::place_in(const Node& directory, std::string name) const {
  return {container_->open(directory.object), std::move(name)};
}

Place MountedFileSystem::place_of(const Node& node) const {
  const bool is_root = node.parent == ObjectId{};
  return {container_->open(is_root ? superblock_object_ : node.parent), node.name};
}

Node MountedFileSystem::node_at(const Node& directory, std::string name, const Inode& inode) const {
  Node node{.type = node_type(inode),
            .object = inode.object,
            .parent = directory.object,
            .name = std::move(name),
            .chunk_bytes = inode.chunk_bytes,
            .object_class = inode.object_class,
            .mode = inode.mode};
  if (node.type == NodeType::file && node.chunk_bytes == 0) node.chunk_bytes = superblock_.chunk_bytes;
  return node;
}

client::Array MountedFileSystem::array_of(ObjectId object, uint64_t chunk_bytes) const {
  return {container_->open(object), 1, chunk_bytes == 0 ? superblock_.chunk_bytes : chunk_bytes};
}

Task<Result<Inode>> MountedFileSystem::fetch_own_inode(Node node) {
  FIRN_CO_TRY(const auto inode, co_await fetch_inode(place_of(node)));
  if (!inode) co_return about(fail(Code::not_found, "no such file or directory"), node);
  if (inode->object != node.object) {
    co_return about(fail(Code::not_found, "the name belongs to something else by now"), node);
  }
  co_return *inode;
}

// kEpochNone if nothing was ever written to the object.
Task<Result<Epoch>> MountedFileSystem::newest_change(ObjectId object) {
  FIRN_CO_TRY(const QueryReply reply, co_await container_->open(object).query({.find_newest = true}));
  co_return reply.newest;
}

}  // namespace firn::dfs
