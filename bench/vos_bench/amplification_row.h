// The row write-amplification: how many bytes reach the devices for each byte a user writes.
#pragma once

#include "vos_bench/measurement.h"

namespace firn::bench {

Row amplification_row();

}  // namespace firn::bench
