// run_rows: what a benchmark program does with its rows.
#pragma once

#include <vector>

#include "vos_bench/measurement.h"

namespace firn::bench {

// Measures the rows that the options ask for and prints them. Gives the exit status.
int run_rows(std::vector<Row> rows, const Options& options);
// Prints the rows' names. Gives the exit status.
int list_rows(const std::vector<Row>& rows);

}  // namespace firn::bench
