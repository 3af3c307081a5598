// Attributes of entries, plain and extended; daos_fs.h.
#include <cstring>

#include <sys/xattr.h>
#include <unistd.h>

#include "capi/dfs_calls.h"

namespace firn::capi {

namespace {

// The entry that a parent and a name mean; without a name the parent.
Task<Result<dfs::Node>> find(dfs::FileSystem* file_system, dfs::Node parent,
                             std::optional<std::string> name) {
  if (!name) co_return parent;
  co_return co_await file_system->lookup_in(std::move(parent), *std::move(name));
}

// Where a symlink leads. From below the root only absolute ones: a node does not know its path.
Task<Result<dfs::Node>> follow(dfs::FileSystem* file_system, dfs::Node node) {
  if (node.type != dfs::NodeType::symlink) co_return node;
  FIRN_CO_TRY(std::string target, co_await file_system->read_symlink(node));
  if (!target.starts_with('/')) {
    if (node.parent != file_system->root().object)
      co_return fail(Code::unsupported, "a relative symbolic link below the root is not followed here")
          .on("name", node.name)
          .remedy("look it up by its path: dfs_lookup()");
    target.insert(0, "/");
  }
  co_return co_await file_system->lookup(std::move(target));
}

// What a call that names an entry works on.
struct Named {
  std::shared_ptr<MountHandle> mount;
  dfs::Node parent;
  std::optional<std::string> name;
};

int name_entry(dfs_t* mount, const dfs_obj_t* parent, const char* name, Named& named) {
  if (const int bad = check_directory(mount, parent); bad != 0) return bad;
  if (name != nullptr && !is_name(name)) return EINVAL;
  named = {mount->mount, directory_of(*mount, parent), std::nullopt};
  if (name != nullptr) named.name = name;
  return 0;
}

Task<Result<void>> stat(dfs::FileSystem* file_system, dfs::Node node, struct stat* attributes) {
  FIRN_CO_TRY(const dfs::Stat found, co_await file_system->stat(std::move(node)));
  *attributes = stat_of(found);
  co_return {};
}

Task<Result<void>> stat_named(dfs::FileSystem* file_system, Named named, struct stat* attributes) {
  if (!named.name) co_return co_await stat(file_system, std::move(named.parent), attributes);
  FIRN_CO_TRY(const dfs::Stat found,
              co_await file_system->stat_in(std::move(named.parent), *std::move(named.name)));
  *attributes = stat_of(found);
  co_return {};
}

Task<Result<void>> change(dfs::FileSystem* file_system, Named named, bool follows,
                          dfs::SetAttributes changes) {
  FIRN_CO_TRY(dfs::Node node, co_await find(file_system, std::move(named.parent), std::move(named.name)));
  if (follows) {
    FIRN_CO_TRY(node, co_await follow(file_system, std::move(node)));
  }
  co_return co_await file_system->set_attributes(std::move(node), changes);
}

// Bits of `mask` that the owner, the group or others have, where the user is that. Others' bits are
// everybody's (compat facts, DFS API).
bool may(const dfs::Stat& found, int mask) {
  const uint32_t wanted = static_cast<uint32_t>(mask) & 7;
  uint32_t granted = found.mode & 7;
  if (found.uid == ::getuid()) granted |= (found.mode >> 6) & 7;
  if (found.gid == ::getgid()) granted |= (found.mode >> 3) & 7;
  return (granted & wanted) == wanted && (found.mode & 0777) != 0;
}

Task<Result<void>> check_access(dfs::FileSystem* file_system, Named named, int mask, bool* granted) {
  FIRN_CO_TRY(dfs::Node node, co_await find(file_system, std::move(named.parent), std::move(named.name)));
  FIRN_CO_TRY(node, co_await follow(file_system, std::move(node)));
  FIRN_CO_TRY(const dfs::Stat found, co_await file_system->stat(std::move(node)));
  *granted = mask == F_OK || may(found, mask);
  co_return {};
}

// The changes that stbuf and flags of dfs_osetattr() ask for; an errno if they cannot be.
int changes_of(const dfs::Node& node, const struct stat& attributes, int flags, dfs::SetAttributes& changes) {
  constexpr int kKnown = DFS_SET_ATTR_MODE | DFS_SET_ATTR_ATIME | DFS_SET_ATTR_MTIME | DFS_SET_ATTR_SIZE |
                         DFS_SET_ATTR_UID | DFS_SET_ATTR_GID;
  if ((flags & ~kKnown) != 0) return EINVAL;
  if ((flags & DFS_SET_ATTR_MODE) != 0) {
    if (node.type == dfs::NodeType::symlink) return ENOTSUP;
    if ((attributes.st_mode & S_IFMT) != (node.mode & S_IFMT)) return EINVAL;
    changes.mode = attributes.st_mode & 07777;
  }
  if ((flags & DFS_SET_ATTR_SIZE) != 0) {
    if (node.type != dfs::NodeType::file || attributes.st_size < 0) return EINVAL;
    changes.size_bytes = static_cast<uint64_t>(attributes.st_size);
  }
  if ((flags & DFS_SET_ATTR_MTIME) != 0) {
    changes.mtime =
        dfs::Timestamp{attributes.st_mtim.tv_sec, static_cast<uint32_t>(attributes.st_mtim.tv_nsec)};
  }
  if ((flags & DFS_SET_ATTR_UID) != 0) changes.uid = attributes.st_uid;
  if ((flags & DFS_SET_ATTR_GID) != 0) changes.gid = attributes.st_gid;
  return 0;
}

Task<Result<void>> set_and_stat(dfs::FileSystem* file_system, dfs::Node node, dfs::SetAttributes changes,
                                struct stat* attributes) {
  FIRN_CO_CHECK(co_await file_system->set_attributes(node, changes));
  co_return co_await stat(file_system, std::move(node), attributes);
}

int check_entry(const dfs_t* mount, const dfs_obj_t* entry) {
  return mount == nullptr || entry == nullptr ? EINVAL : 0;
}

int check_xattr_change(const dfs_t* mount, const dfs_obj_t* entry, const char* name) {
  if (const int bad = check_entry(mount, entry); bad != 0) return bad;
  if (name == nullptr || std::strlen(name) > DFS_MAX_XATTR_NAME) return EINVAL;
  return may_write(*mount) ? 0 : EPERM;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_stat(dfs_t* dfs, dfs_obj_t* parent, const char* name, struct stat* stbuf) {
  Named named;
  if (const int bad = name_entry(dfs, parent, name, named); bad != 0) return bad;
  if (stbuf == nullptr) return EINVAL;
  return on_mount(named.mount, nullptr,
                  [named, stbuf](firn::dfs::FileSystem* fs) { return stat_named(fs, named, stbuf); });
}

int dfs_ostat(dfs_t* dfs, dfs_obj_t* obj, struct stat* stbuf) {
  if (const int bad = check_entry(dfs, obj); bad != 0 || stbuf == nullptr) return EINVAL;
  return on_mount(obj->mount, nullptr,
                  [node = obj->node, stbuf](firn::dfs::FileSystem* fs) { return stat(fs, node, stbuf); });
}

int dfs_osetattr(dfs_t* dfs, dfs_obj_t* obj, struct stat* stbuf, int flags) {
  if (const int bad = check_entry(dfs, obj); bad != 0 || stbuf == nullptr) return EINVAL;
  if (!may_write(*dfs)) return EPERM;
  firn::dfs::SetAttributes changes;
  if (const int bad = changes_of(obj->node, *stbuf, flags, changes); bad != 0) return bad;
  const int result =
      on_mount(obj->mount, nullptr, [node = obj->node, changes, stbuf](firn::dfs::FileSystem* fs) {
        return set_and_stat(fs, node, changes, stbuf);
      });
  if (result == 0) obj->node.mode = stbuf->st_mode;
  return result;
}

int dfs_access(dfs_t* dfs, dfs_obj_t* parent, const char* name, int mask) {
  Named named;
  if (const int bad = name_entry(dfs, parent, name, named); bad != 0) return bad;
  if ((mask & W_OK) != 0 && !may_write(*dfs)) return EPERM;
  bool granted = false;
  const int result = on_mount(named.mount, nullptr, [named, mask, &granted](firn::dfs::FileSystem* fs) {
    return check_access(fs, named, mask, &granted);
  });
  return result == 0 && !granted ? EACCES : result;
}

int dfs_chmod(dfs_t* dfs, dfs_obj_t* parent, const char* name, mode_t mode) {
  Named named;
  if (const int bad = name_entry(dfs, parent, name, named); bad != 0) return bad;
  if (!may_write(*dfs)) return EPERM;
  return on_mount(named.mount, nullptr, [named, mode](firn::dfs::FileSystem* fs) {
    return change(fs, named, true, {.mode = mode & 07777});
  });
}

int dfs_chown(dfs_t* dfs, dfs_obj_t* parent, const char* name, uid_t uid, gid_t gid, int flags) {
  Named named;
  if (const int bad = name_entry(dfs, parent, name, named); bad != 0) return bad;
  if (!may_write(*dfs)) return EPERM;
  firn::dfs::SetAttributes changes;
  if (uid != static_cast<uid_t>(-1)) changes.uid = uid;
  if (gid != static_cast<gid_t>(-1)) changes.gid = gid;
  return on_mount(named.mount, nullptr,
                  [named, changes, follows = (flags & O_NOFOLLOW) == 0](firn::dfs::FileSystem* fs) {
                    return change(fs, named, follows, changes);
                  });
}

int dfs_setxattr(dfs_t* dfs, dfs_obj_t* obj, const char* name, const void* value, daos_size_t size,
                 int flags) {
  if (const int bad = check_xattr_change(dfs, obj, name); bad != 0) return bad;
  if (value == nullptr && size > 0) return EINVAL;
  if (size > DFS_MAX_XATTR_LEN) return E2BIG;
  using Mode = firn::dfs::FileSystem::XattrMode;
  const Mode mode = flags == XATTR_CREATE ? Mode::create : flags == XATTR_REPLACE ? Mode::replace : Mode::set;
  return on_mount(
      obj->mount, nullptr,
      [node = obj->node, name = std::string(name), bytes = std::string(static_cast<const char*>(value), size),
       mode](firn::dfs::FileSystem* fs) { return fs->set_xattr(node, name, bytes, mode); });
}

int dfs_getxattr(dfs_t* dfs, dfs_obj_t* obj, const char* name, void* value, daos_size_t* size) {
  if (const int bad = check_entry(dfs, obj); bad != 0) return bad;
  if (name == nullptr || size == nullptr || std::strlen(name) > DFS_MAX_XATTR_NAME) return EINVAL;
  std::string found;
  const int result = on_mount(
      obj->mount, nullptr, [node = obj->node, name = std::string(name), &found](firn::dfs::FileSystem* fs) {
        return keep(fs->get_xattr(node, name), &found);
      });
  if (result != 0) return result;
  const daos_size_t room = *size;
  *size = found.size();
  if (value == nullptr || room == 0) return 0;
  if (room < found.size()) return E2BIG;
  std::memcpy(value, found.data(), found.size());
  return 0;
}

int dfs_removexattr(dfs_t* dfs, dfs_obj_t* obj, const char* name) {
  if (const int bad = check_xattr_change(dfs, obj, name); bad != 0) return bad;
  return on_mount(obj->mount, nullptr,
                  [node = obj->node, name = std::string(name)](firn::dfs::FileSystem* fs) {
                    return fs->remove_xattr(node, name);
                  });
}

int dfs_listxattr(dfs_t* dfs, dfs_obj_t* obj, char* list, daos_size_t* size) {
  if (const int bad = check_entry(dfs, obj); bad != 0 || size == nullptr) return EINVAL;
  std::vector<std::string> names;
  const int result = on_mount(obj->mount, nullptr, [node = obj->node, &names](firn::dfs::FileSystem* fs) {
    return keep(fs->list_xattrs(node), &names);
  });
  if (result != 0) return result;
  daos_size_t needed = 0;
  for (const std::string& name : names) {
    const daos_size_t bytes = name.size() + 1;
    if (list != nullptr && needed + bytes <= *size) std::memcpy(list + needed, name.c_str(), bytes);
    needed += bytes;
  }
  *size = needed;
  return 0;
}
