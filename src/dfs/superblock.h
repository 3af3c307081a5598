// Superblock: what a container says about the file system in it. One object, dkey "DFS_SB_METADATA", one
// single value per akey; the same object's dkey "/" is the root directory's entry. Layout:
// docs/formats/dfs.md.
#pragma once

#include <optional>

#include "client/object.h"
#include "dfs/dfs.h"

namespace firn::dfs {

// Where the superblock is: as the container's properties say, else the place that format() uses.
Result<ObjectId> superblock_id(const client::Container& container);
ObjectId default_superblock_id();

// Nothing if the object holds none. Code::version if it is of a newer version, Code::corrupt if it makes no
// sense.
Task<Result<std::optional<Superblock>>> fetch_superblock(client::Object object);
// Code::exists if there is one.
Task<Result<void>> write_superblock(client::Object object, Superblock superblock);

}  // namespace firn::dfs
