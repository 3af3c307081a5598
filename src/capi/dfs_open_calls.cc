// Finding, making and opening entries, and what is known of an open one; daos_fs.h.
#include <cstring>

#include <unistd.h>

#include "capi/convert.h"
#include "capi/dfs_calls.h"
#include "capi/object_calls.h"

namespace firn::capi {

namespace {

using NewEntry = std::unique_ptr<dfs_obj>;

// Fills the new entry, and what a caller wants to know of it.
struct Found {
  dfs_obj* entry;
  mode_t* mode = nullptr;
  struct stat* attributes = nullptr;
};

Task<Result<void>> tell(dfs::FileSystem* file_system, dfs::Node node, Found found) {
  if (node.type == dfs::NodeType::symlink) {
    FIRN_CO_TRY(found.entry->symlink_target, co_await file_system->read_symlink(node));
  }
  if (found.mode != nullptr) *found.mode = node.mode;
  if (found.attributes != nullptr) {
    FIRN_CO_TRY(const dfs::Stat attributes, co_await file_system->stat(node));
    *found.attributes = stat_of(attributes);
  }
  found.entry->node = std::move(node);
  co_return {};
}

Task<Result<void>> look_up(dfs::FileSystem* file_system, std::string path, bool follow, Found found) {
  FIRN_CO_TRY(dfs::Node node, co_await file_system->lookup(std::move(path), follow));
  co_return co_await tell(file_system, std::move(node), found);
}

Task<Result<void>> look_up_in(dfs::FileSystem* file_system, dfs::Node parent, std::string name, Found found) {
  FIRN_CO_TRY(dfs::Node node, co_await file_system->lookup_in(std::move(parent), std::move(name)));
  co_return co_await tell(file_system, std::move(node), found);
}

// What dfs_open() is to do.
struct Opening {
  dfs::Node parent;
  std::string name;
  dfs::NodeType type{};
  int flags = 0;
  dfs::CreateOptions options;
  std::string symlink_target;
};

Error another_type(const Opening& opening) {
  const bool directory = opening.type == dfs::NodeType::directory;
  return fail(directory ? Code::not_directory : Code::invalid, "the name is of another type")
      .on("name", opening.name);
}

Task<Result<dfs::Node>> open_existing(dfs::FileSystem* file_system, Opening opening) {
  FIRN_CO_TRY(dfs::Node node, co_await file_system->lookup_in(opening.parent, opening.name));
  if (node.type != opening.type) co_return another_type(opening);
  if (node.type == dfs::NodeType::file && (opening.flags & O_TRUNC) != 0)
    FIRN_CO_CHECK(co_await file_system->truncate(node, 0));
  co_return node;
}

Task<Result<dfs::Node>> make(dfs::FileSystem* file_system, Opening opening) {
  switch (opening.type) {
    case dfs::NodeType::file:
      co_return co_await file_system->create(opening.parent, opening.name, opening.options);
    case dfs::NodeType::directory:
      co_return co_await file_system->make_directory(opening.parent, opening.name, opening.options);
    case dfs::NodeType::symlink:
      co_return co_await file_system->make_symlink(opening.parent, opening.name, opening.symlink_target,
                                                   opening.options);
  }
  co_return fail(Code::invalid, "no such type");
}

Task<Result<void>> open(dfs::FileSystem* file_system, Opening opening, dfs_obj* entry) {
  Result<dfs::Node> node;
  if ((opening.flags & O_CREAT) == 0) {
    node = co_await open_existing(file_system, opening);
  } else {
    node = co_await make(file_system, opening);
    const bool taken = !node && node.error().code() == Code::exists && !opening.options.exclusive;
    if (taken) node = co_await open_existing(file_system, opening);
    const bool no_file =
        !node && (node.error().code() == Code::is_directory || node.error().code() == Code::symlink_loop);
    if (no_file) co_return another_type(opening);
  }
  if (!node) co_return std::move(node).error();
  co_return co_await tell(file_system, *std::move(node), {.entry = entry});
}

// The type that a mode names; nothing if it is none of ours.
std::optional<dfs::NodeType> type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return dfs::NodeType::file;
    case S_IFDIR:
      return dfs::NodeType::directory;
    case S_IFLNK:
      return dfs::NodeType::symlink;
    default:
      return std::nullopt;
  }
}

// A path without the mount's prefix; nothing if it has not got it, or is not absolute.
std::optional<std::string> path_in(const dfs_t& mount, const char* path) {
  if (path == nullptr) return std::nullopt;
  std::string_view rest(path);
  if (!mount.prefix.empty()) {
    if (!rest.starts_with(mount.prefix)) return std::nullopt;
    rest.remove_prefix(mount.prefix.size());
    if (rest.empty()) rest = "/";
  }
  if (!rest.starts_with('/') || rest.size() > DFS_MAX_PATH) return std::nullopt;
  return std::string(rest);
}

NewEntry place_for(const dfs_t& mount, int flags) {
  auto entry = std::make_unique<dfs_obj>();
  entry->mount = mount.mount;
  entry->flags = flags & O_ACCMODE;
  return entry;
}

// Flags with which an entry cannot be opened in this mount; 0: it can.
int check_flags(const dfs_t& mount, int flags) {
  if ((flags & O_APPEND) != 0) return ENOTSUP;
  const bool changes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
  return changes && !may_write(mount) ? EPERM : 0;
}

// The entry for the caller, if it was opened.
int finish(int result, NewEntry entry, dfs_obj_t** obj) {
  if (result == 0) *obj = entry.release();
  return result;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_lookup(dfs_t* dfs, const char* path, int flags, dfs_obj_t** obj, mode_t* mode, struct stat* stbuf) {
  if (dfs == nullptr || obj == nullptr) return EINVAL;
  auto inner = path_in(*dfs, path);
  if (!inner) return EINVAL;
  if (const int bad = check_flags(*dfs, flags); bad != 0) return bad;
  NewEntry entry = place_for(*dfs, flags);
  const Found found{entry.get(), mode, stbuf};
  const int result = on_mount(dfs->mount, nullptr,
                              [inner = *std::move(inner), follow = (flags & O_NOFOLLOW) == 0, found](
                                  firn::dfs::FileSystem* fs) { return look_up(fs, inner, follow, found); });
  return finish(result, std::move(entry), obj);
}

int dfs_lookup_rel(dfs_t* dfs, dfs_obj_t* parent, const char* name, int flags, dfs_obj_t** obj, mode_t* mode,
                   struct stat* stbuf) {
  if (const int bad = check_directory(dfs, parent); bad != 0) return bad;
  if (obj == nullptr || !is_name(name)) return EINVAL;
  if (const int bad = check_flags(*dfs, flags); bad != 0) return bad;
  NewEntry entry = place_for(*dfs, flags);
  const Found found{entry.get(), mode, stbuf};
  const int result =
      on_mount(dfs->mount, nullptr,
               [directory = directory_of(*dfs, parent), name = std::string(name),
                found](firn::dfs::FileSystem* fs) { return look_up_in(fs, directory, name, found); });
  return finish(result, std::move(entry), obj);
}

int dfs_open(dfs_t* dfs, dfs_obj_t* parent, const char* name, mode_t mode, int flags, daos_oclass_id_t cid,
             daos_size_t chunk_size, const char* value, dfs_obj_t** obj) {
  if (const int bad = check_directory(dfs, parent); bad != 0) return bad;
  const auto type = type_of(mode);
  if (obj == nullptr || !is_name(name) || !type) return EINVAL;
  if (const int bad = check_flags(*dfs, flags); bad != 0) return bad;
  const bool symlink = *type == firn::dfs::NodeType::symlink;
  if (symlink && (flags & O_CREAT) == 0) return ENOTSUP;
  if (symlink && value == nullptr) return EINVAL;
  Opening opening{.parent = directory_of(*dfs, parent),
                  .name = name,
                  .type = *type,
                  .flags = flags,
                  .options = {.mode = mode & 07777,
                              .owner = {::geteuid(), ::getegid()},
                              .exclusive = (flags & O_EXCL) != 0,
                              .truncate = (flags & O_TRUNC) != 0,
                              .chunk_bytes = chunk_size,
                              .object_class = firn::ObjectClassId{cid}},
                  .symlink_target = symlink ? value : ""};
  NewEntry entry = place_for(*dfs, flags);
  const int result =
      on_mount(dfs->mount, nullptr,
               [opening = std::move(opening), place = entry.get()](firn::dfs::FileSystem* fs) mutable {
                 return open(fs, std::move(opening), place);
               });
  return finish(result, std::move(entry), obj);
}

int dfs_dup(dfs_t* dfs, dfs_obj_t* obj, int flags, dfs_obj_t** new_obj) {
  if (dfs == nullptr || obj == nullptr || new_obj == nullptr) return EINVAL;
  if (const int bad = check_flags(*dfs, flags); bad != 0) return bad;
  auto copy = std::make_unique<dfs_obj>(*obj);
  copy->flags = flags & O_ACCMODE;
  copy->array = {};
  *new_obj = copy.release();
  return 0;
}

int dfs_release(dfs_obj_t* obj) {
  if (obj == nullptr) return EINVAL;
  const std::unique_ptr<dfs_obj> owned(obj);
  if (owned->array.cookie != 0 && ready()) handles().remove<ArrayHandle>(owned->array);
  return 0;
}

int dfs_obj2id(dfs_obj_t* obj, daos_obj_id_t* oid) {
  if (obj == nullptr || oid == nullptr) return EINVAL;
  *oid = daos_id_of(obj->node.object);
  return 0;
}

int dfs_get_mode(dfs_obj_t* obj, mode_t* mode) {
  if (obj == nullptr || mode == nullptr) return EINVAL;
  *mode = obj->node.mode;
  return 0;
}

int dfs_obj_get_info(dfs_t* dfs, dfs_obj_t* obj, dfs_obj_info_t* info) {
  if (dfs == nullptr || obj == nullptr || info == nullptr) return EINVAL;
  const firn::dfs::Superblock& defaults = dfs->mount->description.superblock;
  const firn::dfs::Node& node = obj->node;
  *info = {};
  info->doi_oid = daos_id_of(node.object);
  info->doi_oclass_id = daos_obj_id2class(info->doi_oid);
  info->doi_chunk_size = node.chunk_bytes != 0 ? node.chunk_bytes : defaults.chunk_bytes;
  if (node.type != firn::dfs::NodeType::directory) return 0;
  info->doi_dir_oclass_id = node.object_class != 0 ? node.object_class : defaults.directory_class.value;
  info->doi_file_oclass_id = node.object_class != 0 ? node.object_class : defaults.file_class.value;
  return 0;
}

namespace {

// A directory's default, changed by `change(fs, node)`.
template <class Change>
int change_default(dfs_t* mount, dfs_obj_t* directory, Change change) {
  if (mount == nullptr || directory == nullptr) return EINVAL;
  if (!may_write(*mount)) return EPERM;
  if (directory->node.type != firn::dfs::NodeType::directory) return ENOTDIR;
  return on_mount(mount->mount, nullptr, [directory, change](firn::dfs::FileSystem* fs) {
    return keep(change(fs, directory->node), &directory->node);
  });
}

}  // namespace

int dfs_obj_set_oclass(dfs_t* dfs, dfs_obj_t* obj, int, daos_oclass_id_t cid) {
  return change_default(dfs, obj, [cid](firn::dfs::FileSystem* fs, const firn::dfs::Node& node) {
    return fs->set_object_class(node, firn::ObjectClassId{cid});
  });
}

int dfs_obj_set_chunk_size(dfs_t* dfs, dfs_obj_t* obj, int, daos_size_t csize) {
  return change_default(dfs, obj, [csize](firn::dfs::FileSystem* fs, const firn::dfs::Node& node) {
    return fs->set_chunk_bytes(node, csize);
  });
}

int dfs_get_file_oh(dfs_obj_t* obj, daos_handle_t* oh) {
  if (obj == nullptr || oh == nullptr || obj->node.type != firn::dfs::NodeType::file) return EINVAL;
  if (obj->array.cookie == 0) {
    auto array = std::make_shared<ArrayHandle>();
    array->object.container = obj->mount->container;
    array->object.id = obj->node.object;
    if (object_mode(*obj->mount->container, obj->flags == O_RDONLY ? DAOS_OO_RO : DAOS_OO_RW,
                    array->object.mode) != 0)
      return EPERM;
    array->chunk_cells = obj->node.chunk_bytes;
    obj->array = handles().add(std::move(array));
  }
  *oh = obj->array;
  return oh->cookie == 0 ? ENOMEM : 0;
}

int dfs_get_chunk_size(dfs_obj_t* obj, daos_size_t* chunk_size) {
  if (obj == nullptr || chunk_size == nullptr || obj->node.type == firn::dfs::NodeType::symlink)
    return EINVAL;
  const uint64_t own = obj->node.chunk_bytes;
  *chunk_size = own != 0 ? own : obj->mount->description.superblock.chunk_bytes;
  return 0;
}

int dfs_get_symlink_value(dfs_obj_t* obj, char* buf, daos_size_t* size) {
  if (obj == nullptr || size == nullptr || obj->node.type != firn::dfs::NodeType::symlink) return EINVAL;
  const std::string& target = obj->symlink_target;
  if (buf != nullptr && *size > 0) {
    const size_t copied = std::min<size_t>(target.size(), *size - 1);
    std::memcpy(buf, target.data(), copied);
    buf[copied] = '\0';
  }
  *size = target.size() + 1;
  return 0;
}

int dfs_update_parent(dfs_obj_t* obj, dfs_obj_t* src_obj, const char* name) {
  if (obj == nullptr || src_obj == nullptr) return EINVAL;
  if (name != nullptr && !is_name(name)) return EINVAL;
  obj->node.parent = src_obj->node.parent;
  if (name != nullptr) obj->node.name = name;
  return 0;
}

int dfs_suggest_oclass(dfs_t* dfs, const char* hint, daos_oclass_id_t* cid) {
  if (dfs == nullptr || hint == nullptr || cid == nullptr) return EINVAL;
  const std::string_view text(hint);
  const auto split = text.find(':');
  if (split == std::string_view::npos) return EINVAL;
  const std::string_view kind = text.substr(0, split);
  const std::string_view width = text.substr(split + 1);
  if (kind != "file" && kind != "dir" && kind != "directory") return EINVAL;
  if (width == "single") {
    *cid = OC_S1;
  } else if (width == "max") {
    *cid = OC_SX;
  } else {
    return EINVAL;
  }
  return 0;
}
