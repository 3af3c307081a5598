// What the functions of daos_fs_sys.h have in common: they are daos_fs.h by absolute paths.
#pragma once

#include <daos_fs_sys.h>

#include "capi/dfs_calls.h"

struct dfs_sys {
  dfs_t* mount;
};

namespace firn::capi {

struct ReleaseEntry {
  void operator()(dfs_obj_t* entry) const { dfs_release(entry); }
};
using OpenEntry = std::unique_ptr<dfs_obj_t, ReleaseEntry>;

// The entry at the path; a symlink's own with O_NOFOLLOW. An errno, or 0.
int open_path(dfs_sys_t* sys, const char* path, int flags, OpenEntry& entry);

// Where a path's last name is, or will be.
struct PathEnd {
  OpenEntry parent;
  std::string name;  // empty: the path is the root's
};
int find_end(dfs_sys_t* sys, const char* path, PathEnd& end);

}  // namespace firn::capi
