// Rows of one client and one target: one request at a time, after idleness, many in flight.
#pragma once

#include <vector>

#include "vos_bench/measurement.h"

namespace firn::bench {

std::vector<Row> one_client_rows();

}  // namespace firn::bench
