// From Firn to the host; see copy.h.
#include <sys/stat.h>

#include "base/buffer.h"
#include "cli/copy_job.h"
#include "cli/host_tree.h"
#include "cli/store_path.h"
#include "cli/walk.h"
#include "runtime/when_all.h"

namespace firn::cli {

namespace {

constexpr uint64_t kPartBytes = 1 << 20;
constexpr size_t kPartsInFlight = 8;  // of one file

HostEntry host_entry(const std::string& name, const dfs::Stat& stat) {
  return {name, stat.mode, stat.uid, stat.gid, stat.size_bytes, stat.mtime};
}

class CopyOut {
 public:
  CopyOut(CopyEnvironment environment, dfs::FileSystem& fs) : job_(environment), fs_(fs) {}

  static Task<Result<CopySummary>> run(CopyOut* self, std::string source, std::string target) {
    FIRN_CO_TRY(dfs::Node node, co_await self->fs_.lookup(source, false));
    FIRN_CO_TRY(dfs::Stat stat, co_await self->fs_.stat(node));
    if (Result<HostEntry> existing = host_stat(target, true);
        existing && S_ISDIR(existing->mode) && node.name != "/" && !self->job_.options().exact_target) {
      target = join_path(target, node.name);
    }
    if (node.type == dfs::NodeType::directory) {
      if (!self->job_.options().recursive) {
        co_return fail(Code::is_directory, "the source is a directory")
            .on("path", source)
            .remedy("add -r to copy it with all that is in it");
      }
      self->expect(stat);
      self->job_.start_walk(target, copy_directory(self, node, stat, target));
    } else {
      self->expect(stat);
      (void)co_await self->job_.start(target, copy_entry(self, node, stat, target));
    }
    Result<CopySummary> summary = co_await self->job_.finish();
    if (summary) FIRN_CO_CHECK(self->finish_directories());
    co_return summary;
  }

 private:
  // Directories get their modes and times last: a mode may forbid writing, and what is written changes the
  // time.
  struct FinishedDirectory {
    std::string path;
    HostEntry entry;
  };

  void expect(const dfs::Stat& stat) {
    CopyTotals& expected = job_.expected();
    switch (stat.type) {
      case dfs::NodeType::directory:
        expected.directories++;
        break;
      case dfs::NodeType::symlink:
        expected.symlinks++;
        break;
      case dfs::NodeType::file:
        expected.files++;
        expected.bytes += stat.size_bytes;
        break;
    }
  }

  Result<void> make_directory(const std::string& path, const dfs::Stat& stat) {
    FIRN_CHECK(host_make_directory(path, 0700));
    finished_.push_back({path, host_entry("", stat)});
    job_.summary().copied.directories++;
    return {};
  }

  // Makes a directory and starts the copies of all that is in it.
  static Task<Result<void>> copy_directory(CopyOut* self, dfs::Node directory, dfs::Stat stat,
                                           std::string path) {
    FIRN_CO_CHECK(self->make_directory(path, stat));
    dfs::DirectoryAnchor anchor;
    while (!anchor.end() && !self->job_.stopping()) {
      FIRN_CO_TRY(const auto entries, co_await self->fs_.read_directory_plus(directory, anchor));
      for (const dfs::DirectoryEntry& entry : entries) {
        if (!co_await start_entry(self, directory, entry, join_path(path, entry.name))) co_return {};
      }
    }
    co_return {};
  }

  static Task<bool> start_entry(CopyOut* self, dfs::Node directory, dfs::DirectoryEntry entry,
                                std::string path) {
    const dfs::Node node = entry_node(directory, entry);
    self->expect(*entry.stat);
    if (node.type == dfs::NodeType::directory) {
      self->job_.start_walk(path, copy_directory(self, node, *entry.stat, path));
      co_return true;
    }
    co_return co_await self->job_.start(path, copy_entry(self, node, *entry.stat, path));
  }

  static Task<Result<void>> copy_entry(CopyOut* self, dfs::Node node, dfs::Stat stat, std::string path) {
    if (node.type == dfs::NodeType::file) {
      FIRN_CO_CHECK(co_await copy_file(self, std::move(node), stat, path));
    } else {
      FIRN_CO_CHECK(co_await copy_symlink(self, std::move(node), stat, path));
    }
    self->job_.report(path);
    co_return {};
  }

  static Task<Result<void>> copy_symlink(CopyOut* self, dfs::Node node, dfs::Stat stat, std::string path) {
    FIRN_CO_TRY(std::string target, co_await self->fs_.read_symlink(node));
    FIRN_CO_CHECK(host_make_symlink(path, target));
    FIRN_CO_CHECK(host_set_attributes(path, host_entry(node.name, stat)));
    self->job_.summary().copied.symlinks++;
    co_return {};
  }

  static Task<Result<void>> copy_file(CopyOut* self, dfs::Node node, dfs::Stat stat, std::string path) {
    const HostEntry wanted = host_entry(node.name, stat);
    if (self->job_.options().update) {
      const Result<HostEntry> existing = host_stat(path);
      if (existing && S_ISREG(existing->mode) && existing->size_bytes == wanted.size_bytes &&
          existing->mtime == wanted.mtime) {
        self->job_.summary().unchanged++;
        co_return {};
      }
    }
    FIRN_CO_TRY(HostFile file, HostFile::create(path));
    FIRN_CO_CHECK(co_await read_data(self, node, stat.size_bytes, &file));
    FIRN_CO_CHECK(file.commit(wanted));
    self->job_.summary().copied.files++;
    co_return {};
  }

  static Task<Result<void>> read_data(CopyOut* self, dfs::Node node, uint64_t size_bytes, HostFile* file) {
    for (uint64_t offset = 0; offset < size_bytes;) {
      std::vector<Task<Result<void>>> parts;
      for (; offset < size_bytes && parts.size() < kPartsInFlight; offset += kPartBytes) {
        parts.push_back(read_part(self, node, offset, std::min(kPartBytes, size_bytes - offset), file));
      }
      FIRN_CO_CHECK(co_await when_all_ok(std::move(parts)));
    }
    co_return {};
  }

  static Task<Result<void>> read_part(CopyOut* self, dfs::Node node, uint64_t offset, uint64_t bytes,
                                      HostFile* file) {
    const Semaphore::Units memory = co_await self->job_.reserve_bytes(bytes);
    if (self->job_.stopping()) co_return fail(Code::canceled, "the copy was stopped");
    Buffer buffer(bytes);
    FIRN_CO_TRY(uint64_t count, co_await self->fs_.read(node, offset, {buffer.bytes()}));
    FIRN_CO_CHECK(file->write(offset, buffer.bytes().first(count)));
    self->job_.summary().copied.bytes += count;
    self->job_.redraw();
    co_return {};
  }

  Result<void> finish_directories() {
    for (size_t i = finished_.size(); i-- > 0;) {
      FIRN_CHECK(host_set_attributes(finished_[i].path, finished_[i].entry));
    }
    return {};
  }

  CopyJob job_;
  dfs::FileSystem& fs_;
  std::vector<FinishedDirectory> finished_;
};

}  // namespace

Task<Result<CopySummary>> copy_out(CopyEnvironment environment, dfs::FileSystem& fs, std::string source,
                                   std::string target) {
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  CopyOut copy(environment, fs);
  co_return co_await CopyOut::run(&copy, std::move(source), std::move(target));
}

}  // namespace firn::cli
