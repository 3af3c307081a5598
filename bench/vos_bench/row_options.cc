#include "vos_bench/row_options.h"

namespace firn::bench {

void add_row_options(CLI::App& app, Options& options) {
  app.add_option("--rows", options.rows, "rows to measure, separated by commas (default: all)")
      ->delimiter(',');
  app.add_option("--repetitions", options.repetitions, "of each variant; they alternate")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "measured time of one repetition")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  app.add_flag("--json", options.json, "one JSON document instead of tables");
  app.add_flag("--list", options.list, "list the rows");
}

std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  return std::nullopt;
}

}  // namespace firn::bench
