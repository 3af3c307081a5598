// Attributes of entries by absolute paths; daos_fs_sys.h.
#include "capi/dfs_sys_calls.h"
#include "runtime/real_clock.h"

namespace firn::capi {

namespace {

// A function of daos_fs.h that takes a directory and a name, for an entry that was found by its path.
template <class Call>
int with_name(dfs_sys_t* sys, const char* path, int flags, Call call) {
  OpenEntry entry;
  if (const int failed = open_path(sys, path, flags, entry); failed != 0) return failed;
  const dfs::Node& node = entry->node;
  if (node.parent == ObjectId{}) return call(nullptr, nullptr);  // the root
  dfs_obj_t parent{.mount = sys->mount->mount, .node = {.object = node.parent}};
  return call(&parent, node.name.c_str());
}

// One that takes the open entry.
template <class Call>
int with_entry(dfs_sys_t* sys, const char* path, int flags, Call call) {
  OpenEntry entry;
  if (const int failed = open_path(sys, path, flags, entry); failed != 0) return failed;
  return call(sys->mount, entry.get());
}

// A time as utimensat(2) takes it; false: it stays.
bool time_of(const timespec& given, timespec& time) {
  if (given.tv_nsec == UTIME_OMIT) return false;
  time = given;
  if (given.tv_nsec == UTIME_NOW) {
    const WallTime now = real_wall_time();
    time = {.tv_sec = now.ns / 1'000'000'000, .tv_nsec = now.ns % 1'000'000'000};
  }
  return true;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_sys_access(dfs_sys_t* dfs_sys, const char* path, int mask, int flags) {
  return with_name(dfs_sys, path, flags, [&](dfs_obj_t* parent, const char* name) {
    return dfs_access(dfs_sys->mount, parent, name, mask);
  });
}

int dfs_sys_chmod(dfs_sys_t* dfs_sys, const char* path, mode_t mode) {
  return with_name(dfs_sys, path, 0, [&](dfs_obj_t* parent, const char* name) {
    return dfs_chmod(dfs_sys->mount, parent, name, mode);
  });
}

int dfs_sys_chown(dfs_sys_t* dfs_sys, const char* path, uid_t uid, gid_t gid, int flags) {
  return with_name(dfs_sys, path, flags, [&](dfs_obj_t* parent, const char* name) {
    return dfs_chown(dfs_sys->mount, parent, name, uid, gid, flags);
  });
}

int dfs_sys_setattr(dfs_sys_t* dfs_sys, const char* path, struct stat* stbuf, int flags, int sflags) {
  return with_entry(dfs_sys, path, sflags,
                    [&](dfs_t* mount, dfs_obj_t* entry) { return dfs_osetattr(mount, entry, stbuf, flags); });
}

// Access times are not kept.
int dfs_sys_utimens(dfs_sys_t* dfs_sys, const char* path, const struct timespec* times, int flags) {
  struct stat attributes{};
  const timespec now{.tv_sec = 0, .tv_nsec = UTIME_NOW};
  const bool changes = time_of(times == nullptr ? now : times[1], attributes.st_mtim);
  return dfs_sys_setattr(dfs_sys, path, &attributes, changes ? DFS_SET_ATTR_MTIME : 0, flags);
}

int dfs_sys_stat(dfs_sys_t* dfs_sys, const char* path, int flags, struct stat* stbuf) {
  return with_entry(dfs_sys, path, flags,
                    [&](dfs_t* mount, dfs_obj_t* entry) { return dfs_ostat(mount, entry, stbuf); });
}

int dfs_sys_listxattr(dfs_sys_t* dfs_sys, const char* path, char* list, daos_size_t* size, int flags) {
  return with_entry(dfs_sys, path, flags,
                    [&](dfs_t* mount, dfs_obj_t* entry) { return dfs_listxattr(mount, entry, list, size); });
}

int dfs_sys_getxattr(dfs_sys_t* dfs_sys, const char* path, const char* name, void* value, daos_size_t* size,
                     int flags) {
  return with_entry(dfs_sys, path, flags, [&](dfs_t* mount, dfs_obj_t* entry) {
    return dfs_getxattr(mount, entry, name, value, size);
  });
}

int dfs_sys_setxattr(dfs_sys_t* dfs_sys, const char* path, const char* name, const void* value,
                     daos_size_t size, int flags, int sflags) {
  return with_entry(dfs_sys, path, sflags, [&](dfs_t* mount, dfs_obj_t* entry) {
    return dfs_setxattr(mount, entry, name, value, size, flags);
  });
}

int dfs_sys_removexattr(dfs_sys_t* dfs_sys, const char* path, const char* name, int flags) {
  return with_entry(dfs_sys, path, flags,
                    [&](dfs_t* mount, dfs_obj_t* entry) { return dfs_removexattr(mount, entry, name); });
}
