// The programs `daos` and `dmg`: the field's names for what `firn` does. Each is a table with a row for every
// command; what a row does are the functions of `firn`. compat facts: CLI daos, CLI dmg.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/container_actions.h"
#include "cli/copy_command.h"
#include "cli/session.h"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
class Option;
}  // namespace CLI

namespace firn::cli {

// What is said of owners and access lists.
struct AccessWish {
  std::string file;     // an entry on each line
  std::string entries;  // with commas between
  std::string principal;
  std::string user;
  std::string group;
  std::string output;  // a file to write; empty: standard output
};

// What options and operands of all commands are read into.
struct FaceArguments {
  ContainerWish wish;  // pool and container of any command, and what is said of a new one
  CopyArguments copy;
  AccessWish access;
  std::string size;
  std::string first_tier_size;
  std::string second_tier_size;
  std::string names;  // of properties, with commas between
  std::string pairs;  // NAME:VALUE, with commas between
  bool recursive = false;
  bool verbose = false;
  std::vector<std::string> refused;  // options that were given and mean something this version cannot do
};

using FaceAction = Task<Result<void>> (*)(Session&, FaceArguments);

struct FaceCommand {
  const char* group;  // "pool"; empty: none
  const char* names;  // "list,ls": the first is the name, others are aliases
  const char* help;   // empty: the command is not supported yet
  FaceAction action = nullptr;
  void (*declare)(CLI::App& command, FaceArguments& arguments) = nullptr;  // its operands and options
  bool makes_system = false;                                               // in a directory that has none
};

struct Face {
  const char* name;
  const char* title;
  std::span<const std::pair<const char*, const char*>> groups;  // "container,cont" and its help
  std::span<const FaceCommand> commands;
  void (*declare)(CLI::App& app, GlobalOptions& options);  // options of all commands
};

// The program. The exit status: 0 done, 1 failed or not supported, 2 wrong command line, 130 interrupted.
int run_face(const Face& face, int argc, char** argv);

// Operands that many commands have.
void declare_pool(CLI::App& command, FaceArguments& arguments);
void declare_container(CLI::App& command, FaceArguments& arguments);
// Options of commands about access lists and owners.
void declare_access_output(CLI::App& command, FaceArguments& arguments);
void declare_access_file(CLI::App& command, FaceArguments& arguments);
void declare_access_entries(CLI::App& command, FaceArguments& arguments);
void declare_access_principal(CLI::App& command, FaceArguments& arguments);
void declare_owner(CLI::App& command, FaceArguments& arguments);
// A command with these operands and options.
using Declare = void (*)(CLI::App& command, FaceArguments& arguments);
template <Declare... declare>
void declare_all(CLI::App& command, FaceArguments& arguments) {
  (declare(command, arguments), ...);
}
// Options that change nothing here; `why` is shown.
CLI::Option* accept_flag(CLI::App& command, const char* names, const std::string& why);
CLI::Option* accept_option(CLI::App& command, const char* names, const std::string& why);
// Options that are known and cannot be had: given, the command fails and names them.
void refuse_options(CLI::App& command, FaceArguments& arguments, std::span<const char* const> options);

// "a:1,b:2" apart.
std::vector<std::string> split_list(const std::string& text);

}  // namespace firn::cli
