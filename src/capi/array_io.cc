// Ranges of arrays; see array_io.h. compat: array API.
#include "capi/array_io.h"

#include <algorithm>

#include "client/gather.h"

namespace firn::capi {

namespace {

Result<std::vector<MutableBytes>> used_parts(const d_sg_list_t& list) {
  std::vector<MutableBytes> parts;
  if (list.sg_nr > 0 && list.sg_iovs == nullptr)
    return fail(Code::invalid, "a list of buffers without buffers");
  for (uint32_t i = 0; i < list.sg_nr; i++) {
    const d_iov_t& part = list.sg_iovs[i];
    if (part.iov_buf == nullptr && part.iov_len > 0)
      return fail(Code::invalid, "a buffer with a length and no address");
    if (part.iov_len > 0) parts.emplace_back(static_cast<std::byte*>(part.iov_buf), part.iov_len);
  }
  return parts;
}

Result<void> check_count(const daos_array_iod_t& ranges) {
  if (ranges.arr_nr <= DAOS_ARRAY_LIST_IO_LIMIT) return {};
  size_t tiny = 0;
  for (daos_size_t i = 0; i < ranges.arr_nr; i++)
    tiny += ranges.arr_rgs[i].rg_len <= DAOS_ARRAY_RG_LEN_THD ? 1 : 0;
  if (tiny <= DAOS_ARRAY_LIST_IO_LIMIT) return {};
  return fail(Code::unsupported, "too many tiny ranges in one call").on("ranges", ranges.arr_nr);
}

}  // namespace

Result<std::vector<ArrayRange>> plan_ranges(const daos_array_iod_t* ranges, const d_sg_list_t* list,
                                            uint64_t cell_bytes) {
  if (ranges == nullptr || (ranges->arr_nr > 0 && ranges->arr_rgs == nullptr))
    return fail(Code::invalid, "the ranges are missing");
  FIRN_CHECK(check_count(*ranges));
  std::vector<MutableBytes> parts;
  if (list != nullptr) {
    FIRN_TRY(parts, used_parts(*list));
  }
  const uint64_t total = total_bytes(parts);
  client::Slicer<MutableBytes> slicer(parts);
  std::vector<ArrayRange> planned;
  uint64_t offset = 0;
  for (daos_size_t i = 0; i < ranges->arr_nr; i++) {
    const auto [start, count] = ranges->arr_rgs[i];
    if (count == 0) continue;
    if (start >= UINT64_MAX / 2 || count >= UINT64_MAX / 2)
      return fail(Code::invalid, "a range beyond all arrays");
    ArrayRange& range = planned.emplace_back(ArrayRange{.start = start, .count = count, .buffers = {}});
    if (list == nullptr) continue;
    if (count > (total - offset) / cell_bytes)
      return fail(Code::invalid, "the buffers are shorter than the ranges");
    slicer.slice(offset, count * cell_bytes, range.buffers);
    offset += count * cell_bytes;
  }
  if (offset != total) return fail(Code::invalid, "the buffers are longer than the ranges");
  return planned;
}

}  // namespace firn::capi
