// Handles as bytes from other processes (global2local): they are refused, or become handles whose own bytes
// are taken in again. No system is asked. The first byte of the input chooses: bytes as they come, or the
// parts of a whole mount (pool, container, mount, an open entry), each with its length before it and here
// given the head and the checksum, without which nearly all inputs would end early.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <daos.h>
#include <daos_fs.h>
#include <fcntl.h>

#include "base/assert.h"
#include "capi/global_bytes.h"
#include "capi/handles.h"

namespace {

using namespace firn;
using capi::GlobalHead;

constexpr uint32_t kMount = 0x100;
constexpr uint32_t kEntry = 0x101;

d_iov_t iov_of(std::string& bytes) { return {bytes.data(), bytes.size(), bytes.size()}; }

std::string with_head(uint32_t kind, std::string_view body) {
  const GlobalHead head{
      .kind = kind, .bytes = static_cast<uint32_t>(body.size()), .checksum = crc32c(as_bytes(body))};
  std::string bytes(sizeof head, '\0');
  std::memcpy(bytes.data(), &head, sizeof head);
  return bytes.append(body);
}

// The next part: two bytes of length, and as much of it as is there.
std::string_view take_part(std::string_view& rest) {
  if (rest.size() < 2) return {};
  const size_t wanted = load_little<uint16_t>(rest.data());
  const std::string_view part = rest.substr(2, wanted);
  rest.remove_prefix(2 + part.size());
  return part;
}

// What a handle's bytes are, by a local2global function; with one byte less it is refused.
template <class Write>
std::string written(Write write) {
  d_iov_t size{};
  FIRN_ASSERT(write(&size) == 0);
  std::string bytes(size.iov_buf_len, '\0');
  d_iov_t small{bytes.data(), bytes.size() - 1, 0};
  FIRN_ASSERT(write(&small) != 0);
  d_iov_t all = iov_of(bytes);
  FIRN_ASSERT(write(&all) == 0);
  return bytes;
}

void use_entry(dfs_t* dfs, std::string bytes) {
  dfs_obj_t* entry = nullptr;
  if (dfs_obj_global2local(dfs, 0, iov_of(bytes), &entry) != 0) return;
  mode_t mode = 0;
  daos_size_t size = 0;
  dfs_obj_info_t info;
  FIRN_ASSERT(dfs_get_mode(entry, &mode) == 0);
  FIRN_ASSERT(dfs_obj_get_info(dfs, entry, &info) == 0);
  dfs_get_chunk_size(entry, &size);
  dfs_get_symlink_value(entry, nullptr, &size);
  std::string again = written([&](d_iov_t* to) { return dfs_obj_local2global(dfs, entry, to); });
  dfs_release(entry);
  FIRN_ASSERT(dfs_obj_global2local(dfs, 0, iov_of(again), &entry) == 0);
  dfs_release(entry);
}

void use_mount(daos_handle_t pool, daos_handle_t container, std::string_view rest) {
  std::string bytes = with_head(kMount, take_part(rest));
  dfs_t* dfs = nullptr;
  if (dfs_global2local(pool, container, 0, iov_of(bytes), &dfs) != 0) return;
  use_entry(dfs, with_head(kEntry, take_part(rest)));
  std::string all = written([&](d_iov_t* to) { return dfs_local2global_all(dfs, to); });
  dfs_umount(dfs);
  FIRN_ASSERT(dfs_global2local_all(0, iov_of(all), &dfs) == 0);
  FIRN_ASSERT(dfs_disconnect(dfs) == 0);
}

void use_container(daos_handle_t pool, std::string_view rest) {
  std::string bytes = with_head(static_cast<uint32_t>(capi::HandleKind::container), take_part(rest));
  daos_handle_t container{};
  if (daos_cont_global2local(pool, iov_of(bytes), &container) != 0) return;
  written([&](d_iov_t* to) { return daos_cont_local2global(container, to); });
  use_mount(pool, container, rest);
  FIRN_ASSERT(daos_cont_close(container, nullptr) == 0);
}

void use_parts(std::string_view rest) {
  std::string bytes = with_head(static_cast<uint32_t>(capi::HandleKind::pool), take_part(rest));
  daos_handle_t pool{};
  if (daos_pool_global2local(iov_of(bytes), &pool) != 0) return;
  written([&](d_iov_t* to) { return daos_pool_local2global(pool, to); });
  use_container(pool, rest);
  FIRN_ASSERT(daos_pool_disconnect(pool, nullptr) == 0);
}

void use_raw(std::string bytes) {
  daos_handle_t handle{};
  dfs_t* dfs = nullptr;
  FIRN_ASSERT(daos_cont_global2local(handle, iov_of(bytes), &handle) != 0);
  if (dfs_global2local_all(O_RDONLY, iov_of(bytes), &dfs) == 0) dfs_disconnect(dfs);
  if (daos_pool_global2local(iov_of(bytes), &handle) == 0) daos_pool_disconnect(handle, nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  FIRN_ASSERT(daos_init() == 0);
  if (data[0] % 2 == 0) {
    use_parts(rest);
  } else {
    use_raw(std::string(rest));
  }
  FIRN_ASSERT(daos_fini() == 0);
  return 0;
}
