// Devices as files of a directory; see file_storage.h.
#include "runtime/file_storage.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "runtime/descriptor.h"
#include "runtime/errno_error.h"
#include "runtime/uring_operation.h"

namespace firn {

namespace {

constexpr char kHalfMade = '~';  // the last character of a file that is being created

bool valid_name(std::string_view name) {
  bool part_empty = true;
  for (const char c : name) {
    if (c == '/') {
      if (part_empty) return false;
      part_empty = true;
      continue;
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!letter) return false;
    part_empty = false;
  }
  const std::string slashed = "/" + std::string(name) + "/";
  return !part_empty && !slashed.contains("/./") && !slashed.contains("/../");
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Error on_file(int error_number, const char* what, const std::string& path) {
  return errno_error(error_number, what).on("file", path);
}

Task<int> sync_file(UringExecutor& executor, int descriptor) {
  co_return co_await perform(executor,
                             [=](io_uring_sqe* entry) { io_uring_prep_fsync(entry, descriptor, 0); });
}

}  // namespace

FileStorage::FileStorage(UringExecutor& executor, std::string root, FileStorageOptions options)
    : executor_(executor), root_(std::move(root)), options_(options) {
  while (root_.size() > 1 && root_.ends_with('/')) root_.pop_back();
}

Task<Result<std::unique_ptr<BlockDevice>>> FileStorage::create(std::string name, uint64_t size_bytes) {
  FIRN_ASSERT(valid_name(name));
  const std::string final_path = path(name);
  const std::string half_made_path = final_path + kHalfMade;
  if (::access(final_path.c_str(), F_OK) == 0) {
    co_return fail(Code::exists, "there is a device of that name").on("file", final_path);
  }
  FIRN_CO_CHECK(co_await make_directory(parent_of(final_path)));
  FIRN_CO_CHECK(co_await make_file(half_made_path, size_bytes));
  if (::rename(half_made_path.c_str(), final_path.c_str()) != 0) {
    co_return on_file(errno, "a device's file could not get its name", final_path);
  }
  FIRN_CO_CHECK(co_await sync_directory(parent_of(final_path)));
  co_return co_await open(std::move(name));
}

Task<Result<std::unique_ptr<BlockDevice>>> FileStorage::open(std::string name) {
  FIRN_ASSERT(valid_name(name));
  FIRN_CO_TRY(OpenedDevice opened, open_device(executor_, path(name), options_.kind));
  const bool second_best = options_.kind == DeviceKind::automatic && opened.kind == DeviceKind::buffered;
  if (second_best && options_.log != nullptr && !std::exchange(said_buffered_, true))
    options_.log->info(
        "direct input and output is not possible here: devices go through the page cache root=" + root_);
  co_return std::move(opened.device);
}

Task<Result<void>> FileStorage::remove(std::string name) {
  FIRN_ASSERT(valid_name(name));
  const std::string file_path = path(name);
  if (::unlink(file_path.c_str()) != 0) co_return on_file(errno, "a device could not be removed", file_path);
  co_return co_await sync_directory(parent_of(file_path));
}

Task<Result<std::vector<std::string>>> FileStorage::list(std::string prefix) {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code error;
  fs::recursive_directory_iterator entries(root_, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code status_error;  // e.g. it was removed meanwhile
    if (!entries->is_regular_file(status_error)) continue;
    std::string name = entries->path().string().substr(root_.size() + 1);
    if (name.starts_with(prefix) && valid_name(name)) names.push_back(std::move(name));
  }
  if (error && error.value() != ENOENT)
    co_return on_file(error.value(), "devices could not be listed", root_);
  std::ranges::sort(names);
  co_return names;
}

Task<Result<void>> FileStorage::make_file(std::string path, uint64_t size_bytes) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.valid()) co_return on_file(errno, "a device's file could not be created", path);
  if (::ftruncate(file.number(), static_cast<off_t>(size_bytes)) != 0) {
    co_return on_file(errno, "a device's file could not get its size", path).on("size", size_bytes);
  }
  const int result = co_await sync_file(executor_, file.number());
  if (result < 0) co_return on_file(-result, "a device's file could not be made durable", path);
  co_return Result<void>();
}

Task<Result<void>> FileStorage::make_directory(std::string path) {
  if (::mkdir(path.c_str(), 0700) == 0) co_return co_await sync_directory(parent_of(path));
  if (errno == EEXIST) co_return Result<void>();
  if (errno != ENOENT || parent_of(path) == path) {
    co_return on_file(errno, "a device's directory could not be made", path);
  }
  FIRN_CO_CHECK(co_await make_directory(parent_of(path)));
  co_return co_await make_directory(std::move(path));
}

Task<Result<void>> FileStorage::sync_directory(std::string path) {
  Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) co_return on_file(errno, "a directory could not be opened", path);
  const int result = co_await sync_file(executor_, directory.number());
  // Some file systems cannot sync directories and say so; theirs are durable, or never will be.
  if (result < 0 && result != -EINVAL)
    co_return on_file(-result, "a directory could not be made durable", path);
  co_return Result<void>();
}

}  // namespace firn
