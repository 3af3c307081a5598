// The rows about single values of 64 bytes: updates, fetches, enumeration.
#pragma once

#include <vector>

#include "vos_bench/measurement.h"

namespace firn::bench {

std::vector<Row> value_rows();

}  // namespace firn::bench
