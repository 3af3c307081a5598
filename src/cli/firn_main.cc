// firn: the program. Parses the command line and runs the chosen command.
#include <CLI/CLI.hpp>

#include "base/version.h"
#include "cli/commands.h"
#include "cli/large_buffers.h"

namespace {

constexpr const char* kFooter =
    "A system is a directory (an engine runs inside each command; nothing to start) or a server's address.\n"
    "Start here:\n"
    "  export FIRN_SYSTEM=$HOME/firn-data            a directory; made by the first command\n"
    "  firn pool create tank --size 10GiB            space\n"
    "  firn container create tank home               a file system in it\n"
    "  firn fs cp -r ./data daos://tank/home/        files\n"
    "  firn fs ls -l tank/home/data\n"
    "With a server:\n"
    "  firn serve ~/firn-data --listen tcp://127.0.0.1:10001 &\n"
    "  export FIRN_SYSTEM=tcp://127.0.0.1:10001";

}  // namespace

int main(int argc, char** argv) {
  firn::cli::keep_large_buffers();
  firn::cli::Program program;
  CLI::App app("Firn: a distributed object store for HPC and AI, from one laptop to a cluster.", "firn");
  app.set_version_flag("--version", std::string("firn ") + firn::kVersion);
  app.add_option("-s,--system", program.global.system,
                 "The system: a directory, tcp://HOST:PORT or shm://SOCKET (default: $FIRN_SYSTEM, else "
                 "~/.local/share/firn)");
  app.add_flag("-j,--json", program.global.json, "Answer in JSON, for scripts");
  app.add_flag("-q,--quiet", program.global.quiet, "Say only what went wrong");
  app.add_option("--timeout", program.global.timeout_s, "Seconds an operation may take (default 60)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--verbose", program.global.verbose, "Log lines of engine and network on standard error");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kFooter);
  firn::cli::add_serve_command(app, program);
  firn::cli::add_pool_commands(app, program);
  firn::cli::add_container_commands(app, program);
  firn::cli::add_fs_commands(app, program);
  firn::cli::add_top_command(app, program);
  firn::cli::add_slow_command(app, program);
  firn::cli::add_debug_commands(app, program);
  firn::cli::add_completion_command(app, program);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 reports by exception; help and version come this way too. 2 is the usual status of a wrong
    // command line.
    return app.exit(error) == 0 ? 0 : 2;
  }
  return program.run();
}
