// The row overlap: what many versions of overlapping extents cost a fetch.
#pragma once

#include "vos_bench/measurement.h"

namespace firn::bench {

Row overlap_row();

}  // namespace firn::bench
