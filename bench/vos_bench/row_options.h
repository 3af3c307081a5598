// The command line that all benchmarks of rows have in common.
#pragma once

#include <optional>

#include <CLI/CLI.hpp>

#include "vos_bench/options.h"

namespace firn::bench {

// --rows, --repetitions, --seconds, --json, --list.
void add_row_options(CLI::App& app, Options& options);
// Prints what is wrong, or the help, and gives the exit status if the program is to end.
std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv);

}  // namespace firn::bench
