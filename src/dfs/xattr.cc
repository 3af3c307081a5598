// Extended attributes: akey "x:" + name of the entry, a single value each. See mounted_file_system.h.
#include "dfs/layout.h"
#include "dfs/mounted_file_system.h"
#include "dfs/names.h"

namespace firn::dfs {

namespace {

Key akey_of(const std::string& name) { return Key(kXattrPrefix) + name; }

Error no_data(const std::string& name) {
  return fail(Code::no_data, "there is no such extended attribute").on("attribute", name);
}

Task<Result<bool>> has_akey(Place place, Key akey) {
  std::vector<client::FetchTarget> targets;
  targets.push_back({{.akey = std::move(akey)}, {}});
  auto found = co_await place.directory.fetch(place.name, std::move(targets), Condition::akey_fetch);
  if (!found && found.error().code() != Code::not_found) co_return std::move(found).error();
  co_return found.has_value();
}

// The entry has to be there in any case: an attribute alone would make a torso of it.
Condition condition_of(FileSystem::XattrMode mode) {
  switch (mode) {
    case FileSystem::XattrMode::create:
      return Condition::dkey_update | Condition::akey_insert;
    case FileSystem::XattrMode::replace:
      return Condition::dkey_update | Condition::akey_update;
    case FileSystem::XattrMode::set:
      break;
  }
  return Condition::dkey_update;
}

}  // namespace

Task<Result<std::string>> MountedFileSystem::get_xattr(Node node, std::string name) {
  FIRN_CO_CHECK(check_xattr_name(name));
  FIRN_CO_TRY(auto found, co_await fetch_inode_and_value(place_of(node), akey_of(name)));
  if (!found || found->inode.object != node.object) {
    co_return about(fail(Code::not_found, "no such file or directory"), node);
  }
  if (found->value) co_return *std::move(found->value);
  FIRN_CO_TRY(const bool empty, co_await has_akey(place_of(node), akey_of(name)));
  if (!empty) co_return about(no_data(name), node);
  co_return std::string();
}

Task<Result<void>> MountedFileSystem::set_xattr(Node node, std::string name, std::string value,
                                                XattrMode mode) {
  FIRN_CO_CHECK(check_writable());
  FIRN_CO_CHECK(check_xattr_name(name));
  if (value.size() > kXattrBytesMax) {
    co_return about(fail(Code::too_big, "an extended attribute has at most 64 KiB"), node);
  }
  FIRN_CO_TRY(Inode inode, co_await fetch_own_inode(node));
  Place place = place_of(node);
  std::vector<UpdateItem> items;
  items.push_back(value_item(akey_of(name), value));
  auto written =
      co_await place.directory.update(place.name, std::move(items), {as_bytes(value)}, condition_of(mode));
  if (!written) {
    const Code code = written.error().code();
    if (code == Code::not_found && mode == XattrMode::replace) co_return about(no_data(name), node);
    co_return about(std::move(written).error(), node);
  }
  inode.ctime = now();
  co_return co_await write_fields(place, inode, {InodeField::ctime});
}

Task<Result<void>> MountedFileSystem::remove_xattr(Node node, std::string name) {
  FIRN_CO_CHECK(check_writable());
  FIRN_CO_CHECK(check_xattr_name(name));
  FIRN_CO_TRY(Inode inode, co_await fetch_own_inode(node));
  Place place = place_of(node);
  const auto removed = co_await place.directory.punch_akeys(place.name, {akey_of(name)}, Condition::punch);
  if (!removed) {
    if (removed.error().code() == Code::not_found) co_return about(no_data(name), node);
    co_return about(removed.error().clone(), node);
  }
  inode.ctime = now();
  co_return co_await write_fields(place, inode, {InodeField::ctime});
}

Task<Result<std::vector<std::string>>> MountedFileSystem::list_xattrs(Node node) {
  FIRN_CO_CHECK(co_await fetch_own_inode(node));
  Place place = place_of(node);
  std::vector<std::string> names;
  client::ListAnchor anchor;
  while (!anchor.end) {
    FIRN_CO_TRY(const auto akeys, co_await place.directory.list_akeys(place.name, anchor));
    for (const Key& akey : akeys) {
      if (akey.starts_with(kXattrPrefix)) names.push_back(akey.substr(kXattrPrefix.size()));
    }
  }
  co_return names;
}

}  // namespace firn::dfs
