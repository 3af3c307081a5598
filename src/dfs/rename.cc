// Rename: the new name is written first, in one update with all that belongs to the entry, then the old one
// is removed, then the data of what was replaced. So a name is there at any time, and a repeat after a crash
// goes on where the first stopped. Who removes the old name has renamed; who finds it gone takes his new name
// back; who finds it changed takes his new name back and begins anew. The states in between are in
// docs/formats/dfs.md; they go away with transactions. See mounted_file_system.h.
#include "dfs/mounted_file_system.h"
#include "dfs/parallel.h"

namespace firn::dfs {

namespace {

constexpr int kRenameAttemptsMax = 16;

Error no_such(const std::string& name) {
  return fail(Code::not_found, "no such file or directory").on("name", name);
}

}  // namespace

Task<Result<void>> MountedFileSystem::rename(Node from_parent, std::string from, Node to_parent,
                                             std::string to) {
  FIRN_CO_CHECK(check_change(from_parent, from));
  FIRN_CO_CHECK(check_change(to_parent, to));
  const Place old_place = place_in(from_parent, from);
  const Place new_place = place_in(to_parent, to);
  for (int attempt = 0; attempt < kRenameAttemptsMax; attempt++) {
    FIRN_CO_TRY(auto source, co_await fetch_entry(old_place));
    if (!source) co_return no_such(from);
    if (from_parent.object == to_parent.object && from == to) co_return {};
    const ObjectId object = source->inode.object;
    const bool below_itself = to_parent.object == object || to_parent.parent == object;
    if (node_type(source->inode) == NodeType::directory && below_itself) {
      co_return fail(Code::invalid, "a directory cannot move below itself").on("name", from);
    }
    // After the source, not beside it: if that is the new name of a rename whose old name is our target, this
    // sees it.
    FIRN_CO_TRY(auto target, co_await fetch_entry(new_place));
    const bool twins = target && target->inode.object == object;
    auto step = twins ? resolve_twins(old_place, new_place, *std::move(source), *std::move(target))
                      : move_entry(old_place, new_place, *std::move(source), std::move(target));
    FIRN_CO_TRY(const Progress progress, co_await std::move(step));
    if (progress == Progress::done) co_return {};
    if (progress == Progress::gone) co_return no_such(from);
  }
  co_return fail(Code::busy, "others keep changing the names of a rename").on("from", from).on("to", to);
}

Task<Result<void>> MountedFileSystem::exchange(Node parent, std::string name, Node other_parent,
                                               std::string other_name) {
  FIRN_CO_CHECK(check_change(parent, name));
  FIRN_CO_CHECK(check_change(other_parent, other_name));
  FIRN_CO_TRY(const Node entry, co_await lookup_in(parent, name));
  FIRN_CO_TRY(const Node other, co_await lookup_in(other_parent, other_name));
  if (entry.object == other.object) co_return {};
  if (entry.object == other_parent.object || other.object == parent.object)
    co_return fail(Code::invalid, "a directory cannot change places with what is in it").on("name", name);
  const std::string beside = ".exchange-" + entry.object.text();
  FIRN_CO_CHECK(co_await rename(parent, name, parent, beside));
  auto moved = co_await rename(other_parent, other_name, parent, name);
  if (!moved) {
    FIRN_CO_CHECK(co_await rename(parent, beside, parent, name));
    co_return std::move(moved);
  }
  co_return co_await rename(parent, beside, other_parent, other_name);
}

Task<Result<MountedFileSystem::Progress>> MountedFileSystem::move_entry(Place from, Place to, Entry source,
                                                                        std::optional<Entry> target) {
  source.inode.ctime = now();
  FIRN_CO_TRY(const Placed placed, co_await place_entry(to, source, std::move(target)));
  if (placed.epoch == kEpochNone) co_return Progress::again;
  FIRN_CO_TRY(const Progress removed, co_await remove_old_name(from, source.inode));
  if (removed == Progress::gone) {
    co_await take_back(to, std::move(source), placed);
  } else if (placed.replaced) {
    co_await discard_data(placed.replaced->inode);
  }
  co_return removed;
}

// `gone`, and nothing changed, if there is no entry of the inode's object.
Task<Result<MountedFileSystem::Progress>> MountedFileSystem::remove_old_name(Place from, Inode inode) {
  const auto removed = co_await remove_entry(from, inode);
  if (!removed) {
    if (removed.error().code() == Code::not_found) co_return Progress::gone;
    co_return removed.error().clone();
  }
  if (removed->inode.object == inode.object) co_return Progress::done;
  co_await put_back(from, *removed);
  co_return Progress::gone;
}

// Both names lead to one object. There are no hard links, so this is the middle of a rename, one that
// somebody makes just now or one that died; the name that was written later is its new one. It is completed
// in its own direction: the new name is written once more, so that whoever made it does not take it back, and
// the old one goes. If that direction is the opposite of ours, ours begins anew.
Task<Result<MountedFileSystem::Progress>> MountedFileSystem::resolve_twins(Place from, Place to, Entry source,
                                                                           Entry target) {
  FIRN_CO_TRY(const auto written, co_await both(entry_written(from), entry_written(to)));
  const auto& [from_written, to_written] = written;
  if (from_written == kEpochNone || to_written == kEpochNone) co_return Progress::again;
  const bool forward = to_written > from_written;
  if (!forward) {
    std::swap(from, to);
    std::swap(source, target);
  }
  target.inode.ctime = now();
  const auto rewritten = co_await write_entry(to, target, target, Condition::dkey_update);
  if (!rewritten) {
    if (rewritten.error().code() == Code::not_found) co_return Progress::again;
    co_return rewritten.error().clone();
  }
  FIRN_CO_TRY(const Placed placed, co_await check_placed(to, target, target, *rewritten));
  if (!placed.was_there) {
    co_await take_back(to, std::move(target), placed);
    co_return Progress::again;
  }
  FIRN_CO_TRY(const Progress removed, co_await remove_old_name(from, source.inode));
  if (removed != Progress::done || !forward) co_return Progress::again;
  co_return Progress::done;
}

}  // namespace firn::dfs
