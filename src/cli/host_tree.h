// The host's file system, as copies see it: plain blocking calls, errors explained with the path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "dfs/dfs.h"

namespace firn::cli {

struct HostEntry {
  std::string name;
  uint32_t mode = 0;  // type and permission bits
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size_bytes = 0;
  dfs::Timestamp mtime;
};

// Does not follow a symlink unless told to.
Result<HostEntry> host_stat(const std::string& path, bool follow = false);
// Sorted by name; without "." and "..".
Result<std::vector<std::string>> host_list(const std::string& directory);
Result<std::string> host_read_symlink(const std::string& path);
Result<void> host_make_directory(const std::string& path, uint32_t mode);
// Replaces what is there if it is no directory.
Result<void> host_make_symlink(const std::string& path, const std::string& target);
// Sets mode (not of symlinks), modification time, and the owner if this process may.
Result<void> host_set_attributes(const std::string& path, const HostEntry& attributes);
// The text for people of the last failed call on the host, with what was tried and on what.
Error host_error(std::string what, const std::string& path);

class HostFile {
 public:
  static Result<HostFile> open_for_reading(const std::string& path);
  // A new file under a temporary name next to `path`; commit() gives it the name, replacing what is there.
  static Result<HostFile> create(const std::string& path);
  HostFile(HostFile&& other) noexcept;
  HostFile& operator=(HostFile&&) = delete;
  // Removes a created file that was not committed.
  ~HostFile();

  // Short only at the end of the file.
  Result<size_t> read(uint64_t offset, MutableBytes target);
  Result<void> write(uint64_t offset, ByteView data);
  Result<void> truncate(uint64_t size_bytes);
  Result<void> commit(const HostEntry& attributes);

 private:
  HostFile(int descriptor, std::string path, std::string temporary);
  int descriptor_ = -1;
  std::string path_;
  std::string temporary_;  // empty: read only, or committed
};

}  // namespace firn::cli
