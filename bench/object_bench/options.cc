#include "object_bench/options.h"

#include "vos_bench/row_options.h"

namespace firn::bench {

std::optional<int> parse_object_options(int argc, char** argv, Options& options) {
  CLI::App app("Objects from client to store and back over TCP, beside bare TCP in the same run.");
  add_row_options(app, options);
  app.add_option("--only", options.only, "measure one side only, for a profiler")
      ->check(CLI::IsMember({"firn", "bare"}));
  app.add_option("--keys", options.keys, "keys that are there before the measuring begins")
      ->check(CLI::Range(uint64_t{1000}, uint64_t{1} << 24))
      ->capture_default_str();
  app.add_option("--directory", options.memory_directory,
                 "where the engine's directory is made: tmpfs by default; give one on a disk to measure that")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  return parse_command_line(app, argc, argv);
}

}  // namespace firn::bench
