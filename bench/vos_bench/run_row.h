// run_row: one row, in a process of its own.
#pragma once

#include <optional>

#include "vos_bench/measurement.h"
#include "vos_bench/row_result.h"

namespace firn::bench {

// Makes the row ready, then repeats its variants in turn: a, b, a, b. A process for each row: none inherits
// memory or threads from those before, and its files are removed however it ends. nullopt: the row failed,
// and has said why. Ends the program if it is interrupted.
std::optional<RowResult> run_row(const Row& row, const Options& options);

}  // namespace firn::bench
