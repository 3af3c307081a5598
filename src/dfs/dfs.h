// FileSystem: files and directories on the objects of a container, in the DAOS DFS layout
// (docs/formats/dfs.md).
//
//   FIRN_CO_TRY(auto fs, co_await dfs::FileSystem::mount(container, {}));
//   FIRN_CO_TRY(Node home, co_await fs->lookup("/home"));
//   FIRN_CO_TRY(Node file, co_await fs->create(home, "notes", {.mode = 0644, .exclusive = true}));
//   FIRN_CO_CHECK(co_await fs->write(file, 0, {as_bytes("hello")}));
//
// A Node is a found entry: cheap to copy, keeps no server state, may go stale when others rename or remove it
// (operations on a removed file's data then find nothing). Any number of operations may be in flight. Errors:
// not_found, exists, not_directory, is_directory, not_empty, name_too_long (255 bytes), symlink_loop,
// read_only, invalid (name empty, "."
// "..", with '/' or NUL), no_data (xattr), and those of the client. Permissions are stored, not enforced
// here.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/array.h"
#include "client/client.h"

namespace firn::dfs {

enum class NodeType : uint8_t { file, directory, symlink };

struct Timestamp {
  int64_t seconds = 0;
  uint32_t nanoseconds = 0;
  friend auto operator<=>(Timestamp, Timestamp) = default;
};

// Where an entry is: its parent's object and its name. The root has a nil parent (the superblock object) and
// name "/".
struct Node {
  NodeType type = NodeType::directory;
  ObjectId object;
  ObjectId parent;
  std::string name;
  uint64_t chunk_bytes = 0;   // directories: default for what is made in them; 0: the container's
  uint32_t object_class = 0;  // likewise
  uint32_t mode = 0;          // type and permission bits, as they were
};

struct Stat {
  NodeType type = NodeType::file;
  uint32_t mode = 0;  // type and permission bits as in <sys/stat.h>
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size_bytes =
      0;  // file: by its highest byte; symlink: length of its target; directory: of one entry
  uint64_t chunk_bytes = 0;
  Timestamp mtime;  // file: of the newest write unless set later by hand
  Timestamp ctime;
  ObjectId object;
};

struct Owner {
  uint32_t uid = 0;
  uint32_t gid = 0;
};

struct CreateOptions {
  uint32_t mode = 0644;  // permission bits
  Owner owner{};
  bool exclusive = false;        // exists if the name is taken (also under races: exactly one wins)
  bool truncate = false;         // an existing file is emptied
  uint64_t chunk_bytes = 0;      // 0: the parent's or container's default (1 MiB)
  ObjectClassId object_class{};  // 0: the parent's or container's default
};

// What to change; the rest stays.
struct SetAttributes {
  std::optional<uint32_t> mode;  // permission bits (07777)
  std::optional<uint32_t> uid;
  std::optional<uint32_t> gid;
  std::optional<Timestamp> mtime;
  std::optional<uint64_t> size_bytes;  // files
};

struct DirectoryEntry {
  std::string name;
  std::optional<Stat> stat;  // with read_directory_plus
};

struct DirectoryAnchor {
  client::ListAnchor list;
  bool end() const { return list.end; }
};

struct FormatOptions {
  uint64_t chunk_bytes = 0;         // 0: as the container's property says, else 1 MiB
  ObjectClassId directory_class{};  // 0: as the container's property says, else S1
  ObjectClassId file_class{};       // 0: as the container's property says, else SX
  Owner owner{};
  uint32_t root_mode = 0755;
};

// What the container says about its file system.
struct Superblock {
  uint64_t chunk_bytes = 0;
  ObjectClassId object_class{};  // of what has no class of its own below; 0: none said
  ObjectClassId directory_class{};
  ObjectClassId file_class{};
};

struct MountOptions {
  bool read_only = false;
};

// A mount, for whoever else works in the container: other threads, other processes.
struct MountDescription {
  ObjectId superblock_object;
  Superblock superblock;
  Node root;
  MountOptions options;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Writes superblock and root directory into an empty container, and the container's properties layout_type
  // and root_oids. Code::exists if there is a file system already. Repeat after a failure.
  static Task<Result<void>> format(std::shared_ptr<client::Container> container, FormatOptions options);
  // Code::invalid if the container holds no file system (remedy says how to make one); Code::version if it is
  // newer.
  static Task<Result<std::unique_ptr<FileSystem>>> mount(std::shared_ptr<client::Container> container,
                                                         MountOptions options);

  // The same mount by another handle of its container, e.g. another thread's; asks nobody.
  static std::unique_ptr<FileSystem> join(std::shared_ptr<client::Container> container,
                                          MountDescription mount);
  virtual MountDescription description() const = 0;
  virtual Node root() const = 0;
  // An absolute path. Follows symlinks, the last one only if `follow`; at most 40 (symlink_loop).
  virtual Task<Result<Node>> lookup(std::string path, bool follow = true) = 0;
  // One name in a directory; never follows.
  virtual Task<Result<Node>> lookup_in(Node directory, std::string name) = 0;

  virtual Task<Result<Node>> make_directory(Node parent, std::string name, CreateOptions options) = 0;
  // Opens the file if it is there and not exclusive.
  virtual Task<Result<Node>> create(Node parent, std::string name, CreateOptions options) = 0;
  // exists if the name is taken.
  virtual Task<Result<Node>> make_symlink(Node parent, std::string name, std::string target,
                                          CreateOptions options) = 0;
  virtual Task<Result<std::string>> read_symlink(Node symlink) = 0;

  // A file in three steps, so that its name appears only with its whole content and attributes, in two
  // messages for a small file: prepare_file (a node without a name; nothing is stored yet), write() to it,
  // then publish it. What is prepared and not published is to be discarded, else its data takes space that no
  // name leads to.
  virtual Task<Result<Node>> prepare_file(Node parent, CreateOptions options) = 0;
  // Gives the file its name. options.exclusive: exists if the name is taken; else a file or symlink of that
  // name is replaced (and its data removed; is_directory if it is one). `changes` as in set_attributes,
  // without size.
  virtual Task<Result<Node>> publish(Node file, Node parent, std::string name, CreateOptions options,
                                     SetAttributes changes) = 0;
  // Not after a publish that timed out: the file may have got its name.
  virtual Task<Result<void>> discard(Node file) = 0;

  // Files. Data in any cuts; buffers live until completion. Reading returns the bytes read: short only at the
  // end.
  virtual Task<Result<uint64_t>> read(Node file, uint64_t offset, std::vector<MutableBytes> target) = 0;
  virtual Task<Result<void>> write(Node file, uint64_t offset, std::vector<ByteView> data) = 0;
  virtual Task<Result<void>> truncate(Node file, uint64_t size_bytes) = 0;
  virtual Task<Result<uint64_t>> file_size(Node file) = 0;
  // The bytes become a hole. As DAOS has it, a hole that reaches the end shortens the file to `offset`.
  virtual Task<Result<void>> punch(Node file, uint64_t offset, uint64_t bytes) = 0;

  virtual Task<Result<Stat>> stat(Node node) = 0;
  // Of one name in a directory; never follows. Fewer messages than lookup_in() and stat().
  virtual Task<Result<Stat>> stat_in(Node directory, std::string name) = 0;
  virtual Task<Result<void>> set_attributes(Node node, SetAttributes changes) = 0;
  // The default for what is made in the directory by those who look it up from now on; 0: the container's.
  // Gives the node with it.
  virtual Task<Result<Node>> set_chunk_bytes(Node directory, uint64_t chunk_bytes) = 0;
  virtual Task<Result<Node>> set_object_class(Node directory, ObjectClassId object_class) = 0;
  // Some names (perhaps none although anchor.end() is false), without "." and "..".
  virtual Task<Result<std::vector<DirectoryEntry>>> read_directory(Node directory, DirectoryAnchor& anchor,
                                                                   uint32_t entries_max = 1024) = 0;
  virtual Task<Result<std::vector<DirectoryEntry>>> read_directory_plus(Node directory,
                                                                        DirectoryAnchor& anchor,
                                                                        uint32_t entries_max = 256) = 0;

  // Stats of entries that have a name; those removed meanwhile go out of the list.
  virtual Task<Result<void>> add_stats(Node directory, std::vector<DirectoryEntry>* entries) = 0;

  // A file or symlink; is_directory otherwise. The name goes first, then the data.
  virtual Task<Result<void>> unlink(Node parent, std::string name) = 0;
  // not_empty if it has entries.
  virtual Task<Result<void>> remove_directory(Node parent, std::string name) = 0;
  // As rename(2): replaces a file by a file, an empty directory by a directory. The new name is there before
  // the old one goes; a crash in between leaves both until the same rename is made again (until transactions:
  // docs/formats/dfs.md). invalid if a directory would move into itself or a directory right below it; those
  // further down are not seen here: compare the paths before. busy if others keep changing the names.
  virtual Task<Result<void>> rename(Node from_parent, std::string from, Node to_parent, std::string to) = 0;
  // Swaps two entries, by three renames: a name is missing for a while, and a crash may leave the first entry
  // beside its name, as ".exchange-" and its object's id (until transactions).
  virtual Task<Result<void>> exchange(Node parent, std::string name, Node other_parent,
                                      std::string other_name) = 0;

  virtual Task<Result<std::string>> get_xattr(Node node, std::string name) = 0;
  enum class XattrMode : uint8_t { set, create, replace };
  virtual Task<Result<void>> set_xattr(Node node, std::string name, std::string value, XattrMode mode) = 0;
  virtual Task<Result<void>> remove_xattr(Node node, std::string name) = 0;
  virtual Task<Result<std::vector<std::string>>> list_xattrs(Node node) = 0;
};

// The directory with all below it. Gives the number of entries removed; after an error some have gone.
Task<Result<uint64_t>> remove_tree(FileSystem* file_system, Node parent, Node directory);

}  // namespace firn::dfs
