// The rows about array extents, written and read, beside the same bytes in a bare file.
#pragma once

#include <vector>

#include "vos_bench/measurement.h"

namespace firn::bench {

std::vector<Row> array_rows();

}  // namespace firn::bench
