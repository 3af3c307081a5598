// Rename: the new name is written first, in one update with all that belongs to the entry, then the old one
// is removed, then the data of what was replaced. So a name is there at any time, and a repeat after a crash
// goes on where the first stopped. Who removes the old name has renamed; who finds it gone, or taken by
// something else, takes his new name back; but if two made the same rename, the name stays: taking it back
// would take it from the other. The states in between are in docs/formats/dfs.md; they go away with
// transactions. See mounted_file_system.h.
#include "dfs/mounted_file_system.h"
#include "dfs/parallel.h"

namespace firn::dfs {

Task<Result<void>> MountedFileSystem::rename(Node from_parent, std::string from, Node to_parent,
                                             std::string to) {
  FIRN_CO_CHECK(check_change(from_parent, from));
  FIRN_CO_CHECK(check_change(to_parent, to));
  const Place source_place = place_in(from_parent, from);
  const Place target_place = place_in(to_parent, to);
  FIRN_CO_TRY(auto found, co_await both(fetch_entry(source_place), fetch_entry(target_place)));
  auto& [source, target] = found;
  if (!source) co_return fail(Code::not_found, "no such file or directory").on("name", from);
  if (from_parent.object == to_parent.object && from == to) co_return {};
  const ObjectId object = source->inode.object;
  const bool below_itself = to_parent.object == object || to_parent.parent == object;
  if (node_type(source->inode) == NodeType::directory && below_itself) {
    co_return fail(Code::invalid, "a directory cannot move below itself").on("name", from);
  }
  source->inode.ctime = now();
  FIRN_CO_TRY(const Placed placed, co_await place_entry(target_place, *source, std::move(target)));
  auto removed = co_await remove_old_name(source_place, object);
  if (!removed) {
    const bool lost = removed.error().code() == Code::not_found;
    if (lost) co_await take_back(target_place, *std::move(source), placed);
    co_return std::move(removed);
  }
  if (placed.replaced) co_await discard_data(placed.replaced->inode);
  co_return {};
}

// not_found, and nothing changed, if the name is not the object's any more.
Task<Result<void>> MountedFileSystem::remove_old_name(Place from, ObjectId object) {
  FIRN_CO_TRY(const RemovedEntry removed, co_await remove_entry(from));
  if (removed.inode.object == object) co_return {};
  co_await put_back(from, removed);
  co_return fail(Code::not_found, "the name was given to something else meanwhile").on("name", from.name);
}

}  // namespace firn::dfs
