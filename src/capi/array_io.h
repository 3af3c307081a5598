// What a caller of daos_array_read() and _write() describes by ranges and a list of buffers, checked and as
// ours.
#pragma once

#include <vector>

#include <daos_array.h>

#include "base/bytes.h"
#include "base/error.h"
#include "capi/handles.h"

namespace firn::capi {

// A range, and the buffers that it goes to or comes from.
struct ArrayRange {
  uint64_t start = 0;
  uint64_t count = 0;
  std::vector<MutableBytes> buffers;
  uint64_t end() const { return start + count; }
};

// Without empty ranges. Code::invalid unless ranges and buffers have the same length; unsupported for more
// ranges than one call may have. Without `list` ranges have no buffers.
Result<std::vector<ArrayRange>> plan_ranges(const daos_array_iod_t* ranges, const d_sg_list_t* list,
                                            uint64_t cell_bytes);

}  // namespace firn::capi
