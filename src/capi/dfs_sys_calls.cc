// Mounts, names, data and directories by absolute paths; daos_fs_sys.h.
#include "capi/dfs_sys_calls.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace firn::capi {

namespace {

// What a DIR of these functions is.
struct Directory {
  dfs_t* mount = nullptr;
  OpenEntry entry;
  daos_anchor_t anchor{};
  std::array<struct dirent, 64> names{};
  uint32_t count = 0;
  uint32_t next = 0;
};

Directory* directory_behind(DIR* handle) { return reinterpret_cast<Directory*>(handle); }

// `made` gives the mount, or an errno.
template <class Make>
int make_sys(dfs_sys_t** place, Make make) {
  if (place == nullptr) return EINVAL;
  auto sys = std::make_unique<dfs_sys_t>();
  const int result = make(&sys->mount);
  if (result == 0) *place = sys.release();
  return result;
}

int end_sys(dfs_sys_t* sys, int (*end)(dfs_t*)) {
  if (sys == nullptr) return EINVAL;
  const int result = end(sys->mount);
  if (result == 0) delete sys;  // NOLINT(cppcoreguidelines-owning-memory): it was given out to the caller
  return result;
}

// Makes what the path's end names; the root is there already.
template <class Make>
int make_at(dfs_sys_t* sys, const char* path, Make make) {
  PathEnd end;
  if (const int failed = find_end(sys, path, end); failed != 0) return failed;
  return end.name.empty() ? EEXIST : make(end.parent.get(), end.name.c_str());
}

// A file or symlink, as dfs_open() makes it, not left open.
struct MadeAs {
  mode_t mode;
  daos_oclass_id_t object_class = 0;
  daos_size_t chunk_bytes = 0;
  const char* symlink_target = nullptr;
};

int make_closed(dfs_sys_t* sys, const char* path, MadeAs what) {
  return make_at(sys, path, [&](dfs_obj_t* parent, const char* name) {
    dfs_obj_t* made = nullptr;
    const int result = dfs_open(sys->mount, parent, name, what.mode, O_CREAT | O_EXCL | O_RDWR,
                                what.object_class, what.chunk_bytes, what.symlink_target, &made);
    return result == 0 ? dfs_release(made) : result;
  });
}

int refill(Directory& directory) {
  directory.next = 0;
  directory.count = 0;
  while (directory.count == 0 && !daos_anchor_is_eof(&directory.anchor)) {
    directory.count = static_cast<uint32_t>(directory.names.size());
    const int failed = dfs_readdir(directory.mount, directory.entry.get(), &directory.anchor,
                                   &directory.count, directory.names.data());
    if (failed != 0) return failed;
  }
  return 0;
}

}  // namespace

int open_path(dfs_sys_t* sys, const char* path, int flags, OpenEntry& entry) {
  if (sys == nullptr || path == nullptr) return EINVAL;
  dfs_obj_t* found = nullptr;
  const int access = may_write(*sys->mount) ? O_RDWR : O_RDONLY;
  const int result = dfs_lookup(sys->mount, path, access | (flags & O_NOFOLLOW), &found, nullptr, nullptr);
  entry.reset(found);
  return result;
}

int find_end(dfs_sys_t* sys, const char* path, PathEnd& end) {
  if (sys == nullptr || path == nullptr || *path != '/') return EINVAL;
  std::string text(path);
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  const size_t slash = text.rfind('/');
  end.name = text.substr(slash + 1);
  if (end.name == "." || end.name == "..") return EINVAL;
  // The root of a mount with a prefix is the prefix.
  if (text == sys->mount->prefix) end.name.clear();
  text.resize(end.name.empty() ? text.size() : std::max<size_t>(slash, 1));
  return open_path(sys, text.c_str(), 0, end.parent);
}

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_sys_connect(const char* pool, const char* sys, const char* cont, int mflags, int, dfs_attr_t* attr,
                    dfs_sys_t** dfs_sys) {
  return make_sys(dfs_sys, [&](dfs_t** mount) { return dfs_connect(pool, sys, cont, mflags, attr, mount); });
}

int dfs_sys_disconnect(dfs_sys_t* dfs_sys) { return end_sys(dfs_sys, dfs_disconnect); }

int dfs_sys_mount(daos_handle_t poh, daos_handle_t coh, int mflags, int, dfs_sys_t** dfs_sys) {
  return make_sys(dfs_sys, [&](dfs_t** mount) { return dfs_mount(poh, coh, mflags, mount); });
}

int dfs_sys_umount(dfs_sys_t* dfs_sys) { return end_sys(dfs_sys, dfs_umount); }

int dfs_sys_set_prefix(dfs_sys_t* dfs_sys, const char* prefix) {
  return dfs_sys == nullptr ? EINVAL : dfs_set_prefix(dfs_sys->mount, prefix);
}

int dfs_sys_local2global_all(dfs_sys_t* dfs_sys, d_iov_t* glob) {
  return dfs_sys == nullptr ? EINVAL : dfs_local2global_all(dfs_sys->mount, glob);
}

int dfs_sys_global2local_all(int mflags, int, d_iov_t glob, dfs_sys_t** dfs_sys) {
  return make_sys(dfs_sys, [&](dfs_t** mount) { return dfs_global2local_all(mflags, glob, mount); });
}

int dfs_sys_local2global(dfs_sys_t* dfs_sys, d_iov_t* glob) {
  return dfs_sys == nullptr ? EINVAL : dfs_local2global(dfs_sys->mount, glob);
}

int dfs_sys_global2local(daos_handle_t poh, daos_handle_t coh, int mflags, int, d_iov_t glob,
                         dfs_sys_t** dfs_sys) {
  return make_sys(dfs_sys, [&](dfs_t** mount) { return dfs_global2local(poh, coh, mflags, glob, mount); });
}

int dfs_sys2base(dfs_sys_t* dfs_sys, dfs_t** dfs) {
  if (dfs_sys == nullptr || dfs == nullptr) return EINVAL;
  *dfs = dfs_sys->mount;
  return 0;
}

int dfs_sys_readlink(dfs_sys_t* dfs_sys, const char* path, char* buf, daos_size_t* size) {
  OpenEntry entry;
  const int failed = open_path(dfs_sys, path, O_NOFOLLOW, entry);
  return failed != 0 ? failed : dfs_get_symlink_value(entry.get(), buf, size);
}

int dfs_sys_symlink(dfs_sys_t* dfs_sys, const char* target, const char* path) {
  return make_closed(dfs_sys, path, {.mode = S_IFLNK, .symlink_target = target});
}

int dfs_sys_mknod(dfs_sys_t* dfs_sys, const char* path, mode_t mode, daos_oclass_id_t cid,
                  daos_size_t chunk_size) {
  if ((mode & S_IFMT) != S_IFREG) return ENOTSUP;
  return make_closed(dfs_sys, path, {.mode = mode, .object_class = cid, .chunk_bytes = chunk_size});
}

int dfs_sys_remove(dfs_sys_t* dfs_sys, const char* path, bool force, daos_obj_id_t* oid) {
  return dfs_sys_remove_type(dfs_sys, path, force, 0, oid);
}

int dfs_sys_remove_type(dfs_sys_t* dfs_sys, const char* path, bool force, mode_t mode, daos_obj_id_t* oid) {
  PathEnd end;
  if (const int failed = find_end(dfs_sys, path, end); failed != 0) return failed;
  if (end.name.empty()) return EINVAL;
  if (mode != 0) {
    struct stat found{};
    const int failed = dfs_stat(dfs_sys->mount, end.parent.get(), end.name.c_str(), &found);
    if (failed != 0) return failed;
    if ((found.st_mode & S_IFMT) != (mode & S_IFMT)) return EINVAL;
  }
  return dfs_remove(dfs_sys->mount, end.parent.get(), end.name.c_str(), force, oid);
}

int dfs_sys_mkdir(dfs_sys_t* dfs_sys, const char* dir, mode_t mode, daos_oclass_id_t cid) {
  return make_at(dfs_sys, dir, [&](dfs_obj_t* parent, const char* name) {
    return dfs_mkdir(dfs_sys->mount, parent, name, mode, cid);
  });
}

int dfs_sys_mkdir_p(dfs_sys_t* dfs_sys, const char* dir_path, mode_t mode, daos_oclass_id_t cid) {
  if (dfs_sys == nullptr || dir_path == nullptr || *dir_path != '/') return EINVAL;
  const std::string path(dir_path);
  for (size_t end = path.find('/', dfs_sys->mount->prefix.size() + 1); end != std::string::npos;
       end = path.find('/', end + 1)) {
    const int result = dfs_sys_mkdir(dfs_sys, path.substr(0, end).c_str(), mode, cid);
    if (result != 0 && result != EEXIST) return result;
  }
  const int result = dfs_sys_mkdir(dfs_sys, dir_path, mode, cid);
  return result == EEXIST ? 0 : result;
}

int dfs_sys_open(dfs_sys_t* dfs_sys, const char* path, mode_t mode, int flags, daos_oclass_id_t cid,
                 daos_size_t chunk_size, const char* value, dfs_obj_t** obj) {
  if (dfs_sys == nullptr || obj == nullptr) return EINVAL;
  if ((flags & (O_CREAT | O_TRUNC)) == 0)
    return dfs_lookup(dfs_sys->mount, path, flags, obj, nullptr, nullptr);
  PathEnd end;
  if (const int failed = find_end(dfs_sys, path, end); failed != 0) return failed;
  if (end.name.empty()) return EEXIST;
  if ((mode & S_IFMT) == 0) mode |= S_IFREG;  // as open(2)
  return dfs_open(dfs_sys->mount, end.parent.get(), end.name.c_str(), mode, flags, cid, chunk_size, value,
                  obj);
}

int dfs_sys_close(dfs_obj_t* obj) { return dfs_release(obj); }

int dfs_sys_read(dfs_sys_t* dfs_sys, dfs_obj_t* obj, void* buf, daos_off_t off, daos_size_t* size,
                 daos_event_t* ev) {
  if (dfs_sys == nullptr || buf == nullptr || size == nullptr) return EINVAL;
  d_iov_t part{.iov_buf = buf, .iov_buf_len = *size, .iov_len = *size};
  d_sg_list_t list{.sg_nr = 1, .sg_nr_out = 0, .sg_iovs = &part};
  return dfs_read(dfs_sys->mount, obj, &list, off, size, ev);
}

int dfs_sys_write(dfs_sys_t* dfs_sys, dfs_obj_t* obj, const void* buf, daos_off_t off, daos_size_t* size,
                  daos_event_t* ev) {
  if (dfs_sys == nullptr || buf == nullptr || size == nullptr) return EINVAL;
  d_iov_t part{.iov_buf = const_cast<void*>(buf), .iov_buf_len = *size, .iov_len = *size};
  d_sg_list_t list{.sg_nr = 1, .sg_nr_out = 0, .sg_iovs = &part};
  return dfs_write(dfs_sys->mount, obj, &list, off, ev);
}

int dfs_sys_punch(dfs_sys_t* dfs_sys, const char* path, daos_off_t offset, daos_off_t len) {
  OpenEntry entry;
  const int failed = open_path(dfs_sys, path, 0, entry);
  return failed != 0 ? failed : dfs_punch(dfs_sys->mount, entry.get(), offset, len);
}

int dfs_sys_opendir(dfs_sys_t* dfs_sys, const char* dir, int flags, DIR** dirp) {
  if (dirp == nullptr) return EINVAL;
  auto directory = std::make_unique<Directory>();
  if (const int failed = open_path(dfs_sys, dir, flags, directory->entry); failed != 0) return failed;
  if (directory->entry->node.type != firn::dfs::NodeType::directory) return ENOTDIR;
  directory->mount = dfs_sys->mount;
  *dirp = reinterpret_cast<DIR*>(directory.release());
  return 0;
}

int dfs_sys_closedir(DIR* dirp) {
  if (dirp == nullptr) return EINVAL;
  const std::unique_ptr<Directory> owned(directory_behind(dirp));
  return 0;
}

int dfs_sys_readdir(dfs_sys_t* dfs_sys, DIR* dirp, struct dirent** dirent) {
  if (dfs_sys == nullptr || dirp == nullptr || dirent == nullptr) return EINVAL;
  Directory& directory = *directory_behind(dirp);
  if (directory.next == directory.count) {
    if (const int failed = refill(directory); failed != 0) return failed;
  }
  *dirent = directory.next < directory.count ? &directory.names[directory.next++] : nullptr;
  return 0;
}
