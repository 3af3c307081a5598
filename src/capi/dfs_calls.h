// What the functions of daos_fs.h have in common: mounts, open entries, and errors as positive numbers of
// errno.h.
#pragma once

#include <string>
#include <string_view>

#include <daos/common.h>
#include <daos_fs.h>

#include "capi/call.h"
#include "dfs/dfs.h"

// A mount. Its handles are the caller's, or its own.
struct dfs {
  std::shared_ptr<firn::capi::MountHandle> mount;
  daos_handle_t pool{};
  daos_handle_t container{};
  bool owns_pool = false;  // dfs_connect() made the mount
  bool owns_container = false;
  std::string prefix{};
};

// An open entry.
struct dfs_obj {
  std::shared_ptr<firn::capi::MountHandle> mount;
  firn::dfs::Node node;
  int flags = O_RDWR;            // O_RDONLY, O_WRONLY or O_RDWR
  std::string symlink_target{};  // of a symlink
  daos_handle_t array{};         // once it was asked for
};

namespace firn::capi {

// Positive.
int errno_of(Code code);
// An operation's end as daos_fs.h tells it. Logged and kept as report() does.
int report_errno(const Result<void>& result, const std::source_location& call);
inline int errno_of_call(int result) { return result < 0 ? daos_der2errno(result) : result; }

namespace detail {

// Holds the operation, so that it may be a coroutine with captures.
template <class Operation>
Task<Result<int>> run_on(Lane* lane, std::shared_ptr<MountHandle> mount, Operation operation,
                         std::source_location call) {
  auto file_system = lane->file_system(mount);
  if (!file_system) co_return report_errno(std::move(file_system).error(), call);
  const Result<void> result = co_await operation(*file_system);
  co_return report_errno(result, call);
}

}  // namespace detail

// `operation(dfs::FileSystem*)` gives a Task<Result<void>>. Blocks, or with an event gives 0 once it has
// begun.
template <class Operation>
int on_mount(const std::shared_ptr<MountHandle>& mount, daos_event_t* event, Operation operation,
             std::source_location call = std::source_location::current()) {
  return errno_of_call(perform(
      event,
      [mount, operation = std::move(operation), call](Lane& lane) mutable {
        return detail::run_on(&lane, mount, std::move(operation), call);
      },
      call));
}

// An operation whose value goes to `place`.
template <class T, class Place>
Task<Result<void>> keep(Task<Result<T>> task, Place* place) {
  FIRN_CO_TRY(*place, co_await std::move(task));
  co_return {};
}

inline bool may_write(const dfs_t& mount) { return !mount.mount->description.options.read_only; }
// Of an entry in a directory.
inline bool is_name(const char* name) {
  if (name == nullptr) return false;
  const std::string_view text(name);
  return !text.empty() && text.size() <= DFS_MAX_NAME && !text.contains('/');
}
// The directory that a call's `parent` stands for.
inline const dfs::Node& directory_of(const dfs_t& mount, const dfs_obj_t* parent) {
  return parent == nullptr ? mount.mount->description.root : parent->node;
}
// Why a call cannot use it; 0: it can.
inline int check_directory(const dfs_t* mount, const dfs_obj_t* parent) {
  if (mount == nullptr) return EINVAL;
  return directory_of(*mount, parent).type == dfs::NodeType::directory ? 0 : ENOTDIR;
}

inline struct stat stat_of(const dfs::Stat& from) {
  constexpr uint64_t kBlock = 512;
  struct stat to{};
  to.st_mode = from.mode;
  to.st_nlink = 1;
  to.st_uid = from.uid;
  to.st_gid = from.gid;
  to.st_size = static_cast<off_t>(from.size_bytes);
  to.st_blocks = static_cast<blkcnt_t>((from.size_bytes + kBlock - 1) / kBlock);
  to.st_blksize = static_cast<blksize_t>(from.chunk_bytes);
  to.st_mtim = {from.mtime.seconds, from.mtime.nanoseconds};
  to.st_ctim = {from.ctime.seconds, from.ctime.nanoseconds};
  to.st_atim = from.mtime < from.ctime ? to.st_ctim : to.st_mtim;
  return to;
}

}  // namespace firn::capi
