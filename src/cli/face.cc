// How a table of commands becomes a program; see face.h.
#include "cli/face.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/version.h"
#include "cli/commands.h"
#include "cli/large_buffers.h"
#include "cli/output.h"
#include "cli/print_json.h"

namespace firn::cli {

namespace {

constexpr const char* kApiVersion = "2.8.0";

int say_version(const Face& face, const GlobalOptions& options) {
  if (options.json) {
    print_json(
        {{"name", face.name}, {"version", kVersion}, {"api_version", kApiVersion}, {"system", "firn"}});
  } else {
    fmt::print("{} version {} of Firn (DAOS API {})\n", face.name, kVersion, kApiVersion);
  }
  return 0;
}

int refuse(const GlobalOptions& options, const Error& error) {
  if (options.json) {
    print_json_error(error);
  } else {
    print_error(error);
  }
  return 1;
}

std::string full_name(const Face& face, const FaceCommand& row) {
  const std::string name = split_list(row.names).front();
  return std::string(face.name) + " " + (*row.group == '\0' ? "" : std::string(row.group) + " ") + name;
}

// The error for options that are known and cannot be had.
Error refused_options(const FaceArguments& arguments) {
  std::string names;
  for (const std::string& option : arguments.refused) names += (names.empty() ? "" : " ") + option;
  return fail(Code::unsupported, "not supported: this option").on("option", names).remedy("leave it out");
}

struct Adding {
  const Face& face;
  Program& program;
  FaceArguments& arguments;

  void add(CLI::App& parent, const FaceCommand& row) const {
    const std::vector<std::string> names = split_list(row.names);
    CLI::App* const command = parent.add_subcommand(names.front());
    for (size_t alias = 1; alias < names.size(); ++alias) command->alias(names[alias]);
    if (row.action == nullptr) return add_unsupported(*command, full_name(face, row));
    command->description(row.help);
    if (row.declare != nullptr) row.declare(*command, arguments);
    command->callback([*this, &row] {
      program.global.may_make_system = row.makes_system;
      program.run = [*this, &row] { return run(row); };
    });
  }

  // Takes whatever follows: it is not what is wrong.
  void add_unsupported(CLI::App& command, const std::string& name) const {
    command.description("(not supported yet)");
    command.allow_extras();
    command.fallthrough(false);
    command.callback([*this, name, from = &command] {
      for (const std::string& word : from->remaining())
        program.global.json |= word == "-j" || word == "--json";
      program.run = [*this, name] {
        return refuse(program.global, fail(Code::unsupported, "not supported: this command")
                                          .on("command", name)
                                          .remedy("docs/daos-api.md lists what there is"));
      };
    });
  }

  int run(const FaceCommand& row) const {
    if (!arguments.refused.empty()) return refuse(program.global, refused_options(arguments));
    return run_command(program.global,
                       [this, &row](Session& session) { return row.action(session, arguments); });
  }
};

}  // namespace

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void declare_pool(CLI::App& command, FaceArguments& arguments) {
  command.add_option("pool", arguments.wish.pool, "Label or UUID")->required();
}

void declare_container(CLI::App& command, FaceArguments& arguments) {
  declare_pool(command, arguments);
  command.add_option("container", arguments.wish.container, "Label or UUID")->required();
}

void declare_access_output(CLI::App& command, FaceArguments& arguments) {
  command.add_option("-O,--outfile", arguments.access.output, "Write the list to a file");
  accept_flag(command, "-f,--force", "a file that is there is replaced");
  accept_flag(command, "-v,--verbose", "all is shown");
}

void declare_access_file(CLI::App& command, FaceArguments& arguments) {
  command.add_option("-a,--acl-file", arguments.access.file, "A file with an entry on each line");
}

void declare_access_entries(CLI::App& command, FaceArguments& arguments) {
  declare_access_file(command, arguments);
  command.add_option("-e,--entry", arguments.access.entries, "ENTRY,ENTRY, like A:G:readers@:rt");
}

void declare_access_principal(CLI::App& command, FaceArguments& arguments) {
  command
      .add_option("-p,--principal", arguments.access.principal,
                  "OWNER@, GROUP@, EVERYONE@, u:NAME@ or g:NAME@")
      ->required();
}

void declare_owner(CLI::App& command, FaceArguments& arguments) {
  command.add_option("-u,--user", arguments.access.user, "The owner, NAME@");
  command.add_option("-g,--group", arguments.access.group, "The owner's group, NAME@");
}

CLI::Option* accept_flag(CLI::App& command, const char* names, const std::string& why) {
  return command.add_flag(names)->description("Accepted: " + why);
}

CLI::Option* accept_option(CLI::App& command, const char* names, const std::string& why) {
  return command.add_option(names)->description("Accepted: " + why);
}

void refuse_options(CLI::App& command, FaceArguments& arguments, std::span<const char* const> options) {
  for (const char* const option : options) {
    command
        .add_option_function<std::string>(
            option, [option, &arguments](const std::string&) { arguments.refused.emplace_back(option); })
        ->group("Not supported yet");
  }
}

int run_face(const Face& face, int argc, char** argv) {
  keep_large_buffers();
  Program program;
  FaceArguments arguments;
  CLI::App app(face.title, face.name);
  app.add_flag("-j,--json", program.global.json, "Answer in JSON, for scripts");
  face.declare(app, program.global);
  app.fallthrough();
  const Adding adding{face, program, arguments};
  std::map<std::string, CLI::App*> groups;
  for (const auto& [names, help] : face.groups) {
    const std::vector<std::string> list = split_list(names);
    CLI::App* const group = app.add_subcommand(list.front(), help);
    for (size_t alias = 1; alias < list.size(); ++alias) group->alias(list[alias]);
    groups[list.front()] = group;
  }
  for (const FaceCommand& row : face.commands) {
    adding.add(*row.group == '\0' ? app : *groups.at(row.group), row);
  }
  app.add_subcommand("version", "The version of this program")->callback([&] {
    program.run = [&] { return say_version(face, program.global); };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (program.run) return program.run();
  const auto chosen = app.get_subcommands();
  fmt::print(stderr, "{}", (chosen.empty() ? app : *chosen.front()).help());
  return 2;
}

}  // namespace firn::cli
