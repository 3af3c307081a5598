// Rows of large transfers: one client and one target, arrays of 1 MiB, four at a time.
#pragma once

#include <vector>

#include "vos_bench/measurement.h"

namespace firn::bench {

std::vector<Row> large_rows();

}  // namespace firn::bench
