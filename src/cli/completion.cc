// firn completion bash|zsh|fish: prints a script that completes commands and options, made from the commands
// themselves.
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"

namespace firn::cli {

namespace {

// "firn pool" → what may follow it: sub-commands and options.
using Words = std::map<std::string, std::vector<std::string>>;

void collect(const CLI::App& app, const std::string& path, Words& words) {
  std::vector<std::string>& here = words[path];
  for (const CLI::App* sub : app.get_subcommands({})) {
    here.push_back(sub->get_name());
    collect(*sub, path + " " + sub->get_name(), words);
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) here.push_back("--" + name);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string bash_script(const Words& words) {
  std::string script =
      "_firn() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=firn word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"$path $word\" in\n";
  std::string paths;
  for (const auto& [path, unused] : words) {
    if (path != "firn") paths += (paths.empty() ? "" : "|") + fmt::format("'{}'", path);
  }
  script += fmt::format(
      "      {}) path=\"$path $word\" ;;\n    esac\n  done\n  local words=\n  case \"$path\" in\n", paths);
  for (const auto& [path, follow] : words)
    script += fmt::format("    '{}') words='{}' ;;\n", path, joined(follow));
  return script +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "}\n"
         "complete -o filenames -F _firn firn\n";
}

std::string fish_script(const Words& words) {
  std::string script;
  for (const auto& [path, follow] : words) {
    std::string condition = "__fish_use_subcommand";
    if (path != "firn") {
      condition.clear();
      const std::string rest = path.substr(5);
      for (size_t begin = 0; begin < rest.size();) {
        const size_t end = std::min(rest.find(' ', begin), rest.size());
        condition += (condition.empty() ? "" : "; and ") +
                     fmt::format("__fish_seen_subcommand_from {}", rest.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    for (const std::string& word : follow) {
      const bool option = word.starts_with("--");
      script += option ? fmt::format("complete -c firn -n '{}' -l {}\n", condition, word.substr(2))
                       : fmt::format("complete -c firn -f -n '{}' -a {}\n", condition, word);
    }
  }
  return script;
}

int print_script(const CLI::App& app, const std::string& shell) {
  Words words;
  collect(app, "firn", words);
  if (shell == "fish") {
    fmt::print("{}", fish_script(words));
  } else {
    if (shell == "zsh") fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
    fmt::print("{}", bash_script(words));
  }
  return 0;
}

}  // namespace

void add_completion_command(CLI::App& app, Program& program) {
  auto shell = std::make_shared<std::string>();
  CLI::App* const command = app.add_subcommand("completion", "Print a completion script for a shell");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("For bash: source <(firn completion bash)   For fish: firn completion fish | source");
  command->callback(
      [shell, &app, &program] { program.run = [shell, &app] { return print_script(app, *shell); }; });
}

}  // namespace firn::cli
