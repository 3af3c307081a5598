// From the host into Firn; see copy.h.
#include <algorithm>
#include <functional>

#include <sys/stat.h>

#include "base/buffer.h"
#include "cli/copy_job.h"
#include "cli/host_tree.h"
#include "cli/store_path.h"
#include "runtime/when_all.h"

namespace firn::cli {

namespace {

constexpr uint64_t kPartBytes = 1 << 20;
constexpr size_t kPartsInFlight = 8;  // of one file

dfs::CreateOptions create_options(const HostEntry& entry) {
  dfs::CreateOptions options;
  options.mode = entry.mode & 07777;
  options.owner = {entry.uid, entry.gid};
  return options;
}

dfs::SetAttributes attributes_of(const HostEntry& entry) {
  dfs::SetAttributes changes;
  changes.mode = entry.mode & 07777;
  changes.uid = entry.uid;
  changes.gid = entry.gid;
  changes.mtime = entry.mtime;
  return changes;
}

class CopyIn {
 public:
  CopyIn(CopyEnvironment environment, dfs::FileSystem& fs) : job_(environment), fs_(fs) {}

  static Task<Result<CopySummary>> run(CopyIn* self, std::string source, std::string target) {
    FIRN_CO_TRY(HostEntry entry, host_stat(source));
    FIRN_CO_TRY(Place place, co_await self->place_for(entry, source, target));
    if (S_ISDIR(entry.mode)) {
      if (!self->job_.options().recursive) {
        co_return fail(Code::is_directory, "the source is a directory")
            .on("path", source)
            .remedy("add -r to copy it with all that is in it");
      }
      self->expect(entry);
      self->job_.start_walk(source, copy_directory(self, source, entry, place));
    } else {
      self->expect(entry);
      (void)co_await self->job_.start(source, copy_entry(self, source, entry, place));
    }
    Result<CopySummary> summary = co_await self->job_.finish();
    if (summary) FIRN_CO_CHECK(co_await finish_directories(self));
    co_return summary;
  }

 private:
  // A name in a directory of the target, and what is there now.
  struct Place {
    dfs::Node parent;
    std::string name;
    uint32_t depth = 0;  // below the directory that is copied
  };
  // Directories get their times last, the deepest first: what changes in them changes their times.
  struct FinishedDirectory {
    dfs::Node node;
    HostEntry entry;
    uint32_t depth = 0;
  };

  // Into an existing directory under the source's name, or as a new name in an existing parent.
  Task<Result<Place>> place_for(const HostEntry& entry, std::string source, std::string target) {
    Result<dfs::Node> existing = co_await fs_.lookup(target);
    if (existing && existing->type == dfs::NodeType::directory && !job_.options().exact_target) {
      std::string name = entry.name;
      if (name.empty() || name == "." || name == "..") {
        char resolved[4096];
        if (::realpath(source.c_str(), resolved) == nullptr)
          co_return host_error("cannot resolve the path", source);
        name = std::string_view(resolved).substr(std::string_view(resolved).rfind('/') + 1);
      }
      co_return Place{*existing, name};
    }
    if (!existing && existing.error().code() != Code::not_found) co_return std::move(existing).error();
    if (target == "/" && !S_ISDIR(entry.mode))
      co_return fail(Code::is_directory, "the target is the root directory");
    if (target == "/") co_return Place{fs_.root(), ""};
    const size_t slash = target.rfind('/');
    FIRN_CO_TRY(dfs::Node parent, co_await fs_.lookup(slash == 0 ? "/" : target.substr(0, slash)));
    co_return Place{parent, target.substr(slash + 1)};
  }

  void expect(const HostEntry& entry) {
    CopyTotals& expected = job_.expected();
    if (S_ISDIR(entry.mode)) {
      expected.directories++;
    } else if (S_ISLNK(entry.mode)) {
      expected.symlinks++;
    } else {
      expected.files++;
      expected.bytes += entry.size_bytes;
    }
  }

  // Makes a directory and starts the copies of all that is in it.
  static Task<Result<void>> copy_directory(CopyIn* self, std::string path, HostEntry entry, Place place) {
    const uint32_t depth = place.depth;
    FIRN_CO_TRY(const dfs::Node directory, co_await make_directory(self, std::move(entry), std::move(place)));
    FIRN_CO_TRY(const std::vector<std::string> names, host_list(path));
    for (const std::string& name : names) {
      const std::string inner = join_path(path, name);
      Result<HostEntry> found = host_stat(inner);
      if (!found) {
        self->job_.skip(inner, found.error());
        continue;
      }
      self->expect(*found);
      const Place inner_place{directory, name, depth + 1};
      if (S_ISDIR(found->mode)) {
        self->job_.start_walk(inner, copy_directory(self, inner, *found, inner_place));
      } else if (!co_await self->job_.start(inner, copy_entry(self, inner, *found, inner_place))) {
        co_return {};
      }
    }
    co_return {};
  }

  static Task<Result<dfs::Node>> make_directory(CopyIn* self, HostEntry entry, Place place) {
    if (place.name.empty()) co_return place.parent;  // into the root itself
    Result<dfs::Node> made =
        co_await self->fs_.make_directory(place.parent, place.name, create_options(entry));
    if (!made && made.error().code() == Code::exists)
      made = co_await self->fs_.lookup_in(place.parent, place.name);
    if (!made) co_return made;
    if (made->type != dfs::NodeType::directory) {
      co_return fail(Code::not_directory, "a directory is to be copied to where a file is")
          .on("name", place.name);
    }
    self->finished_.push_back({*made, entry, place.depth});
    self->job_.summary().copied.directories++;
    co_return made;
  }

  static Task<Result<void>> copy_entry(CopyIn* self, std::string path, HostEntry entry, Place place) {
    if (S_ISREG(entry.mode)) {
      FIRN_CO_CHECK(co_await copy_file(self, path, std::move(entry), std::move(place)));
    } else if (S_ISLNK(entry.mode)) {
      FIRN_CO_CHECK(co_await copy_symlink(self, path, std::move(entry), std::move(place)));
    } else {
      co_return fail(Code::unsupported, "not supported: copying devices, sockets and pipes");
    }
    self->job_.report(path);
    co_return {};
  }

  static Task<Result<void>> copy_symlink(CopyIn* self, std::string path, HostEntry entry, Place place) {
    FIRN_CO_TRY(std::string target, host_read_symlink(path));
    Result<dfs::Node> made =
        co_await self->fs_.make_symlink(place.parent, place.name, target, create_options(entry));
    if (!made && made.error().code() == Code::exists) {
      FIRN_CO_CHECK(co_await self->fs_.unlink(place.parent, place.name));
      made = co_await self->fs_.make_symlink(place.parent, place.name, target, create_options(entry));
    }
    if (!made) co_return std::move(made).error();
    dfs::SetAttributes changes = attributes_of(entry);
    changes.mode.reset();
    FIRN_CO_CHECK(co_await self->fs_.set_attributes(*made, changes));
    self->job_.summary().copied.symlinks++;
    co_return {};
  }

  static Task<Result<bool>> is_unchanged(CopyIn* self, HostEntry entry, Place place) {
    Result<dfs::Node> existing = co_await self->fs_.lookup_in(place.parent, place.name);
    if (!existing && existing.error().code() == Code::not_found) co_return false;
    if (!existing) co_return std::move(existing).error();
    if (existing->type != dfs::NodeType::file) co_return false;
    FIRN_CO_TRY(dfs::Stat stat, co_await self->fs_.stat(*existing));
    co_return stat.size_bytes == entry.size_bytes&& stat.mtime == entry.mtime;
  }

  static Task<Result<void>> copy_file(CopyIn* self, std::string path, HostEntry entry, Place place) {
    if (self->job_.options().update) {
      FIRN_CO_TRY(bool unchanged, co_await is_unchanged(self, entry, place));
      if (unchanged) {
        self->job_.summary().unchanged++;
        co_return {};
      }
    }
    FIRN_CO_TRY(HostFile file, HostFile::open_for_reading(path));
    FIRN_CO_TRY(dfs::Node node, co_await self->fs_.prepare_file(place.parent, create_options(entry)));
    Result<void> written = co_await write_data(self, &file, node, entry.size_bytes);
    if (written) {
      Result<dfs::Node> published = co_await self->fs_.publish(node, place.parent, place.name,
                                                               create_options(entry), attributes_of(entry));
      if (!published) written = std::move(published).error();
    }
    if (!written) {
      (void)co_await self->fs_.discard(node);  // the first error is the one to tell
      co_return written;
    }
    self->job_.summary().copied.files++;
    co_return {};
  }

  // Up to the size that was seen: a file that grows meanwhile is copied as it was, one that shrinks as it is.
  static Task<Result<void>> write_data(CopyIn* self, HostFile* file, dfs::Node node, uint64_t size_bytes) {
    for (uint64_t offset = 0; offset < size_bytes;) {
      std::vector<Task<Result<void>>> parts;
      for (; offset < size_bytes && parts.size() < kPartsInFlight; offset += kPartBytes) {
        parts.push_back(write_part(self, file, node, offset, std::min(kPartBytes, size_bytes - offset)));
      }
      FIRN_CO_CHECK(co_await when_all_ok(std::move(parts)));
    }
    co_return {};
  }

  static Task<Result<void>> write_part(CopyIn* self, HostFile* file, dfs::Node node, uint64_t offset,
                                       uint64_t bytes) {
    const Semaphore::Units memory = co_await self->job_.reserve_bytes(bytes);
    if (self->job_.stopping()) co_return fail(Code::canceled, "the copy was stopped");
    Buffer buffer(bytes);
    FIRN_CO_TRY(size_t count, file->read(offset, buffer.bytes()));
    if (count > 0) FIRN_CO_CHECK(co_await self->fs_.write(node, offset, {buffer.bytes().first(count)}));
    self->job_.summary().copied.bytes += count;
    self->job_.redraw();
    co_return {};
  }

  static Task<Result<void>> finish_directories(CopyIn* self) {
    constexpr size_t kAtOnce = 128;
    auto& finished = self->finished_;
    std::ranges::sort(finished, std::greater{}, &FinishedDirectory::depth);
    for (size_t next = 0; next < finished.size();) {
      const uint32_t depth = finished[next].depth;
      std::vector<Task<Result<void>>> changes;
      for (; next < finished.size() && finished[next].depth == depth && changes.size() < kAtOnce; next++) {
        changes.push_back(self->fs_.set_attributes(finished[next].node, attributes_of(finished[next].entry)));
      }
      FIRN_CO_CHECK(co_await when_all_ok(std::move(changes)));
    }
    co_return {};
  }

  CopyJob job_;
  dfs::FileSystem& fs_;
  std::vector<FinishedDirectory> finished_;
};

}  // namespace

Task<Result<CopySummary>> copy_in(CopyEnvironment environment, dfs::FileSystem& fs, std::string source,
                                  std::string target) {
  while (source.size() > 1 && source.ends_with('/')) source.pop_back();
  CopyIn copy(environment, fs);
  co_return co_await CopyIn::run(&copy, std::move(source), std::move(target));
}

}  // namespace firn::cli
