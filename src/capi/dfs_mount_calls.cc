// Containers with file systems, and mounting them; daos_fs.h.
#include <atomic>
#include <cstring>

#include <daos.h>
#include <unistd.h>

#include "capi/container_properties.h"
#include "capi/convert.h"
#include "capi/dfs_calls.h"

namespace firn::capi {

namespace {

// dfs_init() is needed before dfs_connect().
std::atomic<int> connect_users = 0;

Task<Result<int>> mount(Lane* lane, std::shared_ptr<MountHandle> handle, bool read_only) {
  FIRN_CO_TRY(auto container, lane->container(handle->container));
  FIRN_CO_TRY(auto file_system,
              co_await dfs::FileSystem::mount(std::move(container), {.read_only = read_only}));
  handle->description = file_system->description();
  co_return 0;
}

Task<Result<int>> format(Lane* lane, std::shared_ptr<ContainerHandle> handle, dfs::FormatOptions options) {
  FIRN_CO_TRY(auto container, lane->container(handle));
  FIRN_CO_CHECK(co_await dfs::FileSystem::format(std::move(container), options));
  co_return 0;
}

int mount_container(daos_handle_t poh, daos_handle_t coh, int flags, dfs_t** place) {
  if (place == nullptr || (flags & O_ACCMODE) == O_WRONLY) return EINVAL;
  if (!ready()) return EINVAL;
  auto handle = std::make_shared<MountHandle>();
  handle->container = find<ContainerHandle>(coh);
  if (!handle->container || !find<PoolHandle>(poh)) return EINVAL;
  if (!handle->container->readable()) return EPERM;
  // Programs that only read mount a container they have opened so with O_RDWR: it is writing that fails.
  const bool read_only = (flags & O_ACCMODE) == O_RDONLY || !handle->container->writable();
  const int result = errno_of_call(
      perform(nullptr, [handle, read_only](Lane& lane) { return mount(&lane, handle, read_only); }));
  if (result == 0) *place = std::make_unique<struct dfs>(handle, poh, coh).release();
  return result;
}

// The properties with the layout of file systems; nullptr: no memory.
daos_prop_t* with_layout(const daos_prop_t* given) {
  const uint32_t count = given == nullptr ? 0 : given->dpp_nr;
  daos_prop_t* const own = daos_prop_alloc(1);
  if (own == nullptr) return nullptr;
  own->dpp_entries[0].dpe_type = DAOS_PROP_CO_LAYOUT_TYPE;
  own->dpp_entries[0].dpe_val = DAOS_PROP_CO_LAYOUT_POSIX;
  if (count == 0) return own;
  daos_prop_t* const all = daos_prop_merge(const_cast<daos_prop_t*>(given), own);
  daos_prop_free(own);
  return all;
}

// What a container is made with, and where it goes.
struct Creation {
  daos_handle_t pool;
  const char* label;  // nullptr: none
  dfs_attr_t* attributes;
  uuid_t* uuid;
  daos_handle_t* container;
  dfs_t** mount;
};

dfs::FormatOptions format_options(const dfs_attr_t* attributes) {
  dfs::FormatOptions options{.owner = {::geteuid(), ::getegid()}};
  if (attributes == nullptr) return options;
  options.chunk_bytes = attributes->da_chunk_size;
  options.directory_class = ObjectClassId{attributes->da_dir_oclass_id};
  options.file_class = ObjectClassId{attributes->da_file_oclass_id != 0 ? attributes->da_file_oclass_id
                                                                        : attributes->da_oclass_id};
  return options;
}

int format_and_mount(const Creation& creation, daos_handle_t coh) {
  const auto handle = find<ContainerHandle>(coh);
  if (!handle) return EINVAL;
  const auto options = format_options(creation.attributes);
  const int formatted =
      errno_of_call(perform(nullptr, [&](Lane& lane) { return format(&lane, handle, options); }));
  if (formatted != 0 || creation.mount == nullptr) return formatted;
  return mount_container(creation.pool, coh, O_RDWR, creation.mount);
}

int make_container(const Creation& creation, uuid_t& uuid) {
  daos_prop_t* const properties =
      with_layout(creation.attributes == nullptr ? nullptr : creation.attributes->da_props);
  if (properties == nullptr) return ENOMEM;
  const int made = creation.label == nullptr ? daos_cont_create(creation.pool, &uuid, properties, nullptr)
                                             : daos_cont_create_with_label(creation.pool, creation.label,
                                                                           properties, &uuid, nullptr);
  daos_prop_free(properties);
  return errno_of_call(made);
}

// On any failure there is no container.
int create(const Creation& creation) {
  uuid_t uuid;
  if (const int failed = make_container(creation, uuid); failed != 0) return failed;
  const std::string name = [&] {
    Uuid id;
    std::memcpy(id.bytes.data(), uuid, sizeof uuid);
    return id.text();
  }();
  daos_handle_t coh{};
  int result =
      errno_of_call(daos_cont_open(creation.pool, name.c_str(), DAOS_COO_RW, &coh, nullptr, nullptr));
  if (result == 0) result = format_and_mount(creation, coh);
  const bool keeps = result == 0 && (creation.container != nullptr || creation.mount != nullptr);
  if (coh.cookie != 0 && !keeps) daos_cont_close(coh, nullptr);
  if (result != 0) {
    daos_cont_destroy(creation.pool, name.c_str(), 1, nullptr);
    return result;
  }
  if (creation.container != nullptr) *creation.container = coh;
  if (creation.mount != nullptr) (*creation.mount)->owns_container = creation.container == nullptr;
  if (creation.uuid != nullptr) std::memcpy(*creation.uuid, uuid, sizeof uuid);
  return 0;
}

// Of dfs_connect(): the container, made if that is asked for.
int open_or_create(daos_handle_t poh, const char* cont, int flags, dfs_attr_t* attributes,
                   daos_handle_t* coh) {
  const unsigned mode = (flags & O_ACCMODE) == O_RDONLY ? DAOS_COO_RO : DAOS_COO_RW;
  int result = errno_of_call(daos_cont_open(poh, cont, mode, coh, nullptr, nullptr));
  if (result != ENOENT || (flags & O_CREAT) == 0) return result;
  const Creation creation{poh, cont, attributes, nullptr, coh, nullptr};
  result = create(creation);
  // Somebody else was faster.
  if (result == EEXIST) result = errno_of_call(daos_cont_open(poh, cont, mode, coh, nullptr, nullptr));
  return result;
}

void close_handles(const struct dfs& mount) {
  if (mount.owns_container && mount.container.cookie != 0) daos_cont_close(mount.container, nullptr);
  if (mount.owns_pool && mount.pool.cookie != 0) daos_pool_disconnect(mount.pool, nullptr);
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_init(void) {
  const int result = errno_of_call(daos_init());
  if (result == 0) connect_users++;
  return result;
}

int dfs_fini(void) {
  if (connect_users == 0) return EINVAL;
  connect_users--;
  return errno_of_call(daos_fini());
}

int dfs_mount(daos_handle_t poh, daos_handle_t coh, int flags, dfs_t** dfs) {
  return mount_container(poh, coh, flags, dfs);
}

int dfs_umount(dfs_t* dfs) {
  if (dfs == nullptr || dfs->owns_pool) return EINVAL;
  const std::unique_ptr<struct dfs> owned(dfs);
  close_handles(*owned);
  return 0;
}

int dfs_connect(const char* pool, const char* sys, const char* cont, int flags, dfs_attr_t* attr,
                dfs_t** dfs) {
  if (connect_users == 0) return EACCES;
  if (pool == nullptr || cont == nullptr || dfs == nullptr) return EINVAL;
  const unsigned mode = (flags & O_ACCMODE) == O_RDONLY ? DAOS_PC_RO : DAOS_PC_RW;
  daos_handle_t poh{};
  int result = errno_of_call(daos_pool_connect(pool, sys, mode, &poh, nullptr, nullptr));
  if (result != 0) return result;
  daos_handle_t coh{};
  result = open_or_create(poh, cont, flags, attr, &coh);
  if (result == 0) result = mount_container(poh, coh, flags, dfs);
  if (result == 0) {
    (*dfs)->owns_pool = (*dfs)->owns_container = true;
    return 0;
  }
  if (coh.cookie != 0) daos_cont_close(coh, nullptr);
  daos_pool_disconnect(poh, nullptr);
  return result;
}

int dfs_disconnect(dfs_t* dfs) {
  if (dfs == nullptr || !dfs->owns_pool) return EINVAL;
  const std::unique_ptr<struct dfs> owned(dfs);
  close_handles(*owned);
  return 0;
}

int dfs_destroy(const char* pool, const char* sys, const char* cont, int force, daos_event_t*) {
  if (connect_users == 0) return EACCES;
  if (pool == nullptr || cont == nullptr) return EINVAL;
  daos_handle_t poh{};
  const int connected = errno_of_call(daos_pool_connect(pool, sys, DAOS_PC_RW, &poh, nullptr, nullptr));
  if (connected != 0) return connected;
  const int result = errno_of_call(daos_cont_destroy(poh, cont, force, nullptr));
  daos_pool_disconnect(poh, nullptr);
  return result;
}

int dfs_cont_create(daos_handle_t poh, uuid_t* uuid, dfs_attr_t* attr, daos_handle_t* coh, dfs_t** dfs) {
  return uuid == nullptr ? EINVAL : create({poh, nullptr, attr, uuid, coh, dfs});
}

int dfs_cont_create_with_label(daos_handle_t poh, const char* label, dfs_attr_t* attr, uuid_t* uuid,
                               daos_handle_t* coh, dfs_t** dfs) {
  return label == nullptr ? EINVAL : create({poh, label, attr, uuid, coh, dfs});
}

int dfs_pool_get(dfs_t* dfs, daos_handle_t* poh) {
  if (dfs == nullptr || poh == nullptr) return EINVAL;
  *poh = dfs->pool;
  return 0;
}

int dfs_pool_put(dfs_t* dfs, daos_handle_t poh) {
  return dfs != nullptr && poh.cookie == dfs->pool.cookie ? 0 : EINVAL;
}

int dfs_cont_get(dfs_t* dfs, daos_handle_t* coh) {
  if (dfs == nullptr || coh == nullptr) return EINVAL;
  *coh = dfs->container;
  return 0;
}

int dfs_cont_put(dfs_t* dfs, daos_handle_t coh) {
  return dfs != nullptr && coh.cookie == dfs->container.cookie ? 0 : EINVAL;
}

int dfs_query(dfs_t* dfs, dfs_attr_t* attr) {
  if (dfs == nullptr || attr == nullptr) return EINVAL;
  const firn::dfs::Superblock& defaults = dfs->mount->description.superblock;
  *attr = {};
  attr->da_chunk_size = defaults.chunk_bytes;
  attr->da_oclass_id = defaults.object_class.value;
  attr->da_dir_oclass_id = defaults.directory_class.value;
  attr->da_file_oclass_id = defaults.file_class.value;
  attr->da_mode = DFS_RELAXED;
  return 0;
}

int dfs_set_prefix(dfs_t* dfs, const char* prefix) {
  if (dfs == nullptr) return EINVAL;
  std::string text(prefix == nullptr ? "" : prefix);
  if (!text.empty() && (text.front() != '/' || text.size() > DFS_MAX_PATH)) return EINVAL;
  while (text.ends_with('/')) text.pop_back();
  dfs->prefix = std::move(text);
  return 0;
}
