// The directory of a system; see system_directory.h.
#include "engine/system_directory.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "runtime/errno_error.h"

namespace firn::engine {

namespace {

namespace fs = std::filesystem;

constexpr uint64_t kFormatVersion = 1;
constexpr size_t kFileBytesMax = 4096;

Error about(Error error, const std::string& path) { return std::move(error).on("path", path); }

// The file's bytes; Code::not_found if there is none.
Result<std::string> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return about(errno_error(errno, "a file of the system cannot be opened"), path);
  std::string text(kFileBytesMax, '\0');
  const ssize_t bytes = ::read(file.number(), text.data(), text.size());
  if (bytes < 0) return about(errno_error(errno, "a file of the system cannot be read"), path);
  text.resize(static_cast<size_t>(bytes));
  return text;
}

Result<void> write_all(const Descriptor& file, std::string_view text, const std::string& path) {
  const ssize_t bytes = ::write(file.number(), text.data(), text.size());
  if (bytes >= 0 && static_cast<size_t>(bytes) == text.size()) return {};
  return about(errno_error(bytes < 0 ? errno : ENOSPC, "a file of the system cannot be written"), path);
}

Result<void> sync(const std::string& path, int flags) {
  const Descriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file.valid() || ::fsync(file.number()) != 0) {
    return about(errno_error(errno, "a file of the system cannot be written"), path);
  }
  return {};
}

// Whole or not at all, also over a power failure.
Result<void> write_file(const std::string& directory, const std::string& name, std::string_view text) {
  const std::string path = directory + "/" + name;
  const std::string draft = path + "~";
  {
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!file.valid()) return about(errno_error(errno, "a file of the system cannot be made"), draft);
    FIRN_CHECK(write_all(file, text, draft));
  }
  FIRN_CHECK(sync(draft, O_WRONLY));
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    return about(errno_error(errno, "a file of the system cannot be made"), path);
  }
  return sync(directory, O_RDONLY | O_DIRECTORY);
}

Error held_by_another(const std::string& directory, const std::string& lock_path) {
  const auto text = read_file(lock_path);
  const std::string holder = text && !text->empty() ? text->substr(0, text->find('\n')) : "unknown";
  Error error = fail(Code::in_use, "the system is in use by another process").on("directory", directory);
  if (holder == std::to_string(::getpid())) {
    return std::move(error)
        .on("pid", holder)
        .remedy("this very process has it open already: close it there first");
  }
  return std::move(error)
      .on("pid", holder)
      .remedy("connect to the running engine by its address, or end it first (kill " + holder +
              ") and try again");
}

Result<Descriptor> take_lock(const std::string& directory) {
  const std::string path = directory + "/firn.lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file.valid()) return about(errno_error(errno, "the system's lock cannot be opened"), path);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return held_by_another(directory, path);
    return about(errno_error(errno, "the system's lock cannot be taken"), path);
  }
  // For people and for the message above; the lock itself is the kernel's and ends with the process.
  if (::ftruncate(file.number(), 0) != 0)
    return about(errno_error(errno, "the system's lock cannot be written"), path);
  FIRN_CHECK(write_all(file, std::to_string(::getpid()) + "\n", path));
  return file;
}

// The number behind "name=" at a line's begin.
Result<uint64_t> number_in(std::string_view text, std::string_view name) {
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!line.starts_with(name) || line.substr(name.size(), 1) != "=") continue;
    uint64_t value = 0;
    const char* const end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data() + name.size() + 1, end, value);
    if (error == std::errc{} && stop == end) return value;
  }
  return fail(Code::corrupt, "the system's file does not say its " + std::string(name));
}

uint32_t default_target_count() {
  return std::clamp(std::thread::hardware_concurrency(), 1u, SystemDirectory::kTargetsDefaultMax);
}

}  // namespace

Result<void> SystemDirectory::check_there(const std::string& path, bool may_make) {
  std::error_code ignored;
  if (fs::exists(path + "/system", ignored)) return {};
  const bool vacant = !fs::exists(path, ignored) || fs::is_empty(path, ignored);
  if (!vacant) {
    return fail(Code::invalid, "the directory holds something else than a Firn system")
        .on("directory", path)
        .remedy("name another one with --system or FIRN_SYSTEM");
  }
  if (may_make) return {};
  return fail(Code::not_found, "there is no system in the directory")
      .on("directory", path)
      .remedy("`firn pool create LABEL` makes one there; --system or FIRN_SYSTEM name another");
}

Result<SystemDirectory> SystemDirectory::open(std::string path, uint32_t target_count) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) path = fs::canonical(path, error).string();
  if (error) return about(errno_error(error.value(), "the system's directory cannot be made"), path);
  FIRN_TRY(Descriptor lock, take_lock(path));
  SystemDirectory directory(std::move(path), std::move(lock));
  FIRN_CHECK(directory.load(target_count));
  directory.remove_empty_folders();
  return directory;
}

Result<Descriptor> SystemDirectory::hold(const std::string& path) {
  if (!fs::exists(path + "/system")) {
    return fail(Code::not_found, "there is no system in the directory").on("directory", path);
  }
  return take_lock(path);
}

Result<void> SystemDirectory::load(uint32_t target_count) {
  const std::string path = path_ + "/system";
  auto text = read_file(path);
  if (!text && text.error().code() == Code::not_found) return create(target_count);
  if (!text) return std::move(text).error();
  auto format = number_in(*text, "format");
  if (!format) return about(std::move(format).error(), path);
  if (*format != kFormatVersion) {
    return fail(Code::version, "the system has a format that this version cannot read")
        .on("path", path)
        .on("format", *format)
        .on("known", kFormatVersion)
        .remedy("use the version of Firn that made it, or a newer one");
  }
  auto targets = number_in(*text, "targets");
  if (!targets) return about(std::move(targets).error(), path);
  if (*targets == 0 || *targets > kTargetsMax) {
    return fail(Code::corrupt, "the system's file says a number of targets that cannot be").on("path", path);
  }
  target_count_ = static_cast<uint32_t>(*targets);
  if (target_count == 0 || target_count == target_count_) return {};
  return fail(Code::invalid, "the system has another number of targets, which is fixed")
      .on("directory", path_)
      .on("targets", target_count_)
      .on("wanted", target_count)
      .remedy("leave the number out, or make another system");
}

Result<void> SystemDirectory::create(uint32_t target_count) {
  if (fs::exists(metadata_path())) {
    return fail(Code::corrupt, "the system's directory has metadata, but its file `system` is missing")
        .on("directory", path_)
        .remedy("restore the file: two lines, format=1 and targets=<number of targets>");
  }
  if (target_count > kTargetsMax) {
    return fail(Code::invalid, "an engine cannot have so many targets")
        .on("targets", target_count)
        .on("max", kTargetsMax);
  }
  target_count_ = target_count == 0 ? default_target_count() : target_count;
  return write_file(
      path_, "system",
      "format=" + std::to_string(kFormatVersion) + "\ntargets=" + std::to_string(target_count_) + "\n");
}

// What destroyed pools leave behind: pools/<uuid>/<target>. Removing fails, as it should, for those that are
// not empty.
void SystemDirectory::remove_empty_folders() const {
  std::error_code ignored;
  const fs::path pools = fs::path(path_) / "pools";
  const auto entries_of = [&](const fs::path& folder) {
    std::vector<fs::path> entries;
    for (fs::directory_iterator at(folder, ignored), end; at != end; at.increment(ignored))
      entries.push_back(at->path());
    return entries;
  };
  for (const fs::path& pool : entries_of(pools)) {
    for (const fs::path& target : entries_of(pool)) ::rmdir(target.c_str());
    ::rmdir(pool.c_str());
  }
}

Result<uint64_t> SystemDirectory::free_bytes() const {
  std::error_code error;
  const fs::space_info space = fs::space(path_, error);
  if (error) return about(errno_error(error.value(), "the free space of the disk is unknown"), path_);
  return space.available;
}

}  // namespace firn::engine
