// Names of the on-storage layout; the whole of it is in docs/formats/dfs.md.
#pragma once

#include <cstdint>
#include <string_view>

namespace firn::dfs {

// Akeys of a directory entry.
constexpr std::string_view kInodeAkey = "DFS_INODE";    // array of bytes
constexpr std::string_view kSymlinkAkey = "DFS_SLINK";  // single value: the target
constexpr std::string_view kXattrPrefix = "x:";         // + name; single value

constexpr std::string_view kRootName = "/";  // the dkey of the superblock object that is the root's entry

constexpr uint32_t kNameBytesMax = 255;  // of an entry, of an extended attribute
constexpr uint32_t kSymlinkBytesMax = 4095;
constexpr uint32_t kPathBytesMax = 4095;
constexpr uint32_t kXattrBytesMax = 65536;
constexpr uint32_t kXattrsMax = 500;  // of an entry that is renamed: they move in one request

}  // namespace firn::dfs
