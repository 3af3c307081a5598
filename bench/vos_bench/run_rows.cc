#include "vos_bench/run_rows.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "vos_bench/must.h"
#include "vos_bench/run_row.h"

namespace firn::bench {

namespace {

void keep_wanted(std::vector<Row>& rows, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::ranges::find(rows, name, &Row::name) == rows.end()) {
      give_up(fmt::format("there is no row {}; --list shows them", name));
    }
  }
  if (names.empty()) return;
  std::erase_if(rows, [&](const Row& row) { return std::ranges::count(names, row.name) == 0; });
}

}  // namespace

int run_rows(std::vector<Row> rows, const Options& options) {
  keep_wanted(rows, options.rows);
  std::vector<RowResult> results;
  bool failed = false;
  for (const Row& row : rows) {
    const auto result = run_row(row, options);
    failed = failed || !result;
    if (!result) continue;
    results.push_back(*result);
    if (!options.json) fmt::print("{}\n", table_text(*result));
    std::fflush(stdout);
  }
  if (options.json) fmt::print("{}\n", nlohmann::json(results).dump(2));
  return failed ? 1 : 0;
}

int list_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    fmt::print("{:<22} {}{}\n", row.name, row.about, row.bar.empty() ? "" : "; bar: " + row.bar);
  }
  return 0;
}

}  // namespace firn::bench
