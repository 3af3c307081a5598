#include "object_bench/options.h"

#include <CLI/CLI.hpp>

namespace firn::bench {

std::optional<int> parse_object_options(int argc, char** argv, Options& options) {
  CLI::App app("Objects from client to store and back over TCP, beside bare TCP in the same run.");
  app.add_option("--rows", options.rows, "rows to measure, separated by commas (default: all)")
      ->delimiter(',');
  app.add_option("--only", options.only, "measure one side only, for a profiler")
      ->check(CLI::IsMember({"firn", "bare"}));
  app.add_option("--keys", options.keys, "keys that are there before the measuring begins")
      ->check(CLI::Range(uint64_t{1000}, uint64_t{1} << 24))
      ->capture_default_str();
  app.add_option("--repetitions", options.repetitions, "of each variant; they alternate")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "measured time of one repetition")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  app.add_option("--directory", options.memory_directory,
                 "where the engine's directory is made: tmpfs by default; give one on a disk to measure that")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  app.add_flag("--json", options.json, "one JSON document instead of tables");
  app.add_flag("--list", options.list, "list the rows");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  return std::nullopt;
}

}  // namespace firn::bench
