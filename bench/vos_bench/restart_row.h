// The row restart: how long a store needs to open after a crash and after a clean end.
#pragma once

#include "vos_bench/measurement.h"

namespace firn::bench {

Row restart_row();

}  // namespace firn::bench
