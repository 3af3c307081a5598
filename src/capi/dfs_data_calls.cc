// Bytes of files; daos_fs.h.
#include <numeric>
#include <vector>

#include "capi/dfs_calls.h"
#include "runtime/when_all.h"

namespace firn::capi {

namespace {

// Where a request's bytes are in memory: as many as the lengths say.
template <class Part>
bool parts_of(const d_sg_list_t* sgl, std::vector<Part>& parts) {
  if (sgl == nullptr || (sgl->sg_nr > 0 && sgl->sg_iovs == nullptr)) return false;
  for (uint32_t i = 0; i < sgl->sg_nr; i++) {
    const d_iov_t& iov = sgl->sg_iovs[i];
    if (iov.iov_len == 0) continue;
    if (iov.iov_buf == nullptr) return false;
    parts.push_back(Part(static_cast<std::byte*>(iov.iov_buf), iov.iov_len));
  }
  return true;
}

// One range of a file and its part of the memory.
template <class Part>
struct Range {
  uint64_t offset = 0;
  std::vector<Part> parts;
};

// Takes the first `bytes` off; false: there are fewer.
template <class Part>
bool take(std::vector<Part>& from, size_t& index, uint64_t bytes, std::vector<Part>& taken) {
  while (bytes > 0) {
    if (index == from.size()) return false;
    const size_t part = std::min<uint64_t>(bytes, from[index].size());
    taken.push_back(from[index].first(part));
    from[index] = from[index].subspan(part);
    bytes -= part;
    if (from[index].empty()) index++;
  }
  return true;
}

// The ranges of `iod` with the memory they come from or go to, which has to be as long.
template <class Part>
bool ranges_of(const dfs_iod_t* iod, const d_sg_list_t* sgl, std::vector<Range<Part>>& ranges) {
  std::vector<Part> parts;
  if (iod == nullptr || (iod->iod_nr > 0 && iod->iod_rgs == nullptr) || !parts_of(sgl, parts)) return false;
  size_t index = 0;
  for (daos_size_t i = 0; i < iod->iod_nr; i++) {
    Range<Part> range{.offset = iod->iod_rgs[i].rg_idx, .parts = {}};
    if (!take(parts, index, iod->iod_rgs[i].rg_len, range.parts)) return false;
    ranges.push_back(std::move(range));
  }
  return index == parts.size();
}

Task<Result<void>> read(dfs::FileSystem* file_system, dfs::Node file, std::vector<Range<MutableBytes>> ranges,
                        daos_size_t* read_size) {
  std::vector<Task<Result<uint64_t>>> reads;
  for (auto& range : ranges) reads.push_back(file_system->read(file, range.offset, std::move(range.parts)));
  uint64_t total = 0;
  for (const Result<uint64_t>& each : co_await when_all(std::move(reads))) {
    if (!each) co_return each.error().clone();
    total += *each;
  }
  *read_size = total;
  co_return {};
}

Task<Result<void>> write(dfs::FileSystem* file_system, dfs::Node file, std::vector<Range<ByteView>> ranges) {
  std::vector<Task<Result<void>>> writes;
  for (auto& range : ranges) writes.push_back(file_system->write(file, range.offset, std::move(range.parts)));
  co_return co_await when_all_ok(std::move(writes));
}

// Why the file cannot be read or written; 0: it can.
int check_file(const dfs_t* mount, const dfs_obj_t* file, int forbidden) {
  if (mount == nullptr || file == nullptr || file->node.type != dfs::NodeType::file) return EINVAL;
  return file->flags == forbidden ? EPERM : 0;
}

int check_write(const dfs_t* mount, const dfs_obj_t* file) {
  if (const int bad = check_file(mount, file, O_RDONLY); bad != 0) return bad;
  return may_write(*mount) ? 0 : EPERM;
}

int start_read(const dfs_obj_t& file, std::vector<Range<MutableBytes>> ranges, daos_size_t* read_size,
               daos_event_t* ev) {
  return on_mount(file.mount, ev,
                  [node = file.node, ranges = std::move(ranges), read_size](dfs::FileSystem* fs) mutable {
                    return read(fs, std::move(node), std::move(ranges), read_size);
                  });
}

int start_write(const dfs_obj_t& file, std::vector<Range<ByteView>> ranges, daos_event_t* ev) {
  return on_mount(file.mount, ev,
                  [node = file.node, ranges = std::move(ranges)](dfs::FileSystem* fs) mutable {
                    return write(fs, std::move(node), std::move(ranges));
                  });
}

}  // namespace

}  // namespace firn::capi

using firn::ByteView;
using firn::MutableBytes;
using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int dfs_read(dfs_t* dfs, dfs_obj_t* obj, d_sg_list_t* sgl, daos_off_t off, daos_size_t* read_size,
             daos_event_t* ev) {
  if (const int bad = check_file(dfs, obj, O_WRONLY); bad != 0) return bad;
  Range<MutableBytes> range{.offset = off, .parts = {}};
  if (read_size == nullptr || !parts_of(sgl, range.parts)) return EINVAL;
  std::vector<Range<MutableBytes>> ranges;
  ranges.push_back(std::move(range));
  return start_read(*obj, std::move(ranges), read_size, ev);
}

int dfs_readx(dfs_t* dfs, dfs_obj_t* obj, dfs_iod_t* iod, d_sg_list_t* sgl, daos_size_t* read_size,
              daos_event_t* ev) {
  if (const int bad = check_file(dfs, obj, O_WRONLY); bad != 0) return bad;
  std::vector<Range<MutableBytes>> ranges;
  if (read_size == nullptr || !ranges_of(iod, sgl, ranges)) return EINVAL;
  return start_read(*obj, std::move(ranges), read_size, ev);
}

int dfs_write(dfs_t* dfs, dfs_obj_t* obj, d_sg_list_t* sgl, daos_off_t off, daos_event_t* ev) {
  if (const int bad = check_write(dfs, obj); bad != 0) return bad;
  Range<ByteView> range{.offset = off, .parts = {}};
  if (!parts_of(sgl, range.parts)) return EINVAL;
  std::vector<Range<ByteView>> ranges;
  ranges.push_back(std::move(range));
  return start_write(*obj, std::move(ranges), ev);
}

int dfs_writex(dfs_t* dfs, dfs_obj_t* obj, dfs_iod_t* iod, d_sg_list_t* sgl, daos_event_t* ev) {
  if (const int bad = check_write(dfs, obj); bad != 0) return bad;
  std::vector<Range<ByteView>> ranges;
  if (!ranges_of(iod, sgl, ranges)) return EINVAL;
  return start_write(*obj, std::move(ranges), ev);
}

int dfs_get_size(dfs_t* dfs, dfs_obj_t* obj, daos_size_t* size) {
  if (const int bad = check_file(dfs, obj, -1); bad != 0) return bad;
  if (size == nullptr) return EINVAL;
  return on_mount(obj->mount, nullptr, [node = obj->node, size](firn::dfs::FileSystem* fs) {
    return keep(fs->file_size(node), size);
  });
}

int dfs_get_size_by_oid(dfs_t* dfs, daos_obj_id_t oid, daos_size_t chunk_size, daos_size_t* size) {
  if (dfs == nullptr || size == nullptr) return EINVAL;
  firn::dfs::Node node{
      .type = firn::dfs::NodeType::file, .object = {.hi = oid.hi, .lo = oid.lo}, .chunk_bytes = chunk_size};
  return on_mount(dfs->mount, nullptr, [node = std::move(node), size](firn::dfs::FileSystem* fs) {
    return keep(fs->file_size(node), size);
  });
}

int dfs_punch(dfs_t* dfs, dfs_obj_t* obj, daos_off_t offset, daos_size_t len) {
  if (const int bad = check_write(dfs, obj); bad != 0) return bad;
  return on_mount(obj->mount, nullptr, [node = obj->node, offset, len](firn::dfs::FileSystem* fs) {
    return len == DFS_MAX_FSIZE ? fs->truncate(node, offset) : fs->punch(node, offset, len);
  });
}

int dfs_sync(dfs_t* dfs) {
  if (dfs == nullptr) return EINVAL;
  return may_write(*dfs) ? 0 : EPERM;
}
