// Inode: the fixed-size record that makes a dkey of a directory's object an entry: the array value of akey
// "DFS_INODE". Layout: docs/formats/dfs.md. Pure functions.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "dfs/dfs.h"
#include "model/epoch.h"
#include "model/io.h"

namespace firn::dfs {

struct Inode {
  uint32_t mode = 0;  // type and permission bits
  ObjectId object;    // symlinks have one too, and never use it
  Timestamp mtime;
  Timestamp ctime;
  uint64_t chunk_bytes =
      0;  // file: of its array; directory: default for what is made in it; 0: the container's
  uint32_t object_class = 0;  // directory: default for what is made in it; 0: the container's
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t value_bytes = 0;  // symlink: length of its target
  Epoch object_epoch;  // `mtime` was set by hand and stands as long as the object's newest epoch is this one
  friend auto operator<=>(const Inode&, const Inode&) = default;
};

constexpr size_t kInodeBytes = 88;
constexpr uint64_t kInodeObjectAt = 4;  // a byte that is only written together with all others
using InodeBytes = std::array<std::byte, kInodeBytes>;

InodeBytes encode_inode(const Inode& inode);
// Code::corrupt if it is none, Code::unsupported if it is of a type that this version does not know.
// Precondition: bytes.size() == kInodeBytes.
Result<Inode> decode_inode(ByteView bytes);

// Precondition: the inode's type is one of the three, as decode_inode sees to.
NodeType node_type(const Inode& inode);
// The type's bits in a mode.
uint32_t type_bits(NodeType type);

// The parts that change one by one. Each is written alone, so that changes of different parts do not undo
// each other.
enum class InodeField : uint8_t { mode, mtime, ctime, chunk_bytes, object_class, uid, gid, object_epoch };

constexpr uint32_t kPermissionBits = 07777;

// The extents of the encoded inode that hold these fields; ascending, none twice.
std::vector<Recx> extents_of(std::span<const InodeField> fields);

// Code::invalid if a time makes no sense.
Result<void> check_changes(const SetAttributes& changes);
// Changes the inode, all but the size; ctime becomes `now`. Gives the fields that changed. A new mtime stands
// only with the object_epoch that the caller sets.
std::vector<InodeField> apply(const SetAttributes& changes, Timestamp now, Inode& inode);

// The times to show for a file or directory whose object changed last at `newest` (kEpochNone: never).
struct Times {
  Timestamp mtime;
  Timestamp ctime;
};
Times shown_times(const Inode& inode, Epoch newest);

Timestamp timestamp_from(WallTime wall);

}  // namespace firn::dfs
