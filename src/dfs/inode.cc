// Bytes of an inode; see inode.h.
#include "dfs/inode.h"

#include <algorithm>

#include <sys/stat.h>

#include "base/assert.h"
#include "base/endian.h"

namespace firn::dfs {

namespace {

constexpr uint32_t kNanosecondsPerSecond = 1'000'000'000;

// Where the fields begin.
namespace at {
constexpr size_t kMode = 0;
constexpr size_t kObjectLo = kInodeObjectAt;
constexpr size_t kObjectHi = 12;
constexpr size_t kMtimeSeconds = 20;
constexpr size_t kCtimeSeconds = 28;
constexpr size_t kChunkBytes = 36;
constexpr size_t kObjectClass = 44;
constexpr size_t kMtimeNanoseconds = 48;
constexpr size_t kCtimeNanoseconds = 56;
constexpr size_t kUid = 64;
constexpr size_t kGid = 68;
constexpr size_t kValueBytes = 72;
constexpr size_t kObjectEpoch = 80;
}  // namespace at
static_assert(at::kObjectEpoch + sizeof(uint64_t) == kInodeBytes);

Timestamp load_timestamp(const std::byte* seconds, const std::byte* nanoseconds) {
  return {load_little<int64_t>(seconds), static_cast<uint32_t>(load_little<uint64_t>(nanoseconds))};
}

Result<void> check_inode(const Inode& inode, ByteView bytes) {
  for (const size_t offset : {at::kMtimeNanoseconds, at::kCtimeNanoseconds}) {
    if (load_little<uint64_t>(&bytes[offset]) >= kNanosecondsPerSecond) {
      return fail(Code::corrupt, "an inode's time has more nanoseconds than a second");
    }
  }
  const uint32_t type = inode.mode & S_IFMT;
  if (type == S_IFREG || type == S_IFDIR || type == S_IFLNK) return {};
  return fail(Code::unsupported, "an inode is of a type that this version does not know")
      .on("mode", inode.mode);
}

}  // namespace

InodeBytes encode_inode(const Inode& inode) {
  InodeBytes bytes;
  store_little(&bytes[at::kMode], inode.mode);
  store_little(&bytes[at::kObjectLo], inode.object.lo);
  store_little(&bytes[at::kObjectHi], inode.object.hi);
  store_little(&bytes[at::kMtimeSeconds], inode.mtime.seconds);
  store_little(&bytes[at::kCtimeSeconds], inode.ctime.seconds);
  store_little(&bytes[at::kChunkBytes], inode.chunk_bytes);
  store_little(&bytes[at::kObjectClass], inode.object_class);
  store_little(&bytes[at::kMtimeNanoseconds], uint64_t{inode.mtime.nanoseconds});
  store_little(&bytes[at::kCtimeNanoseconds], uint64_t{inode.ctime.nanoseconds});
  store_little(&bytes[at::kUid], inode.uid);
  store_little(&bytes[at::kGid], inode.gid);
  store_little(&bytes[at::kValueBytes], inode.value_bytes);
  store_little(&bytes[at::kObjectEpoch], inode.object_epoch.value);
  return bytes;
}

Result<Inode> decode_inode(ByteView bytes) {
  FIRN_ASSERT(bytes.size() == kInodeBytes);
  Inode inode;
  inode.mode = load_little<uint32_t>(&bytes[at::kMode]);
  inode.object.lo = load_little<uint64_t>(&bytes[at::kObjectLo]);
  inode.object.hi = load_little<uint64_t>(&bytes[at::kObjectHi]);
  inode.mtime = load_timestamp(&bytes[at::kMtimeSeconds], &bytes[at::kMtimeNanoseconds]);
  inode.ctime = load_timestamp(&bytes[at::kCtimeSeconds], &bytes[at::kCtimeNanoseconds]);
  inode.chunk_bytes = load_little<uint64_t>(&bytes[at::kChunkBytes]);
  inode.object_class = load_little<uint32_t>(&bytes[at::kObjectClass]);
  inode.uid = load_little<uint32_t>(&bytes[at::kUid]);
  inode.gid = load_little<uint32_t>(&bytes[at::kGid]);
  inode.value_bytes = load_little<uint64_t>(&bytes[at::kValueBytes]);
  inode.object_epoch.value = load_little<uint64_t>(&bytes[at::kObjectEpoch]);
  FIRN_CHECK(check_inode(inode, bytes));
  return inode;
}

NodeType node_type(const Inode& inode) {
  switch (inode.mode & S_IFMT) {
    case S_IFDIR:
      return NodeType::directory;
    case S_IFLNK:
      return NodeType::symlink;
    default:
      FIRN_ASSERT((inode.mode & S_IFMT) == S_IFREG);
      return NodeType::file;
  }
}

uint32_t type_bits(NodeType type) {
  switch (type) {
    case NodeType::directory:
      return S_IFDIR;
    case NodeType::symlink:
      return S_IFLNK;
    case NodeType::file:
      break;
  }
  return S_IFREG;
}

std::vector<Recx> extents_of(std::span<const InodeField> fields) {
  std::vector<Recx> extents;
  for (const InodeField field : fields) {
    switch (field) {
      case InodeField::mode:
        extents.push_back({at::kMode, 4});
        break;
      case InodeField::mtime:
        extents.push_back({at::kMtimeSeconds, 8});
        extents.push_back({at::kMtimeNanoseconds, 8});
        break;
      case InodeField::ctime:
        extents.push_back({at::kCtimeSeconds, 8});
        extents.push_back({at::kCtimeNanoseconds, 8});
        break;
      case InodeField::chunk_bytes:
        extents.push_back({at::kChunkBytes, 8});
        break;
      case InodeField::object_class:
        extents.push_back({at::kObjectClass, 4});
        break;
      case InodeField::uid:
        extents.push_back({at::kUid, 4});
        break;
      case InodeField::gid:
        extents.push_back({at::kGid, 4});
        break;
      case InodeField::object_epoch:
        extents.push_back({at::kObjectEpoch, 8});
        break;
    }
  }
  std::ranges::sort(extents);
  const auto repeated = std::ranges::unique(extents);
  extents.erase(repeated.begin(), repeated.end());
  return extents;
}

Result<void> check_changes(const SetAttributes& changes) {
  if (!changes.mtime || changes.mtime->nanoseconds < kNanosecondsPerSecond) return {};
  return fail(Code::invalid, "a time has at least a whole second of nanoseconds")
      .on("nanoseconds", changes.mtime->nanoseconds);
}

std::vector<InodeField> apply(const SetAttributes& changes, Timestamp now, Inode& inode) {
  std::vector<InodeField> fields{InodeField::ctime};
  inode.ctime = now;
  if (changes.mode) {
    inode.mode = (inode.mode & ~kPermissionBits) | (*changes.mode & kPermissionBits);
    fields.push_back(InodeField::mode);
  }
  if (changes.uid) {
    inode.uid = *changes.uid;
    fields.push_back(InodeField::uid);
  }
  if (changes.gid) {
    inode.gid = *changes.gid;
    fields.push_back(InodeField::gid);
  }
  if (changes.mtime) {
    inode.mtime = *changes.mtime;
    fields.push_back(InodeField::mtime);
    fields.push_back(InodeField::object_epoch);
  }
  return fields;
}

Timestamp timestamp_from(WallTime wall) {
  int64_t seconds = wall.ns / kNanosecondsPerSecond;
  int64_t nanoseconds = wall.ns % kNanosecondsPerSecond;
  if (nanoseconds < 0) {
    seconds--;
    nanoseconds += kNanosecondsPerSecond;
  }
  return {seconds, static_cast<uint32_t>(nanoseconds)};
}

Times shown_times(const Inode& inode, Epoch newest) {
  if (newest == kEpochNone) return {inode.mtime, inode.ctime};
  const Timestamp changed = timestamp_from(wall_from_epoch(newest));
  // A time set by hand may lie in the past or the future: it is told from an older one by the epoch beside
  // it.
  const bool stands = inode.object_epoch == newest;
  return {stands ? inode.mtime : changed, std::max(inode.ctime, changed)};
}

}  // namespace firn::dfs
