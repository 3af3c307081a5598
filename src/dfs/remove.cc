// Unlink and remove_directory. The name goes first, then what it named: a crash in between leaves data that
// nobody can reach, never a name without data. The name is removed on condition that it is what was seen.
// See mounted_file_system.h.
#include <fmt/format.h>

#include "dfs/mounted_file_system.h"

namespace firn::dfs {

namespace {

constexpr int kRemoveAttemptsMax = 16;

Error keeps_changing(const std::string& name) {
  return fail(Code::busy, "others keep changing this name").on("name", name);
}

Error no_such(const std::string& name) {
  return fail(Code::not_found, "no such file or directory").on("name", name);
}

}  // namespace

Task<Result<void>> MountedFileSystem::unlink(Node parent, std::string name) {
  FIRN_CO_CHECK(check_change(parent, name));
  const Place place = place_in(parent, name);
  for (int attempt = 0; attempt < kRemoveAttemptsMax; attempt++) {
    FIRN_CO_TRY(const auto seen, co_await see_inode(place));
    if (!seen) co_return no_such(name);
    if (node_type(seen->inode) == NodeType::directory) {
      co_return fail(Code::is_directory, "a directory is not unlinked").on("name", name);
    }
    FIRN_CO_TRY(const auto removed, co_await remove_seen(place, *seen));
    if (!removed) continue;
    co_await discard_data(removed->inode);
    co_return {};
  }
  co_return keeps_changing(name);
}

Task<Result<void>> MountedFileSystem::remove_directory(Node parent, std::string name) {
  FIRN_CO_CHECK(check_change(parent, name));
  const Place place = place_in(parent, name);
  for (int attempt = 0; attempt < kRemoveAttemptsMax; attempt++) {
    FIRN_CO_TRY(const auto seen, co_await see_inode(place));
    if (!seen) co_return no_such(name);
    if (node_type(seen->inode) != NodeType::directory) {
      co_return fail(Code::not_directory, "not a directory").on("name", name);
    }
    FIRN_CO_TRY(const bool empty, co_await is_empty(seen->inode.object));
    if (!empty) co_return fail(Code::not_empty, "the directory is not empty").on("name", name);
    FIRN_CO_TRY(const auto removed, co_await remove_seen(place, *seen));
    if (removed) co_return co_await finish_remove_directory(place, *removed);
  }
  co_return keeps_changing(name);
}

// Nobody finds the directory any more, but who found it before may just have made an entry in it. What comes
// after this second look is lost with the directory; nothing is punched for its sake, so that it could be
// found again.
Task<Result<void>> MountedFileSystem::finish_remove_directory(Place place, RemovedEntry removed) {
  auto empty = co_await is_empty(removed.inode.object);
  if (empty && *empty) co_return {};
  co_await put_back(place, removed);
  if (!empty) co_return std::move(empty).error();
  co_return fail(Code::not_empty, "the directory is not empty").on("name", place.name);
}

Task<void> MountedFileSystem::discard_data(Inode inode) {
  if (node_type(inode) != NodeType::file) co_return;
  const auto punched = co_await container_->open(inode.object).punch();
  if (punched) co_return;
  runtime().log().warning(fmt::format("dfs: data of a removed file stay behind: object={} error={:?}",
                                      inode.object.text(), punched.error().message()));
}

Task<void> MountedFileSystem::put_back(Place place, RemovedEntry removed) {
  const auto restored = co_await restore_entry(place, removed.epoch);
  if (restored) co_return;
  runtime().log().error(fmt::format(
      "dfs: an entry removed under a race could not be put back: directory={} name={:?} object={} error={:?}",
      place.directory.id().text(), place.name, removed.inode.object.text(), restored.error().message()));
}

}  // namespace firn::dfs
