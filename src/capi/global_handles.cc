// Handles as bytes for other processes; daos_pool.h, daos_cont.h, daos_array.h. The bytes are what the
// handle's entry in the table is made of (capi/handles.h), so taking them in asks no server.
#include <daos_array.h>
#include <daos_cont.h>
#include <daos_pool.h>

#include "capi/call.h"
#include "capi/container_properties.h"
#include "capi/convert.h"
#include "capi/global_bytes.h"
#include "capi/object_calls.h"

namespace firn::capi {

namespace {

// Each kind of handle; `system` is a directory or an address.
struct PoolBytes {
  static constexpr HandleKind kKind = HandleKind::pool;
  std::string system;
  uint32_t flags = 0;
  PoolConnectReply description;
  static void fields(auto& self, auto&& visit) {
    visit("system", self.system);
    visit("flags", self.flags);
    visit("description", self.description);
  }
};

struct ContainerBytes {
  static constexpr HandleKind kKind = HandleKind::container;
  PoolId pool;
  uint32_t flags = 0;
  ContainerInfo info;
  Rights rights = 0;
  static void fields(auto& self, auto&& visit) {
    visit("pool", self.pool);
    visit("flags", self.flags);
    visit("info", self.info);
    visit("rights", self.rights);
  }
};

struct ArrayBytes {
  static constexpr HandleKind kKind = HandleKind::array;
  ContainerId container;
  ObjectId object;
  uint32_t mode = 0;
  uint64_t cell_bytes = 0;
  uint64_t chunk_cells = 0;
  static void fields(auto& self, auto&& visit) {
    visit("container", self.container);
    visit("object", self.object);
    visit("mode", self.mode);
    visit("cell_bytes", self.cell_bytes);
    visit("chunk_cells", self.chunk_cells);
  }
};

int added(daos_handle_t handle) { return handle.cookie == 0 ? -DER_NOMEM : 0; }

Result<int> take_pool(const d_iov_t& glob, daos_handle_t* poh) {
  FIRN_TRY(PoolBytes bytes, take_in<PoolBytes>(glob));
  FIRN_CHECK(client::check_pool_map(bytes.description.map));
  auto handle = std::make_shared<PoolHandle>();
  handle->system = Library::instance().system_named(bytes.system);
  handle->flags = bytes.flags;
  handle->description = std::move(bytes.description);
  *poh = handles().add(std::move(handle));
  return added(*poh);
}

Result<int> take_container(std::shared_ptr<PoolHandle> pool, const d_iov_t& glob, daos_handle_t* coh) {
  FIRN_TRY(ContainerBytes bytes, take_in<ContainerBytes>(glob));
  if (bytes.pool != pool->description.map.pool)
    return fail(Code::invalid, "the container is in another pool");
  auto handle = std::make_shared<ContainerHandle>();
  handle->pool = std::move(pool);
  handle->info = std::move(bytes.info);
  handle->flags = bytes.flags;
  handle->rights = bytes.rights;
  *coh = add_container(std::move(handle));
  return added(*coh);
}

Result<int> take_array(std::shared_ptr<ContainerHandle> container, const d_iov_t& glob, unsigned mode,
                       daos_handle_t* oh) {
  FIRN_TRY(const ArrayBytes bytes, take_in<ArrayBytes>(glob));
  if (bytes.container != container->info.id) return fail(Code::invalid, "the array is in another container");
  if (bytes.cell_bytes == 0 || bytes.chunk_cells == 0) return fail(Code::invalid, "the array has no sizes");
  auto handle = std::make_shared<ArrayHandle>();
  const unsigned wanted = mode == 0 ? bytes.mode : mode;
  if (const int bad = describe_object(std::move(container), bytes.object, wanted, handle->object); bad != 0)
    return bad;
  handle->cell_bytes = bytes.cell_bytes;
  handle->chunk_cells = bytes.chunk_cells;
  *oh = handles().add(std::move(handle));
  return added(*oh);
}

int told(Result<int> result, std::source_location call = std::source_location::current()) {
  return report(std::move(result), call);
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_pool_local2global(daos_handle_t poh, d_iov_t* glob) {
  if (!ready()) return -DER_UNINIT;
  const auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (glob == nullptr) return refuse("there is no place for the bytes");
  return put_out(PoolBytes{pool->system->name(), pool->flags, pool->description}, *glob);
}

int daos_pool_global2local(d_iov_t glob, daos_handle_t* poh) {
  if (!ready()) return -DER_UNINIT;
  if (poh == nullptr) return refuse("there is no place for the handle");
  return told(take_pool(glob, poh));
}

int daos_cont_local2global(daos_handle_t coh, d_iov_t* glob) {
  if (!ready()) return -DER_UNINIT;
  const auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (glob == nullptr) return refuse("there is no place for the bytes");
  return put_out(ContainerBytes{container->pool->description.map.pool, container->flags, container->info,
                                container->rights},
                 *glob);
}

int daos_cont_global2local(daos_handle_t poh, d_iov_t glob, daos_handle_t* coh) {
  if (!ready()) return -DER_UNINIT;
  auto pool = find<PoolHandle>(poh);
  if (!pool) return -DER_NO_HDL;
  if (coh == nullptr) return refuse("there is no place for the handle");
  return told(take_container(std::move(pool), glob, coh));
}

int daos_array_local2global(daos_handle_t oh, d_iov_t* glob) {
  if (!ready()) return -DER_UNINIT;
  const auto array = find<ArrayHandle>(oh);
  if (!array) return -DER_NO_HDL;
  if (glob == nullptr) return refuse("there is no place for the bytes");
  return put_out(ArrayBytes{array->object.container->info.id, array->object.id, array->object.mode,
                            array->cell_bytes, array->chunk_cells},
                 *glob);
}

int daos_array_global2local(daos_handle_t coh, d_iov_t glob, unsigned int mode, daos_handle_t* oh) {
  if (!ready()) return -DER_UNINIT;
  auto container = find<ContainerHandle>(coh);
  if (!container) return -DER_NO_HDL;
  if (oh == nullptr) return refuse("there is no place for the handle");
  return told(take_array(std::move(container), glob, mode, oh));
}
