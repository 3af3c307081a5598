// The command line of object_bench.
#pragma once

#include <optional>

#include "vos_bench/options.h"

namespace firn::bench {

// Prints what is wrong, or the help, and gives the exit status if the program is to end.
std::optional<int> parse_object_options(int argc, char** argv, Options& options);

}  // namespace firn::bench
