// firn fs cp
#include "cli/copy_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/print_json.h"

namespace firn::cli {

namespace {

void print_summary(const GlobalOptions& options, const CopySummary& summary) {
  const double seconds = std::max(std::chrono::duration<double>(summary.took).count(), 1e-6);
  const CopyTotals& copied = summary.copied;
  if (options.json) {
    return print_json({{"files", copied.files},
                       {"directories", copied.directories},
                       {"symlinks", copied.symlinks},
                       {"bytes", copied.bytes},
                       {"unchanged", summary.unchanged},
                       {"skipped", summary.skipped},
                       {"seconds", seconds}});
  }
  if (options.quiet) return;
  fmt::print("Copied {} files, {} directories, {} symlinks, {} in {}: {:.0f} entries/s, {}/s.\n",
             copied.files, copied.directories, copied.symlinks, human_bytes(copied.bytes),
             human_duration(summary.took), static_cast<double>(copied.entries()) / seconds,
             human_bytes(static_cast<uint64_t>(static_cast<double>(copied.bytes) / seconds)));
  if (summary.unchanged > 0) fmt::print("{} files were there already.\n", summary.unchanged);
}

}  // namespace

Task<Result<void>> copy(Session& session, CopyArguments arguments) {
  const bool in = is_store_path(arguments.target);
  if (in == is_store_path(arguments.source)) {
    co_return fail(Code::invalid, in ? "not supported: copying from Firn to Firn" : "neither path is in Firn")
        .remedy("one path is of the host, the other daos://POOL/CONTAINER/PATH");
  }
  FIRN_CO_TRY(StorePath path, parse_store_path(in ? arguments.target : arguments.source));
  FIRN_CO_TRY(auto fs, co_await session.mount(path, !in));
  session.set_grace(std::chrono::seconds(3));
  CopyEnvironment environment{session.runtime(), session.cancel(), arguments.options};
  environment.options.show_progress =
      !session.options().json && !session.options().quiet && standard_error_is_terminal();
  auto copied = in ? co_await copy_in(environment, *fs, arguments.source, path.path)
                   : co_await copy_out(environment, *fs, path.path, arguments.target);
  if (!copied) co_return std::move(copied).error();
  print_summary(session.options(), *copied);
  if (copied->skipped > 0) {
    co_return fail(Code::io, "some entries were not copied").on("entries", copied->skipped);
  }
  co_return {};
}

void add_copy_command(CLI::App& fs, Program& program) {
  auto arguments = std::make_shared<CopyArguments>();
  CLI::App* const command = fs.add_subcommand("cp", "Copy files and trees into Firn or out of it");
  command->add_option("source", arguments->source, "A path of the host, or daos://POOL/CONTAINER/PATH")
      ->required();
  command->add_option("target", arguments->target, "The other one; a directory is copied into")->required();
  command->add_flag("-r,--recursive", arguments->options.recursive, "A directory with all that is in it");
  command->add_flag("-u,--update", arguments->options.update,
                    "Skip files that are there with same size and time");
  command->add_flag("-v,--verbose", arguments->options.verbose, "Name each file that is done");
  command->add_flag("-T,--no-target-directory", arguments->options.exact_target,
                    "The target is the new name, also if a directory of that name exists");
  command->add_option("-j,--jobs", arguments->options.files_in_flight, "Files at the same time (default 64)")
      ->check(CLI::Range(1, 1024));
  command->footer(
      "Modes, times and symlinks are kept; owners too when the superuser copies. A file's name appears only "
      "when all\n"
      "its data is there. After an interruption run the same command again, with -u to skip what is done.");
  command->callback([arguments, &program] {
    program.set([arguments](Session& session) { return copy(session, *arguments); });
  });
}

}  // namespace firn::cli
