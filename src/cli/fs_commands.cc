// firn fs ls|tree|cat|mkdir|rm|mv|stat|du (copying is in copy_command.cc)
#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/fs_actions.h"

namespace firn::cli {

namespace {

// Adds commands that take one path in Firn.
struct Group {
  CLI::App& app;
  Program& program;
  std::shared_ptr<FsArguments> arguments;

  CLI::App* add(const char* name, const char* help, FsAction action) const {
    CLI::App* const command = app.add_subcommand(name, help);
    command->add_option("path", arguments->path, "daos://POOL/CONTAINER/PATH, or POOL/CONTAINER/PATH")
        ->required();
    command->callback([values = arguments, action, target = &program] {
      target->set([values, action](Session& session) { return action(session, *values); });
    });
    return command;
  }
};

}  // namespace

void add_fs_commands(CLI::App& app, Program& program) {
  auto arguments = std::make_shared<FsArguments>();
  CLI::App* const fs = app.add_subcommand("fs", "Files and directories in a container");
  fs->require_subcommand(1);
  const Group commands{*fs, program, arguments};
  fs->footer(
      "Paths in Firn are daos://POOL/CONTAINER/PATH. Examples:\n"
      "  firn fs cp -r ./data daos://tank/home/      copy a tree in\n"
      "  firn fs ls -l tank/home/data                look at it\n"
      "  firn fs cp -r daos://tank/home/data ./back  copy it out");

  CLI::App* const ls = commands.add("ls", "List a directory", list_directory);
  ls->add_flag("-l,--long", arguments->long_format, "With mode, owner, size and time");
  ls->add_flag("-R,--recursive", arguments->recursive, "With all below it");
  CLI::App* const tree = commands.add("tree", "Draw a directory and what is below it", draw_tree);
  tree->add_option("-L,--level", arguments->levels, "So many levels deep");
  commands.add("cat", "Write a file to standard output", print_file);
  add_copy_command(*fs, program);

  CLI::App* const mkdir = commands.add("mkdir", "Make a directory", make_directory);
  mkdir->add_flag("-p,--parents", arguments->parents, "With its parents; no error if it exists");
  CLI::App* const rm = commands.add("rm", "Remove a file or directory", remove);
  rm->add_flag("-r,--recursive", arguments->recursive, "A directory with all that is in it");
  rm->add_flag("-f,--force", arguments->force, "No error if it does not exist");
  CLI::App* const mv = commands.add("mv", "Rename or move within a container", move);
  mv->add_option("target", arguments->target, "The new path, or a directory to move into")->required();
  commands.add("stat", "All about one file or directory", show_stat);
  CLI::App* const du = commands.add("du", "Files and bytes below a directory", show_usage);
  du->add_flag("-s,--summarize", arguments->summarize, "Only the total");
}

}  // namespace firn::cli
