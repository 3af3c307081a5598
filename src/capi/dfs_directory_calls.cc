// Changing and listing directories; daos_fs.h.
#include <cstring>

#include <unistd.h>

#include "capi/convert.h"
#include "capi/dfs_calls.h"
#include "capi/key_page.h"

namespace firn::capi {

namespace {

// Why `parent` cannot be changed; 0: it can.
int check_change(const dfs_t* mount, const dfs_obj_t* parent, const char* name) {
  if (const int bad = check_directory(mount, parent); bad != 0) return bad;
  if (!is_name(name)) return EINVAL;
  return may_write(*mount) ? 0 : EPERM;
}

// The id of what the name leads to, if somebody wants it and there is something.
Task<Result<void>> tell_id(dfs::FileSystem* file_system, dfs::Node parent, std::string name,
                           daos_obj_id_t* oid) {
  if (oid == nullptr) co_return {};
  *oid = {};
  const auto node = co_await file_system->lookup_in(std::move(parent), std::move(name));
  if (node) *oid = daos_id_of(node->object);
  if (!node && node.error().code() != Code::not_found) co_return node.error().clone();
  co_return {};
}

Task<Result<void>> remove(dfs::FileSystem* file_system, dfs::Node parent, std::string name, bool force,
                          daos_obj_id_t* oid) {
  FIRN_CO_CHECK(co_await tell_id(file_system, parent, name, oid));
  auto unlinked = co_await file_system->unlink(parent, name);
  if (unlinked || unlinked.error().code() != Code::is_directory) co_return std::move(unlinked);
  if (!force) co_return co_await file_system->remove_directory(std::move(parent), std::move(name));
  FIRN_CO_TRY(dfs::Node directory, co_await file_system->lookup_in(parent, std::move(name)));
  FIRN_CO_CHECK(co_await dfs::remove_tree(file_system, std::move(parent), std::move(directory)));
  co_return {};
}

struct Move {
  dfs::Node from_parent;
  std::string from;
  dfs::Node to_parent;
  std::string to;
};

Task<Result<void>> move(dfs::FileSystem* file_system, Move what, daos_obj_id_t* oid) {
  FIRN_CO_CHECK(co_await tell_id(file_system, what.to_parent, what.to, oid));
  co_return co_await file_system->rename(std::move(what.from_parent), std::move(what.from),
                                         std::move(what.to_parent), std::move(what.to));
}

// Some of a directory's entries, for a caller.
struct Listing {
  dfs::Node directory;
  daos_anchor_t* anchor = nullptr;
  uint32_t count_max = 0;
  bool with_attributes = false;
  std::vector<dfs::DirectoryEntry> entries;
};

Task<Result<std::vector<Key>>> list_names(dfs::FileSystem* file_system, dfs::Node directory,
                                          client::ListAnchor* position, uint32_t count_max) {
  dfs::DirectoryAnchor anchor{*position};
  FIRN_CO_TRY(auto entries, co_await file_system->read_directory(std::move(directory), anchor, count_max));
  *position = std::move(anchor.list);
  std::vector<Key> names;
  for (dfs::DirectoryEntry& entry : entries) names.push_back(std::move(entry.name));
  co_return names;
}

// Until there are as many as were asked for, or no more.
Task<Result<void>> list(dfs::FileSystem* file_system, Listing* listing) {
  daos_anchor_t anchor = *listing->anchor;
  while (anchor.da_type != DAOS_ANCHOR_TYPE_EOF && listing->entries.size() < listing->count_max) {
    const auto room = static_cast<uint32_t>(listing->count_max - listing->entries.size());
    FIRN_CO_TRY(const KeyPage page,
                co_await next_page(load_anchor<KeyAnchor>(anchor), [&](client::ListAnchor& position) {
                  return list_names(file_system, listing->directory, &position, room);
                }));
    const size_t told = std::min<size_t>(page.keys.size(), room);
    for (size_t i = 0; i < told; i++) listing->entries.push_back({.name = page.keys[i], .stat = {}});
    store_anchor(anchor_behind(page, told), told == page.keys.size() && page.is_last(), anchor);
  }
  if (listing->with_attributes)
    FIRN_CO_CHECK(co_await file_system->add_stats(listing->directory, &listing->entries));
  *listing->anchor = anchor;
  co_return {};
}

int list_into(dfs_t* mount, dfs_obj_t* directory, Listing& listing) {
  if (mount == nullptr || directory == nullptr || listing.anchor == nullptr) return EINVAL;
  if (directory->node.type != dfs::NodeType::directory) return ENOTDIR;
  listing.directory = directory->node;
  return on_mount(mount->mount, nullptr, [&listing](dfs::FileSystem* fs) { return list(fs, &listing); });
}

// Where a caller wants entries.
struct EntryPlaces {
  uint32_t* count;
  struct dirent* names;
  struct stat* attributes;  // nullptr: not wanted
};

int read_directory(dfs_t* mount, dfs_obj_t* directory, daos_anchor_t* anchor, EntryPlaces places) {
  if (places.count == nullptr || places.names == nullptr) return EINVAL;
  Listing listing{.directory = {},
                  .anchor = anchor,
                  .count_max = *places.count,
                  .with_attributes = places.attributes != nullptr,
                  .entries = {}};
  if (const int bad = list_into(mount, directory, listing); bad != 0) return bad;
  *places.count = static_cast<uint32_t>(listing.entries.size());
  for (size_t i = 0; i < listing.entries.size(); i++) {
    const dfs::DirectoryEntry& entry = listing.entries[i];
    struct dirent& name = places.names[i] = {};
    std::memcpy(name.d_name, entry.name.data(), std::min(entry.name.size(), sizeof name.d_name - 1));
    if (places.attributes != nullptr) places.attributes[i] = stat_of(*entry.stat);
  }
  return 0;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_mkdir(dfs_t* dfs, dfs_obj_t* parent, const char* name, mode_t mode, daos_oclass_id_t cid) {
  if (const int bad = check_change(dfs, parent, name); bad != 0) return bad;
  const firn::dfs::CreateOptions options{
      .mode = mode & 07777, .owner = {::geteuid(), ::getegid()}, .object_class = firn::ObjectClassId{cid}};
  firn::dfs::Node made;
  return on_mount(
      dfs->mount, nullptr,
      [directory = directory_of(*dfs, parent), name = std::string(name), options, &made](
          firn::dfs::FileSystem* fs) { return keep(fs->make_directory(directory, name, options), &made); });
}

int dfs_remove(dfs_t* dfs, dfs_obj_t* parent, const char* name, bool force, daos_obj_id_t* oid) {
  if (const int bad = check_change(dfs, parent, name); bad != 0) return bad;
  return on_mount(dfs->mount, nullptr,
                  [directory = directory_of(*dfs, parent), name = std::string(name), force,
                   oid](firn::dfs::FileSystem* fs) { return remove(fs, directory, name, force, oid); });
}

int dfs_move(dfs_t* dfs, dfs_obj_t* parent, const char* name, dfs_obj_t* new_parent, const char* new_name,
             daos_obj_id_t* oid) {
  if (const int bad = check_change(dfs, parent, name); bad != 0) return bad;
  if (const int bad = check_change(dfs, new_parent, new_name); bad != 0) return bad;
  Move what{directory_of(*dfs, parent), name, directory_of(*dfs, new_parent), new_name};
  return on_mount(dfs->mount, nullptr, [what = std::move(what), oid](firn::dfs::FileSystem* fs) mutable {
    return move(fs, std::move(what), oid);
  });
}

int dfs_exchange(dfs_t* dfs, dfs_obj_t* parent1, const char* name1, dfs_obj_t* parent2, const char* name2) {
  if (const int bad = check_change(dfs, parent1, name1); bad != 0) return bad;
  if (const int bad = check_change(dfs, parent2, name2); bad != 0) return bad;
  return on_mount(dfs->mount, nullptr,
                  [first = directory_of(*dfs, parent1), name1 = std::string(name1),
                   second = directory_of(*dfs, parent2), name2 = std::string(name2)](
                      firn::dfs::FileSystem* fs) { return fs->exchange(first, name1, second, name2); });
}

int dfs_readdir(dfs_t* dfs, dfs_obj_t* obj, daos_anchor_t* anchor, uint32_t* nr, struct dirent* dirs) {
  return read_directory(dfs, obj, anchor, {nr, dirs, nullptr});
}

int dfs_readdirplus(dfs_t* dfs, dfs_obj_t* obj, daos_anchor_t* anchor, uint32_t* nr, struct dirent* dirs,
                    struct stat* stbufs) {
  if (stbufs == nullptr) return EINVAL;
  return read_directory(dfs, obj, anchor, {nr, dirs, stbufs});
}

int dfs_iterate(dfs_t* dfs, dfs_obj_t* obj, daos_anchor_t* anchor, uint32_t* nr, size_t size,
                dfs_filler_cb_t op, void* arg) {
  if (nr == nullptr || op == nullptr) return EINVAL;
  const size_t fit = size / (DFS_MAX_NAME + 1);  // of the longest names, as an anchor cannot go back
  if (fit == 0) return E2BIG;
  Listing listing{.directory = {},
                  .anchor = anchor,
                  .count_max = static_cast<uint32_t>(std::min<size_t>(*nr, fit)),
                  .entries = {}};
  if (const int bad = list_into(dfs, obj, listing); bad != 0) return bad;
  *nr = static_cast<uint32_t>(listing.entries.size());
  for (const firn::dfs::DirectoryEntry& entry : listing.entries) {
    if (const int ended = op(dfs, obj, entry.name.c_str(), arg); ended != 0) return ended;
  }
  return 0;
}

// A directory is listed by one anchor.
int dfs_obj_anchor_split(dfs_obj_t* obj, uint32_t* nr, daos_anchor_t* anchors) {
  if (obj == nullptr || nr == nullptr || *nr == 0) return EINVAL;
  *nr = 1;
  if (anchors != nullptr) *anchors = {};
  return 0;
}

int dfs_obj_anchor_set(dfs_obj_t* obj, uint32_t index, daos_anchor_t* anchor) {
  if (obj == nullptr || anchor == nullptr || index != 0) return EINVAL;
  *anchor = {};
  return 0;
}
