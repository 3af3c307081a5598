// dmg: the commands of administrators of a system, by the field's names. A row per command; see face.h.
#include <CLI/CLI.hpp>

#include "cli/face_actions.h"

namespace {

using firn::cli::accept_flag;
using firn::cli::accept_option;
using firn::cli::FaceArguments;
using firn::cli::FaceCommand;
using firn::cli::GlobalOptions;

constexpr const char* kPort = "10001";

constexpr std::pair<const char*, const char*> kGroups[] = {
    {"pool", "Pools"},
    {"system,sys", "The system's engines"},
    {"storage,sto", "Devices"},
    {"network,net", "Networks"},
    {"config,cfg", "Configuration"},
    {"container,cont", "Containers"},
    {"server,srv", "Servers"},
    {"telemetry,telem", "Metrics"},
    {"check", "The checker"},
    {"faults", "Fault injection"},
    {"support", "Support"},
};

void declare_list(CLI::App& command, FaceArguments&) {
  accept_flag(command, "-v,--verbose", "all is shown");
  accept_flag(command, "-n,--no-query", "nothing more is asked");
}

void declare_query(CLI::App& command, FaceArguments& arguments) {
  declare_pool(command, arguments);
  accept_flag(command, "-t,--health-only", "all is shown");
  accept_flag(command, "-e,--show-enabled", "all engines are enabled");
}

void declare_create(CLI::App& command, FaceArguments& arguments) {
  command.add_option("label", arguments.wish.pool, "Its name")->required();
  command.add_option("-z,--size", arguments.size, "Over all targets: 10GiB, or 100%");
  command.add_option("-s,--scm-size", arguments.first_tier_size,
                     "Added to the size: there is one kind of space");
  command.add_option("-n,--nvme-size", arguments.second_tier_size, "The same");
  command.add_option("-P,--properties", arguments.pairs, "NAME:VALUE,NAME:VALUE");
  declare_owner(command, arguments);
  declare_access_file(command, arguments);
  static constexpr const char* kRefused[] = {"-t,--tier-ratio", "-k,--nranks", "-v,--nsvc",  "-r,--ranks",
                                             "--meta-size",     "--data-size", "--mem-ratio"};
  refuse_options(command, arguments, kRefused);
}

void declare_destroy(CLI::App& command, FaceArguments& arguments) {
  declare_pool(command, arguments);
  command.add_flag("-r,--recursive", arguments.recursive, "With its containers (else it must have none)");
  accept_flag(command, "-f,--force", "connections do not hold a pool");
}

void declare_get_properties(CLI::App& command, FaceArguments& arguments) {
  declare_pool(command, arguments);
  command.add_option("names", arguments.names, "NAME,NAME (default: all)");
}

constexpr FaceCommand kCommands[] = {
    {"pool", "create", "Make a pool", firn::cli::face_create_pool, declare_create, true},
    {"pool", "destroy", "Remove a pool; its data is lost", firn::cli::face_destroy_pool, declare_destroy},
    {"pool", "list,ls", "All pools", firn::cli::face_list_pools, declare_list},
    {"pool", "query", "One pool and its space", firn::cli::face_query_pool, declare_query},
    {"pool", "get-prop", "Properties of a pool", firn::cli::face_pool_properties, declare_get_properties},
    {"pool", "set-prop", ""},
    {"pool", "evict", ""},
    {"pool", "query-targets", ""},
    {"pool", "extend", ""},
    {"pool", "exclude", ""},
    {"pool", "drain", ""},
    {"pool", "reintegrate,reint", ""},
    {"pool", "get-acl", "Who may do what", firn::cli::face_get_access,
     firn::cli::declare_all<firn::cli::declare_pool, firn::cli::declare_access_output>},
    {"pool", "overwrite-acl,replace", "Replace the list of who may do what", firn::cli::face_overwrite_access,
     firn::cli::declare_all<firn::cli::declare_pool, firn::cli::declare_access_file>},
    {"pool", "update-acl", "Add entries, or replace those of the same principals",
     firn::cli::face_update_access,
     firn::cli::declare_all<firn::cli::declare_pool, firn::cli::declare_access_entries>},
    {"pool", "delete-acl", "Remove a principal's entry", firn::cli::face_delete_access,
     firn::cli::declare_all<firn::cli::declare_pool, firn::cli::declare_access_principal>},
    {"pool", "upgrade", ""},
    {"pool", "rebuild", ""},
    {"system", "query", "Engines and their state", firn::cli::face_query_members},
    {"system", "list-pools", "All pools", firn::cli::face_list_pools, declare_list},
    {"system", "start", ""},
    {"system", "stop", ""},
    {"system", "erase", ""},
    {"system", "leader-query", ""},
    {"system", "exclude", ""},
    {"system", "clear-exclude", ""},
    {"system", "drain", ""},
    {"system", "reintegrate,reint", ""},
    {"system", "cleanup", ""},
    {"system", "get-attr", ""},
    {"system", "set-attr", ""},
    {"system", "del-attr", ""},
    {"system", "get-prop", ""},
    {"system", "set-prop", ""},
    {"system", "rebuild", ""},
    {"system", "self-heal", ""},
    {"storage", "scan", ""},
    {"storage", "format", ""},
    {"storage", "query", ""},
    {"storage", "set", ""},
    {"storage", "replace", ""},
    {"storage", "led", ""},
    {"storage", "nvme-rebind", ""},
    {"storage", "nvme-add-device", ""},
    {"network", "scan", ""},
    {"config", "generate,gen", ""},
    {"container", "set-owner", "Change whose it is", firn::cli::face_set_owner,
     firn::cli::declare_all<firn::cli::declare_container, firn::cli::declare_owner>},
    {"server", "set-logmasks,slm", ""},
    {"telemetry", "config", ""},
    {"telemetry", "metrics", ""},
    {"check", "enable", ""},
    {"check", "disable", ""},
    {"check", "start", ""},
    {"check", "stop", ""},
    {"check", "query", ""},
    {"check", "repair", ""},
    {"check", "get-policy", ""},
    {"check", "set-policy", ""},
    {"faults", "mgmt-svc", ""},
    {"faults", "pool-svc", ""},
    {"support", "collect-log", ""},
    {"", "server-version", ""},
    {"", "manpage", ""},
};

// "host" or "host:port", the first of a list: any server answers for the system. A directory or an address
// stays.
std::string system_from(const std::string& hosts) {
  std::string first = hosts.substr(0, hosts.find(','));
  if (first.find('/') != std::string::npos) return first;
  return "tcp://" + first + (first.find(':') == std::string::npos ? std::string(":") + kPort : "");
}

void declare_global(CLI::App& app, GlobalOptions& options) {
  app.add_option_function<std::string>(
      "-l,--host-list", [&options](const std::string& hosts) { options.system = system_from(hosts); },
      "A server, HOST or HOST:PORT, or a system's directory (default: $FIRN_SYSTEM, else "
      "~/.local/share/firn)");
  app.add_flag("-d,--debug", options.verbose, "Log lines of engine and network on standard error");
  accept_flag(app, "-i,--insecure", "there are no certificates");
  accept_flag(app, "-J,--json-logging", "logs are text");
  accept_option(app, "-o,--config-path", "nothing is read from it");
  accept_option(app, "--log-file", "log lines go to standard error");
}

}  // namespace

int main(int argc, char** argv) {
  const firn::cli::Face face{.name = "dmg",
                             .title = "The commands of DAOS administrators, on Firn. `firn` has more.",
                             .groups = kGroups,
                             .commands = kCommands,
                             .declare = declare_global};
  return run_face(face, argc, argv);
}
