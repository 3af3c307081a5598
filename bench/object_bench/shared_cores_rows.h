// Rows about waiting: more processes than cores, a busy neighbour, idleness, starting.
#pragma once

#include <vector>

#include "vos_bench/measurement.h"

namespace firn::bench {

std::vector<Row> shared_cores_rows();

}  // namespace firn::bench
