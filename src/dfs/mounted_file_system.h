// MountedFileSystem: the FileSystem. Its operations are in one file per idea: mount, lookup, create, data,
// attributes, directory, remove, replace, rename, publish, xattr. Holds no state of entries: each operation
// reads what it needs, so any number of mounts may work in one container. Runs in the client's thread;
// outlives its operations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/array.h"
#include "dfs/dfs.h"
#include "dfs/entry.h"
#include "dfs/object_ids.h"
#include "dfs/superblock.h"

namespace firn::dfs {

class MountedFileSystem final : public FileSystem {
 public:
  MountedFileSystem(std::shared_ptr<client::Container> container, MountDescription mount);
  // Before anything else. Code::corrupt if there is no root directory.
  Task<Result<void>> find_root();

  MountDescription description() const override { return {superblock_object_, superblock_, root_, options_}; }
  Node root() const override { return root_; }
  Task<Result<Node>> lookup(std::string path, bool follow) override;
  Task<Result<Node>> lookup_in(Node directory, std::string name) override;

  Task<Result<Node>> make_directory(Node parent, std::string name, CreateOptions options) override;
  Task<Result<Node>> create(Node parent, std::string name, CreateOptions options) override;
  Task<Result<Node>> make_symlink(Node parent, std::string name, std::string target,
                                  CreateOptions options) override;
  Task<Result<std::string>> read_symlink(Node symlink) override;

  Task<Result<Node>> prepare_file(Node parent, CreateOptions options) override;
  Task<Result<Node>> publish(Node file, Node parent, std::string name, CreateOptions options,
                             SetAttributes changes) override;
  Task<Result<void>> discard(Node file) override;

  Task<Result<uint64_t>> read(Node file, uint64_t offset, std::vector<MutableBytes> target) override;
  Task<Result<void>> write(Node file, uint64_t offset, std::vector<ByteView> data) override;
  Task<Result<void>> truncate(Node file, uint64_t size_bytes) override;
  Task<Result<uint64_t>> file_size(Node file) override;
  Task<Result<void>> punch(Node file, uint64_t offset, uint64_t bytes) override;

  Task<Result<Stat>> stat(Node node) override;
  Task<Result<Stat>> stat_in(Node directory, std::string name) override;
  Task<Result<void>> set_attributes(Node node, SetAttributes changes) override;
  Task<Result<Node>> set_chunk_bytes(Node directory, uint64_t chunk_bytes) override;
  Task<Result<Node>> set_object_class(Node directory, ObjectClassId object_class) override;
  Task<Result<std::vector<DirectoryEntry>>> read_directory(Node directory, DirectoryAnchor& anchor,
                                                           uint32_t entries_max) override;
  Task<Result<std::vector<DirectoryEntry>>> read_directory_plus(Node directory, DirectoryAnchor& anchor,
                                                                uint32_t entries_max) override;

  Task<Result<void>> add_stats(Node directory, std::vector<DirectoryEntry>* entries) override;

  Task<Result<void>> unlink(Node parent, std::string name) override;
  Task<Result<void>> remove_directory(Node parent, std::string name) override;
  Task<Result<void>> rename(Node from_parent, std::string from, Node to_parent, std::string to) override;
  Task<Result<void>> exchange(Node parent, std::string name, Node other_parent,
                              std::string other_name) override;

  Task<Result<std::string>> get_xattr(Node node, std::string name) override;
  Task<Result<void>> set_xattr(Node node, std::string name, std::string value, XattrMode mode) override;
  Task<Result<void>> remove_xattr(Node node, std::string name) override;
  Task<Result<std::vector<std::string>>> list_xattrs(Node node) override;

 private:
  // An entry that was put into a place.
  struct Placed {
    Epoch epoch;                    // of the update; none if nothing had to be written
    std::optional<Entry> replaced;  // what was there just before
    bool was_there = false;         // the same object's entry was there already
  };

  Runtime& runtime() const { return container_->pool().client().runtime(); }
  Timestamp now() const { return timestamp_from(runtime().wall_time()); }
  Result<void> check_writable() const;
  // That `parent` is a directory and, for a change, the mount writable and the name one an entry can have.
  static Result<void> check_directory(const Node& node);
  Result<void> check_change(const Node& parent, const std::string& name) const;
  Place place_in(const Node& directory, std::string name) const;
  // Where the node's own entry is.
  Place place_of(const Node& node) const;
  Node node_at(const Node& directory, std::string name, const Inode& inode) const;
  client::Array array_of(ObjectId object, uint64_t chunk_bytes) const;
  client::Array array_of(const Node& file) const { return array_of(file.object, file.chunk_bytes); }

  // The node's inode. not_found if its name is gone or is another object's by now.
  Task<Result<Inode>> fetch_own_inode(Node node);
  Task<Result<Inode>> inode_in(Node directory, std::string name);
  Task<Result<Epoch>> newest_change(ObjectId object);
  // `node` with the new defaults; one field of its inode is written.
  Task<Result<Node>> change_defaults(Node node, InodeField field);
  // A file's time becomes now, if it has a name.
  Task<Result<void>> touch(Node file);
  // set_attributes without size.
  Task<Result<void>> change_inode(Node node, SetAttributes changes);

  Task<Result<uint64_t>> read_unseen(Node file, uint64_t offset, std::vector<MutableBytes> target);

  Task<Result<Node>> open_existing(Node parent, std::string name, Inode inode, CreateOptions options);
  // All but the object, its chunk size and class.
  Inode new_inode(NodeType type, const CreateOptions& options) const;
  Task<Result<Entry>> new_entry(Node parent, NodeType type, CreateOptions options);
  Task<Result<Stat>> stat_of(Inode inode);
  Task<Result<void>> fill_stat(Node directory, DirectoryEntry* entry, Semaphore* turns);

  Task<Result<bool>> is_empty(ObjectId directory);
  // Removes a file's data. A failure leaves them behind unreachable: logged, not told.
  Task<void> discard_data(Inode inode);
  Task<void> put_back(Place place, RemovedEntry removed);
  Task<Result<void>> finish_remove_directory(Place place, RemovedEntry removed);

  // Whether `entry` may take the place of `target`: is_directory, not_directory or not_empty if not.
  Task<Result<void>> check_replace(const Entry& entry, const Entry& target);
  // Writes the entry where `target` was seen last, or whatever is there by now.
  Task<Result<Placed>> place_entry(Place place, Entry entry, std::optional<Entry> target);
  Task<Result<Placed>> check_placed(Place place, Entry entry, Entry target, Epoch written);
  Task<void> take_back(Place place, Entry entry, Placed placed);

  // What a step of a rename came to.
  enum class Progress : uint8_t { done, gone, again };
  Task<Result<Progress>> move_entry(Place from, Place to, Entry source, std::optional<Entry> target);
  Task<Result<Progress>> remove_old_name(Place from, Inode inode);
  Task<Result<Progress>> resolve_twins(Place from, Place to, Entry source, Entry target);

  const std::shared_ptr<client::Container> container_;
  const ObjectId superblock_object_;
  const Superblock superblock_;
  const MountOptions options_;
  ObjectIds object_ids_;
  Node root_;
};

// `error`, saying which entry it was about.
Error about(Error error, const Node& node);

}  // namespace firn::dfs
