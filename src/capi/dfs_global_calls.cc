// Mounts and open entries for other processes; daos_fs.h.
#include <daos_pool.h>

#include "capi/dfs_calls.h"
#include "capi/global_bytes.h"
#include "dfs/object_classes.h"

namespace firn::capi {

namespace {

struct NodeBytes {
  uint8_t type = 0;
  ObjectId object;
  ObjectId parent;
  std::string name;
  uint64_t chunk_bytes = 0;
  uint32_t object_class = 0;
  uint32_t mode = 0;
  static void fields(auto& self, auto&& visit) {
    visit("type", self.type);
    visit("object", self.object);
    visit("parent", self.parent);
    visit("name", self.name);
    visit("chunk_bytes", self.chunk_bytes);
    visit("object_class", self.object_class);
    visit("mode", self.mode);
  }
};

struct MountBytes {
  static constexpr uint32_t kKind = 0x100;
  ContainerId container;
  bool read_only = false;
  ObjectId superblock_object;
  uint64_t chunk_bytes = 0;
  uint32_t object_class = 0;
  uint32_t directory_class = 0;
  uint32_t file_class = 0;
  NodeBytes root;
  static void fields(auto& self, auto&& visit) {
    visit("container", self.container);
    visit("read_only", self.read_only);
    visit("superblock_object", self.superblock_object);
    visit("chunk_bytes", self.chunk_bytes);
    visit("object_class", self.object_class);
    visit("directory_class", self.directory_class);
    visit("file_class", self.file_class);
    visit("root", self.root);
  }
};

struct EntryBytes {
  static constexpr uint32_t kKind = 0x101;
  NodeBytes node;
  uint32_t flags = 0;
  std::string symlink_target;
  static void fields(auto& self, auto&& visit) {
    visit("node", self.node);
    visit("flags", self.flags);
    visit("symlink_target", self.symlink_target);
  }
};

// A mount with its pool and container, each as its own function writes it.
struct AllBytes {
  static constexpr uint32_t kKind = 0x102;
  std::string pool;
  std::string container;
  std::string mount;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("container", self.container);
    visit("mount", self.mount);
  }
};

NodeBytes bytes_of_node(const dfs::Node& node) {
  return {.type = static_cast<uint8_t>(node.type),
          .object = node.object,
          .parent = node.parent,
          .name = node.name,
          .chunk_bytes = node.chunk_bytes,
          .object_class = node.object_class,
          .mode = node.mode};
}

Result<dfs::Node> node_of(NodeBytes bytes) {
  dfs::Node node{.type = static_cast<dfs::NodeType>(bytes.type),
                 .object = bytes.object,
                 .parent = bytes.parent,
                 .name = std::move(bytes.name),
                 .chunk_bytes = bytes.chunk_bytes,
                 .object_class = bytes.object_class,
                 .mode = bytes.mode};
  const bool known = node.type == dfs::NodeType::file || node.type == dfs::NodeType::directory ||
                     node.type == dfs::NodeType::symlink;
  if (!known) return fail(Code::invalid, "the bytes are no entry of a file system");
  if (node.chunk_bytes != 0) FIRN_CHECK(dfs::check_chunk_bytes(node.chunk_bytes));
  return node;
}

MountBytes bytes_of_mount(const MountHandle& mount) {
  const dfs::MountDescription& what = mount.description;
  return {.container = mount.container->info.id,
          .read_only = what.options.read_only,
          .superblock_object = what.superblock_object,
          .chunk_bytes = what.superblock.chunk_bytes,
          .object_class = what.superblock.object_class.value,
          .directory_class = what.superblock.directory_class.value,
          .file_class = what.superblock.file_class.value,
          .root = bytes_of_node(what.root)};
}

// The other side's flags, or those of its own.
bool wants_read_only(int flags, bool was) {
  return (flags & O_ACCMODE) == O_RDWR ? false : was || flags != 0;
}

template <class Bytes>
int give(const Bytes& bytes, d_iov_t* glob) {
  return glob == nullptr ? EINVAL : errno_of_call(put_out(bytes, *glob));
}

Result<void> take_mount(const d_iov_t& glob, int flags, MountHandle& mount) {
  FIRN_TRY(MountBytes bytes, take_in<MountBytes>(glob));
  if (bytes.container != mount.container->info.id)
    return fail(Code::invalid, "the mount is of another container");
  dfs::MountDescription& what = mount.description;
  FIRN_CHECK(dfs::check_chunk_bytes(bytes.chunk_bytes));
  what.options.read_only = wants_read_only(flags, bytes.read_only) || !mount.container->writable();
  what.superblock_object = bytes.superblock_object;
  what.superblock = {bytes.chunk_bytes, ObjectClassId{bytes.object_class},
                     ObjectClassId{bytes.directory_class}, ObjectClassId{bytes.file_class}};
  FIRN_TRY(what.root, node_of(std::move(bytes.root)));
  return {};
}

// flags 0: as it was.
Result<void> take_entry(const d_iov_t& glob, int flags, dfs_obj& entry) {
  FIRN_TRY(EntryBytes bytes, take_in<EntryBytes>(glob));
  entry.flags = (flags == 0 ? static_cast<int>(bytes.flags) : flags) & O_ACCMODE;
  entry.symlink_target = std::move(bytes.symlink_target);
  FIRN_TRY(entry.node, node_of(std::move(bytes.node)));
  return {};
}

d_iov_t bytes_of(std::string& text) {
  return {.iov_buf = text.data(), .iov_buf_len = text.size(), .iov_len = text.size()};
}

// One handle's bytes, by the function that writes them.
template <class Write>
int global_text(Write write, std::string& text) {
  d_iov_t glob{};
  if (const int bad = write(&glob); bad != 0) return errno_of_call(bad);
  text.resize(glob.iov_buf_len);
  glob = bytes_of(text);
  return errno_of_call(write(&glob));
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_local2global(dfs_t* dfs, d_iov_t* glob) {
  return dfs == nullptr ? EINVAL : give(bytes_of_mount(*dfs->mount), glob);
}

int dfs_global2local(daos_handle_t poh, daos_handle_t coh, int flags, d_iov_t glob, dfs_t** dfs) {
  if (dfs == nullptr || !ready()) return EINVAL;
  auto mount = std::make_shared<MountHandle>();
  mount->container = find<ContainerHandle>(coh);
  if (!mount->container || !find<PoolHandle>(poh)) return EINVAL;
  if (!mount->container->readable()) return EPERM;
  const auto taken = take_mount(glob, flags, *mount);
  if (!taken) return report_errno(taken, std::source_location::current());
  *dfs = std::make_unique<struct dfs>(std::move(mount), poh, coh).release();
  return 0;
}

int dfs_local2global_all(dfs_t* dfs, d_iov_t* glob) {
  if (dfs == nullptr) return EINVAL;
  std::string pool;
  std::string container;
  std::string mount;
  int bad = global_text([&](d_iov_t* to) { return daos_pool_local2global(dfs->pool, to); }, pool);
  if (bad == 0)
    bad = global_text([&](d_iov_t* to) { return daos_cont_local2global(dfs->container, to); }, container);
  if (bad == 0)
    bad = global_text([&](d_iov_t* to) { return put_out(bytes_of_mount(*dfs->mount), *to); }, mount);
  if (bad != 0) return bad;
  return give(AllBytes{std::move(pool), std::move(container), std::move(mount)}, glob);
}

int dfs_global2local_all(int flags, d_iov_t glob, dfs_t** dfs) {
  if (dfs == nullptr) return EINVAL;
  auto all = take_in<AllBytes>(glob);
  if (!all) return report_errno(std::move(all).error(), std::source_location::current());
  daos_handle_t poh{};
  int result = errno_of_call(daos_pool_global2local(bytes_of(all->pool), &poh));
  if (result != 0) return result;
  daos_handle_t coh{};
  result = errno_of_call(daos_cont_global2local(poh, bytes_of(all->container), &coh));
  if (result == 0) result = dfs_global2local(poh, coh, flags, bytes_of(all->mount), dfs);
  if (result == 0) {
    (*dfs)->owns_pool = (*dfs)->owns_container = true;
    return 0;
  }
  if (coh.cookie != 0) daos_cont_close(coh, nullptr);
  daos_pool_disconnect(poh, nullptr);
  return result;
}

int dfs_obj_local2global(dfs_t* dfs, dfs_obj_t* obj, d_iov_t* glob) {
  if (dfs == nullptr || obj == nullptr) return EINVAL;
  return give(EntryBytes{bytes_of_node(obj->node), static_cast<uint32_t>(obj->flags), obj->symlink_target},
              glob);
}

int dfs_obj_global2local(dfs_t* dfs, int flags, d_iov_t glob, dfs_obj_t** obj) {
  if (dfs == nullptr || obj == nullptr) return EINVAL;
  auto entry = std::make_unique<dfs_obj>();
  entry->mount = dfs->mount;
  const auto taken = take_entry(glob, flags, *entry);
  if (!taken) return report_errno(taken, std::source_location::current());
  if (entry->flags != O_RDONLY && !may_write(*dfs)) return EPERM;
  *obj = entry.release();
  return 0;
}
