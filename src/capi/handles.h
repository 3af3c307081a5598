// What handles stand for: descriptions that are the same for all lanes, so an operation with a handle may run
// on any (decision 0010). Nothing here changes once it is made, but for counts.
#pragma once

#include <atomic>
#include <memory>

#include <daos_cont.h>
#include <daos_pool.h>

#include "capi/handle_table.h"
#include "capi/system.h"
#include "dfs/dfs.h"
#include "model/control_messages.h"

namespace firn::capi {

struct PoolHandle {
  static constexpr HandleKind kKind = HandleKind::pool;
  std::shared_ptr<System> system;
  PoolConnectReply description;
  unsigned flags = 0;  // DAOS_PC_
  std::atomic<uint32_t> containers_open = 0;
  uint32_t target_count() const { return static_cast<uint32_t>(description.map.targets.size()); }
  std::string id() const { return description.map.pool.uuid.text(); }
  bool writable() const { return (flags & (DAOS_PC_RW | DAOS_PC_EX)) != 0; }
  bool allows(Rights rights) const { return (description.rights & rights) == rights; }
};

struct ContainerHandle {
  static constexpr HandleKind kKind = HandleKind::container;
  std::shared_ptr<PoolHandle> pool;
  ContainerInfo info;
  unsigned flags = 0;  // DAOS_COO_
  Rights rights = right::kAll;
  std::string id() const { return info.id.uuid.text(); }
  bool changeable() const { return (flags & (DAOS_COO_RW | DAOS_COO_EX)) != 0; }
  bool allows(Rights wanted) const { return (rights & wanted) == wanted; }
  // Its objects and attributes.
  bool readable() const { return allows(right::kRead); }
  bool writable() const { return changeable() && allows(right::kWrite); }
};

// Of daos_fs.h: in no table, a dfs_t holds it.
struct MountHandle {
  std::shared_ptr<ContainerHandle> container;
  dfs::MountDescription description;
};

struct ObjectHandle {
  static constexpr HandleKind kKind = HandleKind::object;
  std::shared_ptr<ContainerHandle> container;
  ObjectId id;
  unsigned mode = 0;  // DAOS_OO_
};

struct KvHandle {
  static constexpr HandleKind kKind = HandleKind::kv;
  ObjectHandle object;
};

struct ArrayHandle {
  static constexpr HandleKind kKind = HandleKind::array;
  ObjectHandle object;
  uint64_t cell_bytes = 1;
  std::atomic<uint64_t> chunk_cells = 1;
};

}  // namespace firn::capi
