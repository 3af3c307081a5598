// Reading and changing entries; see entry.h.
#include "dfs/entry.h"

#include <algorithm>

#include "dfs/layout.h"
#include "dfs/parallel.h"

namespace firn::dfs {

namespace {

constexpr size_t kValueBytesGuess = 4096;
// A value may grow between the answer that told its length and the next request.
constexpr int kFetchAttemptsMax = 8;

client::FetchTarget inode_target(InodeBytes& bytes) {
  return {{.akey = Key(kInodeAkey), .kind = ValueKind::array, .recxs = {{0, kInodeBytes}}}, {bytes}};
}

constexpr Epoch before(Epoch epoch) { return Epoch{epoch.value - 1}; }

// Nothing if no byte of an inode is there.
Result<std::optional<Inode>> found_inode(const FetchedItem& found, const InodeBytes& bytes) {
  if (found.extents.empty()) return std::nullopt;
  uint64_t records = 0;
  for (const FetchedExtent& extent : found.extents) records += extent.recx.count;
  if (found.record_bytes != 1 || records != kInodeBytes) {
    return fail(Code::corrupt, "an entry's inode is not whole").on("bytes", records);
  }
  FIRN_TRY(const Inode inode, decode_inode(bytes));
  return inode;
}

Error at_place(Error error, const Place& place) {
  return std::move(error).on("directory", place.directory.id().text()).on("name", place.name);
}

Task<Result<std::vector<Key>>> list_all_akeys(Place place, Epoch epoch) {
  std::vector<Key> akeys;
  client::ListAnchor anchor;
  while (!anchor.end) {
    FIRN_CO_TRY(auto some, co_await place.directory.list_akeys(place.name, anchor, 1024, epoch));
    std::ranges::move(some, std::back_inserter(akeys));
    if (akeys.size() > kXattrsMax + 2) {
      co_return fail(Code::too_big, "the entry has more extended attributes than can be moved with it")
          .on("name", place.name);
    }
  }
  co_return akeys;
}

// An attribute without a value is empty: a store holds no value of length 0.
Task<Result<void>> fetch_xattr(Place place, Epoch epoch, Entry::Value* xattr) {
  FIRN_CO_TRY(auto value, co_await place.directory.fetch_value(place.name, xattr->akey, epoch));
  xattr->bytes = std::move(value).value_or("");
  co_return {};
}

// Those of the akeys that are attributes.
Task<Result<std::vector<Entry::Value>>> fetch_xattrs(Place place, std::vector<Key> akeys, Epoch epoch) {
  std::vector<Entry::Value> xattrs;
  for (Key& akey : akeys) {
    if (akey.starts_with(kXattrPrefix)) xattrs.push_back({std::move(akey), {}});
  }
  std::vector<Task<Result<void>>> fetches;
  for (Entry::Value& xattr : xattrs) fetches.push_back(fetch_xattr(place, epoch, &xattr));
  FIRN_CO_CHECK(co_await when_all_ok(std::move(fetches)));
  co_return xattrs;
}

bool is_symlink(const Entry& entry) { return node_type(entry.inode) == NodeType::symlink; }

// Akeys of `previous` that `entry` has not.
std::vector<Key> obsolete_akeys(const Entry& entry, const Entry& previous) {
  std::vector<Key> akeys;
  if (is_symlink(previous) && !is_symlink(entry)) akeys.emplace_back(kSymlinkAkey);
  for (const Entry::Value& xattr : previous.xattrs) {
    const bool kept = std::ranges::find(entry.xattrs, xattr.akey, &Entry::Value::akey) != entry.xattrs.end();
    if (!kept) akeys.push_back(xattr.akey);
  }
  return akeys;
}

}  // namespace

UpdateItem value_item(Key akey, std::string_view bytes) {
  return {.akey = std::move(akey), .record_bytes = bytes.size(), .punch = bytes.empty()};
}

Task<Result<std::optional<Inode>>> fetch_inode(Place place, Epoch epoch) {
  InodeBytes bytes;
  std::vector<client::FetchTarget> targets;
  targets.push_back(inode_target(bytes));
  FIRN_CO_TRY(const auto found,
              co_await place.directory.fetch(place.name, std::move(targets), Condition::none, epoch));
  auto inode = found_inode(found[0], bytes);
  if (!inode) co_return at_place(std::move(inode).error(), place);
  co_return std::move(inode);
}

Task<Result<std::optional<SeenInode>>> see_inode(Place place) {
  InodeBytes bytes;
  std::vector<client::FetchTarget> targets;
  targets.push_back(inode_target(bytes));
  FIRN_CO_TRY(const FetchReply found, co_await place.directory.fetch_now(place.name, std::move(targets)));
  auto inode = found_inode(found.items[0], bytes);
  if (!inode) co_return at_place(std::move(inode).error(), place);
  if (!*inode) co_return std::nullopt;
  co_return SeenInode{**inode, found.epoch};
}

Task<Result<std::optional<InodeAndValue>>> fetch_inode_and_value(Place place, Key akey, Epoch epoch) {
  std::string value(kValueBytesGuess, '\0');
  for (int attempt = 0; attempt < kFetchAttemptsMax; attempt++) {
    InodeBytes bytes;
    const MutableBytes room{reinterpret_cast<std::byte*>(value.data()), value.size()};
    std::vector<client::FetchTarget> targets;
    targets.push_back(inode_target(bytes));
    targets.push_back({{.akey = akey}, {room}});
    FIRN_CO_TRY(const auto found,
                co_await place.directory.fetch(place.name, std::move(targets), Condition::none, epoch));
    auto inode = found_inode(found[0], bytes);
    if (!inode) co_return at_place(std::move(inode).error(), place);
    if (!*inode) co_return std::nullopt;
    const bool is_there = found[1].sent || found[1].record_bytes > 0;
    if (!is_there) co_return InodeAndValue{**inode, std::nullopt};
    value.resize(found[1].record_bytes);
    if (found[1].sent) co_return InodeAndValue{**inode, std::move(value)};
  }
  co_return at_place(fail(Code::busy, "a value of the entry grows faster than it can be read"), place);
}

Task<Result<std::optional<Entry>>> fetch_entry(Place place, Epoch epoch) {
  FIRN_CO_TRY(auto found, co_await both(fetch_inode_and_value(place, Key(kSymlinkAkey), epoch),
                                        list_all_akeys(place, epoch)));
  auto& [inode, akeys] = found;
  if (!inode) co_return std::nullopt;
  Entry entry{.inode = inode->inode, .symlink_target = std::move(inode->value).value_or("")};
  if (!is_symlink(entry)) entry.symlink_target.clear();
  FIRN_CO_TRY(entry.xattrs, co_await fetch_xattrs(place, std::move(akeys), epoch));
  co_return entry;
}

Task<Result<Epoch>> write_entry(Place place, Entry entry, std::optional<Entry> previous,
                                Condition conditions) {
  const InodeBytes inode = encode_inode(entry.inode);
  std::vector<UpdateItem> items;
  std::vector<ByteView> data{inode};
  items.push_back(
      {.akey = Key(kInodeAkey), .kind = ValueKind::array, .record_bytes = 1, .recxs = {{0, kInodeBytes}}});
  if (is_symlink(entry)) {
    items.push_back({.akey = Key(kSymlinkAkey), .record_bytes = entry.symlink_target.size()});
    data.push_back(as_bytes(entry.symlink_target));
  }
  for (const Entry::Value& xattr : entry.xattrs) {
    items.push_back(value_item(xattr.akey, xattr.bytes));
    data.push_back(as_bytes(xattr.bytes));
  }
  if (previous) {
    for (Key& akey : obsolete_akeys(entry, *previous))
      items.push_back({.akey = std::move(akey), .punch = true});
  }
  auto written = co_await place.directory.update(place.name, std::move(items), std::move(data), conditions);
  if (!written) co_return at_place(std::move(written).error(), place);
  co_return std::move(written);
}

Task<Result<void>> drop_akeys(Place place, Entry entry, Entry previous) {
  std::vector<Key> akeys = obsolete_akeys(entry, previous);
  if (!akeys.empty()) FIRN_CO_CHECK(co_await place.directory.punch_akeys(place.name, std::move(akeys)));
  co_return {};
}

Task<Result<void>> write_fields(Place place, Inode inode, std::vector<InodeField> fields) {
  const InodeBytes bytes = encode_inode(inode);
  UpdateItem item{
      .akey = Key(kInodeAkey), .kind = ValueKind::array, .record_bytes = 1, .recxs = extents_of(fields)};
  std::vector<ByteView> data;
  for (const Recx& recx : item.recxs) data.push_back(ByteView(bytes).subspan(recx.start, recx.count));
  std::vector<UpdateItem> items;
  items.push_back(std::move(item));
  // The condition keeps an entry that was removed meanwhile from coming back as a torso.
  auto written =
      co_await place.directory.update(place.name, std::move(items), std::move(data), Condition::akey_update);
  if (!written) co_return at_place(std::move(written).error(), place);
  co_return {};
}

Task<Result<std::optional<Entry>>> fetch_former_entry(Place place, Epoch epoch) {
  auto entry = co_await fetch_entry(place, before(epoch));
  if (!entry && entry.error().code() == Code::corrupt) co_return std::nullopt;  // half forgotten
  co_return std::move(entry);
}

Task<Result<RemovedEntry>> remove_entry(Place place, Inode seen) {
  auto removed = co_await place.directory.punch_dkey(place.name, Condition::punch);
  if (!removed) co_return at_place(std::move(removed).error(), place);
  auto inode = co_await fetch_inode(place, before(*removed));
  if (!inode && inode.error().code() != Code::corrupt) co_return std::move(inode).error();
  const bool known = inode && *inode;
  co_return RemovedEntry{known ? **inode : seen, *removed};
}

Task<Result<std::optional<RemovedEntry>>> remove_seen(Place place, SeenInode seen) {
  auto removed = co_await place.directory.punch_dkey(place.name, Condition::punch, seen.epoch);
  if (removed) co_return RemovedEntry{seen.inode, *removed};
  if (removed.error().code() == Code::restart) co_return std::nullopt;
  co_return at_place(std::move(removed).error(), place);
}

Task<Result<void>> restore_entry(Place place, Epoch epoch) {
  FIRN_CO_TRY(auto entry, co_await fetch_former_entry(place, epoch));
  if (!entry) co_return at_place(fail(Code::not_found, "the entry to put back is forgotten"), place);
  FIRN_CO_CHECK(co_await write_entry(place, std::move(*entry), std::nullopt, Condition::dkey_insert));
  co_return {};
}

Task<Result<Epoch>> entry_written(Place place) {
  FIRN_CO_TRY(const ListReply listed, co_await place.directory.list_extents(place.name, Key(kInodeAkey)));
  for (const ListEntryExtent& extent : listed.extents) {
    const bool holds_object = extent.recx.start <= kInodeObjectAt && kInodeObjectAt < extent.recx.end();
    if (holds_object) co_return extent.epoch;
  }
  co_return kEpochNone;
}

}  // namespace firn::dfs
