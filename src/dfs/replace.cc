// Putting an entry in the place of another, for rename and publish. One update writes all of the new entry
// over the old one, so a reader finds the one or the other; what the update really replaced is read
// afterwards, one epoch before it, because between a look and the update the name may have changed hands. See
// mounted_file_system.h.
#include <fmt/format.h>

#include "dfs/mounted_file_system.h"

namespace firn::dfs {

namespace {

constexpr int kPlaceAttemptsMax = 16;

bool is_directory(const Entry& entry) { return node_type(entry.inode) == NodeType::directory; }

}  // namespace

Task<Result<void>> MountedFileSystem::check_replace(const Entry& entry, const Entry& target) {
  if (!is_directory(target)) {
    if (!is_directory(entry)) co_return {};
    co_return fail(Code::not_directory, "a directory does not replace what is none");
  }
  if (!is_directory(entry)) co_return fail(Code::is_directory, "only a directory replaces a directory");
  FIRN_CO_TRY(const bool empty, co_await is_empty(target.inode.object));
  if (!empty) co_return fail(Code::not_empty, "the directory to be replaced is not empty");
  co_return {};
}

Task<Result<MountedFileSystem::Placed>> MountedFileSystem::place_entry(Place place, Entry entry,
                                                                       std::optional<Entry> target) {
  for (int attempt = 0; attempt < kPlaceAttemptsMax; attempt++) {
    if (target && target->inode.object == entry.inode.object) co_return Placed{.was_there = true};
    if (target) {
      auto replaceable = co_await check_replace(entry, *target);
      if (!replaceable) co_return std::move(replaceable).error().on("name", place.name);
    }
    const Condition condition = target ? Condition::dkey_update : Condition::dkey_insert;
    auto written = co_await write_entry(place, entry, target, condition);
    if (written && !target) co_return Placed{.epoch = *written};
    if (written) co_return co_await check_placed(place, entry, *target, *written);
    const Code code = written.error().code();
    if (code != Code::exists && code != Code::not_found) co_return std::move(written).error();
    // The target came or went since it was looked at.
    FIRN_CO_TRY(target, co_await fetch_entry(place));
  }
  co_return fail(Code::busy, "others keep making and removing the name").on("name", place.name);
}

// The new entry is written over another: which one was it, and may it be replaced?
Task<Result<MountedFileSystem::Placed>> MountedFileSystem::check_placed(Place place, Entry entry,
                                                                        Entry target, Epoch written) {
  Placed placed{.epoch = written};
  FIRN_CO_TRY(placed.replaced, co_await fetch_former_entry(place, written));
  if (!placed.replaced) placed.replaced = std::move(target);
  if (placed.replaced->inode.object == entry.inode.object) {
    placed.replaced.reset();
    placed.was_there = true;
    co_return placed;
  }
  auto replaceable = co_await check_replace(entry, *placed.replaced);
  if (!replaceable) {
    co_await take_back(place, std::move(entry), std::move(placed));
    co_return std::move(replaceable).error().on("name", place.name);
  }
  FIRN_CO_CHECK(co_await drop_akeys(place, std::move(entry), *placed.replaced));
  co_return placed;
}

// What was replaced comes back, unless somebody has written the entry anew since, or had put the same object
// there before: then he has done the same, and the name is his.
Task<void> MountedFileSystem::take_back(Place place, Entry entry, Placed placed) {
  if (placed.was_there) co_return;
  const auto failed = [&](const Error& error) {
    runtime().log().error(
        fmt::format("dfs: an entry written under a race stays: directory={} name={:?} object={} error={:?}",
                    place.directory.id().text(), place.name, entry.inode.object.text(), error.message()));
  };
  const auto written = co_await entry_written(place);
  if (!written) co_return failed(written.error());
  if (*written != placed.epoch) co_return;
  if (!placed.replaced) {
    const auto removed = co_await place.directory.punch_dkey(place.name, Condition::punch);
    if (!removed && removed.error().code() != Code::not_found) failed(removed.error());
    co_return;
  }
  const auto restored = co_await write_entry(place, *placed.replaced, entry, Condition::dkey_update);
  if (!restored) co_return failed(restored.error());
  const auto dropped = co_await drop_akeys(place, *placed.replaced, entry);
  if (!dropped) failed(dropped.error());
}

}  // namespace firn::dfs
