// The row small-cache: ten million objects, 64 MiB of cache.
#pragma once

#include "vos_bench/measurement.h"

namespace firn::bench {

Row small_cache_row();

}  // namespace firn::bench
