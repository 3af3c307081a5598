// Blocking file system calls with explained errors; see host_tree.h.
#include "cli/host_tree.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace firn::cli {

namespace {

Code code_of(int error) {
  switch (error) {
    case ENOENT:
      return Code::not_found;
    case EEXIST:
      return Code::exists;
    case EACCES:
    case EPERM:
      return Code::permission;
    case ENOSPC:
    case EDQUOT:
      return Code::no_space;
    case ENOTDIR:
      return Code::not_directory;
    case EISDIR:
      return Code::is_directory;
    case ENAMETOOLONG:
      return Code::name_too_long;
    case EROFS:
      return Code::read_only;
    default:
      return Code::io;
  }
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Error host_error(std::string what, const std::string& path) {
  const int error = errno;
  return fail(code_of(error), fmt::format("{}: {}", what, std::strerror(error))).on("path", path);
}

Result<HostEntry> host_stat(const std::string& path, bool follow) {
  struct stat status{};
  const int failed = follow ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status);
  if (failed != 0) return host_error("cannot look at the file", path);
  HostEntry entry;
  entry.name = path.substr(path.rfind('/') + 1);
  entry.mode = status.st_mode;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.size_bytes = static_cast<uint64_t>(status.st_size);
  entry.mtime = {status.st_mtim.tv_sec, static_cast<uint32_t>(status.st_mtim.tv_nsec)};
  return entry;
}

Result<std::vector<std::string>> host_list(const std::string& directory) {
  DIR* const handle = ::opendir(directory.c_str());
  if (handle == nullptr) return host_error("cannot list the directory", directory);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = ::readdir(handle)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  const int error = errno;
  ::closedir(handle);
  errno = error;
  if (error != 0) return host_error("cannot list the directory", directory);
  std::ranges::sort(names);
  return names;
}

Result<std::string> host_read_symlink(const std::string& path) {
  std::string target(4096, '\0');
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  if (length < 0) return host_error("cannot read the symlink", path);
  target.resize(static_cast<size_t>(length));
  return target;
}

Result<void> host_make_directory(const std::string& path, uint32_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == EEXIST) {
    FIRN_TRY(HostEntry existing, host_stat(path, true));
    if (S_ISDIR(existing.mode)) return {};
    errno = EEXIST;
  }
  return host_error("cannot make the directory", path);
}

Result<void> host_make_symlink(const std::string& path, const std::string& target) {
  if (::symlink(target.c_str(), path.c_str()) == 0) return {};
  if (errno == EEXIST && ::unlink(path.c_str()) == 0 && ::symlink(target.c_str(), path.c_str()) == 0)
    return {};
  return host_error("cannot make the symlink", path);
}

Result<void> host_set_attributes(const std::string& path, const HostEntry& attributes) {
  // Only the superuser may give files away; for others the copy belongs to who makes it.
  if (::geteuid() == 0 && ::lchown(path.c_str(), attributes.uid, attributes.gid) != 0) {
    return host_error("cannot set the owner", path);
  }
  if (!S_ISLNK(attributes.mode) && ::chmod(path.c_str(), attributes.mode & 07777) != 0) {
    return host_error("cannot set the mode", path);
  }
  timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                       {.tv_sec = attributes.mtime.seconds, .tv_nsec = attributes.mtime.nanoseconds}};
  if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return host_error("cannot set the modification time", path);
  }
  return {};
}

HostFile::HostFile(int descriptor, std::string path, std::string temporary)
    : descriptor_(descriptor), path_(std::move(path)), temporary_(std::move(temporary)) {}

HostFile::HostFile(HostFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})) {}

HostFile::~HostFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<HostFile> HostFile::open_for_reading(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return host_error("cannot open the file", path);
  return HostFile(descriptor, path, {});
}

Result<HostFile> HostFile::create(const std::string& path) {
  // Its own short name, since the final one may already be as long as names may be.
  std::string temporary = parent_of(path) + "/.firn-XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return host_error("cannot make the file", path);
  return HostFile(descriptor, path, std::move(temporary));
}

Result<size_t> HostFile::read(uint64_t offset, MutableBytes target) {
  size_t done = 0;
  while (done < target.size()) {
    const ssize_t count =
        ::pread(descriptor_, target.data() + done, target.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return host_error("cannot read the file", path_);
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  return done;
}

Result<void> HostFile::write(uint64_t offset, ByteView data) {
  while (!data.empty()) {
    const ssize_t count = ::pwrite(descriptor_, data.data(), data.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return host_error("cannot write the file", path_);
    data = data.subspan(static_cast<size_t>(count));
    offset += static_cast<size_t>(count);
  }
  return {};
}

Result<void> HostFile::truncate(uint64_t size_bytes) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size_bytes)) != 0)
    return host_error("cannot set the size", path_);
  return {};
}

Result<void> HostFile::commit(const HostEntry& attributes) {
  FIRN_CHECK(host_set_attributes(temporary_, attributes));
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return host_error("cannot name the file", path_);
  temporary_.clear();
  return {};
}

}  // namespace firn::cli
