// daos: the commands of users of a system, by the field's names. A row per command; see face.h.
#include <CLI/CLI.hpp>

#include "cli/face_actions.h"

namespace {

using firn::cli::accept_flag;
using firn::cli::accept_option;
using firn::cli::FaceArguments;
using firn::cli::FaceCommand;
using firn::cli::GlobalOptions;

constexpr std::pair<const char*, const char*> kGroups[] = {
    {"pool", "Pools"},
    {"container,cont", "Containers"},
    {"object,obj", "Objects"},
    {"filesystem,fs", "Files in containers"},
    {"system,sys", "The system"},
    {"health", "Checks"},
    {"faults", "Fault injection"},
};

void declare_list(CLI::App& command, FaceArguments&) {
  accept_flag(command, "-v,--verbose", "all is shown");
  accept_flag(command, "-n,--no-query", "nothing more is asked");
}

void declare_pool_query(CLI::App& command, FaceArguments& arguments) {
  declare_pool(command, arguments);
  accept_flag(command, "-t,--health-only", "all is shown");
  accept_flag(command, "-e,--show-enabled", "all engines are enabled");
}

void declare_list_containers(CLI::App& command, FaceArguments& arguments) {
  declare_pool(command, arguments);
  accept_flag(command, "-v,--verbose", "all is shown");
}

void declare_create(CLI::App& command, FaceArguments& arguments) {
  declare_pool(command, arguments);
  auto& wish = arguments.wish;
  wish.type.clear();
  command.add_option("label", wish.container, "Its name");
  command.add_option("-l,--label", wish.container, "Its name");
  command.add_option("-t,--type", wish.type, "POSIX (files) or unknown (objects, the default)");
  command.add_option("-z,--chunk-size", wish.chunk_size, "Of files");
  command.add_option("-f,--file-oclass", wish.file_class, "Object class of files");
  command.add_option("-d,--dir-oclass", wish.directory_class, "Object class of directories");
  command.add_option("--properties", arguments.pairs, "NAME:VALUE,NAME:VALUE");
  accept_option(command, "-M,--mode", "either way each operation is atomic")
      ->check(CLI::IsMember({"relaxed", "balanced"}));
  command.add_option("-A,--acl-file", arguments.access.file,
                     "Who may do what: a file, an entry on each line");
  command.add_option("-g,--group", arguments.access.group, "The owner's group, NAME@");
  static constexpr const char* kRefused[] = {"-o,--oclass", "-H,--hints", "-p,--path", "-a,--attrs"};
  refuse_options(command, arguments, kRefused);
}

void declare_destroy(CLI::App& command, FaceArguments& arguments) {
  declare_container(command, arguments);
  accept_flag(command, "-f,--force", "open handles do not hold a container");
}

void declare_get_properties(CLI::App& command, FaceArguments& arguments) {
  declare_container(command, arguments);
  command.add_option("--properties", arguments.names, "NAME,NAME (default: all)");
}

void declare_set_properties(CLI::App& command, FaceArguments& arguments) {
  declare_container(command, arguments);
  command.add_option("--properties", arguments.pairs, "NAME:VALUE,NAME:VALUE")->required();
}

void declare_copy(CLI::App& command, FaceArguments& arguments) {
  command.add_option("-s,--src", arguments.copy.source, "A path of the host, or daos://POOL/CONTAINER/PATH")
      ->required();
  command.add_option("-d,--dst", arguments.copy.target, "The other one")->required();
  accept_flag(command, "--ignore-unsupported", "what cannot be copied is named and skipped");
  static constexpr const char* kRefused[] = {"-m,--preserve-props"};
  refuse_options(command, arguments, kRefused);
}

void declare_set_attributes(CLI::App& command, FaceArguments& arguments) {
  command.add_option("attributes", arguments.pairs, "NAME:VALUE,NAME:VALUE")->required();
}

void declare_get_attributes(CLI::App& command, FaceArguments& arguments) {
  command.add_option("names", arguments.names, "NAME,NAME (default: all)");
}

void declare_delete_attributes(CLI::App& command, FaceArguments& arguments) {
  command.add_option("names", arguments.names, "NAME,NAME")->required();
}

void declare_list_attributes(CLI::App& command, FaceArguments& arguments) {
  command.add_flag("-v,--verbose", arguments.verbose, "With their values");
}

void declare_set_owner(CLI::App& command, FaceArguments& arguments) {
  declare_container(command, arguments);
  declare_owner(command, arguments);
  accept_flag(command, "--no-check", "names need not be known on this host");
  static constexpr const char* kRefused[] = {"--uid", "--gid"};
  refuse_options(command, arguments, kRefused);
}

constexpr FaceCommand kCommands[] = {
    {"pool", "list,ls", "All pools", firn::cli::face_list_pools, declare_list},
    {"pool", "query", "One pool and its space", firn::cli::face_query_pool, declare_pool_query},
    {"pool", "list-containers,list-cont", "The containers of a pool", firn::cli::face_list_containers,
     declare_list_containers},
    {"pool", "get-prop", "Properties of a pool", firn::cli::face_pool_properties, firn::cli::declare_pool},
    {"pool", "query-targets", ""},
    {"pool", "list-attr,list-attrs,lsattr", "Names of attributes", firn::cli::face_list_attributes,
     firn::cli::declare_all<firn::cli::declare_pool, declare_list_attributes>},
    {"pool", "get-attr,getattr", "Attributes", firn::cli::face_get_attributes,
     firn::cli::declare_all<firn::cli::declare_pool, declare_get_attributes>},
    {"pool", "set-attr,setattr", "Set attributes", firn::cli::face_set_attributes,
     firn::cli::declare_all<firn::cli::declare_pool, declare_set_attributes>},
    {"pool", "del-attr,delattr", "Delete attributes", firn::cli::face_delete_attributes,
     firn::cli::declare_all<firn::cli::declare_pool, declare_delete_attributes>},
    {"pool", "autotest", ""},
    {"container", "create", "Make a container", firn::cli::face_create_container, declare_create},
    {"container", "list,ls", "The containers of a pool", firn::cli::face_list_containers,
     declare_list_containers},
    {"container", "query", "One container", firn::cli::face_query_container, firn::cli::declare_container},
    {"container", "destroy", "Remove a container; its data is lost", firn::cli::face_destroy_container,
     declare_destroy},
    {"container", "get-prop", "Properties of a container", firn::cli::face_container_properties,
     declare_get_properties},
    {"container", "set-prop", "Change properties", firn::cli::face_set_container_properties,
     declare_set_properties},
    {"container", "stat", ""},
    {"container", "clone", ""},
    {"container", "check", ""},
    {"container", "evict", ""},
    {"container", "list-objects,list-obj", ""},
    {"container", "list-attr,list-attrs,lsattr", "Names of attributes", firn::cli::face_list_attributes,
     firn::cli::declare_all<firn::cli::declare_container, declare_list_attributes>},
    {"container", "get-attr,getattr", "Attributes", firn::cli::face_get_attributes,
     firn::cli::declare_all<firn::cli::declare_container, declare_get_attributes>},
    {"container", "set-attr,setattr", "Set attributes", firn::cli::face_set_attributes,
     firn::cli::declare_all<firn::cli::declare_container, declare_set_attributes>},
    {"container", "del-attr,delattr", "Delete attributes", firn::cli::face_delete_attributes,
     firn::cli::declare_all<firn::cli::declare_container, declare_delete_attributes>},
    {"container", "get-acl", "Who may do what", firn::cli::face_get_access,
     firn::cli::declare_all<firn::cli::declare_container, firn::cli::declare_access_output>},
    {"container", "overwrite-acl,replace", "Replace the list of who may do what",
     firn::cli::face_overwrite_access,
     firn::cli::declare_all<firn::cli::declare_container, firn::cli::declare_access_file>},
    {"container", "update-acl", "Add entries, or replace those of the same principals",
     firn::cli::face_update_access,
     firn::cli::declare_all<firn::cli::declare_container, firn::cli::declare_access_entries>},
    {"container", "delete-acl", "Remove a principal's entry", firn::cli::face_delete_access,
     firn::cli::declare_all<firn::cli::declare_container, firn::cli::declare_access_principal>},
    {"container", "set-owner,chown", "Change whose it is", firn::cli::face_set_owner, declare_set_owner},
    {"container", "create-snap,snap", ""},
    {"container", "list-snap,list-snaps", ""},
    {"container", "destroy-snap", ""},
    {"container", "rollback", ""},
    {"container", "link", ""},
    {"object", "query", ""},
    {"object", "dump", ""},
    {"object", "list-keys", ""},
    {"filesystem", "copy", "Copy files and trees between the host and a container", firn::cli::face_copy,
     declare_copy},
    {"filesystem", "set-attr", ""},
    {"filesystem", "get-attr", ""},
    {"filesystem", "reset-attr", ""},
    {"filesystem", "reset-chunk-size", ""},
    {"filesystem", "reset-oclass", ""},
    {"filesystem", "chmod", ""},
    {"filesystem", "check", ""},
    {"filesystem", "scan", ""},
    {"filesystem", "query", ""},
    {"filesystem", "evict", ""},
    {"filesystem", "fix-entry", ""},
    {"filesystem", "fix-sb", ""},
    {"filesystem", "fix-root", ""},
    {"system", "query", "Where the engines are", firn::cli::face_query_system},
    {"health", "check", ""},
    {"health", "net-test", ""},
    {"faults", "set-param", ""},
    {"faults", "container", ""},
    {"", "server-version", ""},
    {"", "manpage", ""},
};

// The field's name of the default system is this user's.
void declare_global(CLI::App& app, GlobalOptions& options) {
  app.add_flag("--debug", options.verbose, "Log lines of engine and network on standard error");
  app.add_flag("--verbose", options.verbose, "The same");
  app.add_option_function<std::string>(
      "-G,--sys-name",
      [&options](const std::string& name) { options.system = name == "daos_server" ? "" : name; },
      "The system: a directory or an address (default: $FIRN_SYSTEM, else ~/.local/share/firn)");
}

}  // namespace

int main(int argc, char** argv) {
  const firn::cli::Face face{.name = "daos",
                             .title = "The commands of DAOS users, on Firn. `firn` has more.",
                             .groups = kGroups,
                             .commands = kCommands,
                             .declare = declare_global};
  return run_face(face, argc, argv);
}
