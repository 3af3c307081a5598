// The groups of commands; each adds its own to the program and sets what shall be run.
#pragma once

#include <functional>

#include "cli/session.h"

namespace CLI {
class App;
}

namespace firn::cli {

// Filled by the chosen command while the command line is parsed, run afterwards.
struct Program {
  GlobalOptions global;
  std::function<int()> run;
  // For commands that talk to a system.
  void set(Command command) {
    run = [this, command = std::move(command)] { return run_command(global, command); };
  }
};

void add_serve_command(CLI::App& app, Program& program);
void add_pool_commands(CLI::App& app, Program& program);
void add_container_commands(CLI::App& app, Program& program);
void add_attribute_commands(CLI::App& group, Program& program, bool of_containers);
void add_fs_commands(CLI::App& app, Program& program);
void add_copy_command(CLI::App& fs, Program& program);
void add_top_command(CLI::App& app, Program& program);
void add_slow_command(CLI::App& app, Program& program);
void add_debug_commands(CLI::App& app, Program& program);
void add_completion_command(CLI::App& app, Program& program);

}  // namespace firn::cli
