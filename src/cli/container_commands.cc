// firn container create|list|query|set|destroy
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "model/object_id.h"

namespace firn::cli {

namespace {

// What the options of the group's commands are read into; lives as long as the program.
struct ContainerArguments {
  std::string pool;
  std::string container;
  std::string type = "POSIX";
  std::string chunk_size;
  std::string file_class;
  std::string directory_class;
  std::vector<std::string> properties;
};

nlohmann::json container_json(const ContainerInfo& container) {
  nlohmann::json json = {
      {"label", container.label}, {"uuid", container.id.uuid.text()}, {"created_ns", container.created.ns}};
  for (const Property& property : container.properties) json["properties"][property.name] = property.value;
  return json;
}

const char* property_of(const ContainerInfo& container, std::string_view name) {
  for (const Property& property : container.properties) {
    if (property.name == name) return property.value.c_str();
  }
  return "-";
}

Result<std::vector<Property>> parse_properties(const std::vector<std::string>& texts) {
  std::vector<Property> properties;
  for (const std::string& text : texts) {
    const size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0) {
      return fail(Code::invalid, "a property is written NAME:VALUE").on("property", text);
    }
    properties.push_back({text.substr(0, colon), text.substr(colon + 1)});
  }
  return properties;
}

Result<ObjectClassId> parse_class(const std::string& name) {
  if (name.empty()) return ObjectClassId{};
  const auto id = class_from_name(name);
  if (id) return *id;
  return fail(Code::unsupported, "not supported: this object class")
      .on("class", name)
      .remedy("this version knows the unprotected classes S1, S2, … and SX");
}

Result<dfs::FormatOptions> format_options(const ContainerArguments& arguments) {
  dfs::FormatOptions options;
  if (!arguments.chunk_size.empty()) {
    FIRN_TRY(options.chunk_bytes, parse_bytes(arguments.chunk_size));
  }
  FIRN_TRY(options.file_class, parse_class(arguments.file_class));
  FIRN_TRY(options.directory_class, parse_class(arguments.directory_class));
  options.owner = {::geteuid(), ::getegid()};
  return options;
}

// A POSIX container without its file system would be of no use: it is removed again when formatting fails.
Task<Result<void>> format_or_destroy(Session& session, ContainerArguments arguments, ContainerInfo made) {
  FIRN_CO_TRY(dfs::FormatOptions options, format_options(arguments));
  FIRN_CO_TRY(auto pool, co_await session.client().connect_pool(arguments.pool));
  FIRN_CO_TRY(auto container, co_await pool->open_container(made.id.uuid.text()));
  Result<void> formatted = co_await dfs::FileSystem::format(container, options);
  if (!formatted) (void)co_await session.client().destroy_container(arguments.pool, made.id.uuid.text());
  co_return formatted;
}

Task<Result<void>> create(Session& session, ContainerArguments arguments) {
  const bool posix = arguments.type == "POSIX" || arguments.type == "posix";
  if (!posix && arguments.type != "none") {
    co_return fail(Code::unsupported, "not supported: this container type")
        .on("type", arguments.type)
        .remedy("use --type POSIX for files or --type none for plain objects");
  }
  ContainerCreateRequest request{.pool = arguments.pool, .label = arguments.container};
  FIRN_CO_TRY(request.properties, parse_properties(arguments.properties));
  FIRN_CO_CHECK(format_options(arguments));
  if (posix) request.properties.push_back({"layout_type", "POSIX"});
  FIRN_CO_TRY(ContainerInfo made, co_await session.client().create_container(std::move(request)));
  if (posix) FIRN_CO_CHECK(co_await format_or_destroy(session, arguments, made));
  if (session.options().json) {
    print_json(container_json(made));
  } else if (!session.options().quiet) {
    fmt::print("Container {} is ready: daos://{}/{}/\n", made.label, arguments.pool, made.label);
  }
  co_return {};
}

Task<Result<void>> list(Session& session, std::string pool) {
  FIRN_CO_TRY(auto containers, co_await session.client().list_containers(pool));
  if (session.options().json) {
    auto response = nlohmann::json::array();
    for (const ContainerInfo& container : containers) response.push_back(container_json(container));
    print_json(response);
    co_return {};
  }
  if (containers.empty() && !session.options().quiet) {
    fmt::print("Pool {} has no containers. Make one: firn container create {} LABEL\n", pool, pool);
    co_return {};
  }
  Table table({"CONTAINER", "TYPE", "CREATED", "UUID"});
  for (const ContainerInfo& container : containers) {
    table.add({container.label, property_of(container, "layout_type"),
               human_time(container.created.ns / 1'000'000'000), container.id.uuid.text()});
  }
  fmt::print("{}", table.text());
  co_return {};
}

void show(const GlobalOptions& options, const ContainerInfo& container) {
  if (options.json) return print_json(container_json(container));
  fmt::print("Container {}\n  uuid              {}\n  created           {}\n", container.label,
             container.id.uuid.text(), human_time(container.created.ns / 1'000'000'000));
  for (const Property& property : container.properties)
    fmt::print("  {:<16}  {}\n", property.name, property.value);
}

Task<Result<void>> query(Session& session, ContainerArguments arguments) {
  FIRN_CO_TRY(ContainerInfo container,
              co_await session.client().query_container(arguments.pool, arguments.container));
  show(session.options(), container);
  co_return {};
}

Task<Result<void>> set(Session& session, ContainerArguments arguments) {
  ContainerSetPropertiesRequest request{.pool = arguments.pool, .container = arguments.container};
  FIRN_CO_TRY(request.properties, parse_properties(arguments.properties));
  FIRN_CO_TRY(ContainerInfo container,
              co_await session.client().set_container_properties(std::move(request)));
  show(session.options(), container);
  co_return {};
}

Task<Result<void>> destroy(Session& session, ContainerArguments arguments) {
  FIRN_CO_CHECK(co_await session.client().destroy_container(arguments.pool, arguments.container));
  if (session.options().json) {
    print_json({{"destroyed", arguments.container}});
  } else if (!session.options().quiet) {
    fmt::print("Container {} is gone.\n", arguments.container);
  }
  co_return {};
}

using Action = Task<Result<void>> (*)(Session&, ContainerArguments);

// Adds commands that take a pool and a container.
struct Group {
  CLI::App& app;
  Program& program;
  std::shared_ptr<ContainerArguments> arguments;

  CLI::App* add(const char* name, const char* help, Action action) const {
    CLI::App* const command = app.add_subcommand(name, help);
    command->add_option("pool", arguments->pool, "The pool's label or UUID")->required();
    command->add_option("container", arguments->container, "The container's label or UUID")->required();
    command->callback([values = arguments, action, target = &program] {
      target->set([values, action](Session& session) { return action(session, *values); });
    });
    return command;
  }
};

}  // namespace

void add_container_commands(CLI::App& app, Program& program) {
  auto arguments = std::make_shared<ContainerArguments>();
  CLI::App* const group = app.add_subcommand("container", "Containers: datasets in a pool")->alias("cont");
  group->require_subcommand(1);
  const Group commands{*group, program, arguments};

  CLI::App* const make = commands.add("create", "Make a container; for files unless told otherwise", create);
  make->add_option("-t,--type", arguments->type, "POSIX (files, the default) or none (plain objects)");
  make->add_option("-z,--chunk-size", arguments->chunk_size,
                   "Files are cut into chunks of this size (default 1MiB)");
  make->add_option("-f,--file-class", arguments->file_class,
                   "Object class of files (default SX: over all targets)");
  make->add_option("-d,--dir-class", arguments->directory_class, "Object class of directories (default S1)");
  make->add_option("-p,--property", arguments->properties, "NAME:VALUE; may be given several times");

  CLI::App* const ls = group->add_subcommand("list", "The containers of a pool")->alias("ls");
  ls->add_option("pool", arguments->pool, "The pool's label or UUID")->required();
  ls->callback([arguments, &program] {
    program.set([arguments](Session& session) { return list(session, arguments->pool); });
  });
  commands.add("query", "One container and its properties", query);
  CLI::App* const change = commands.add("set", "Change properties", set);
  change->add_option("-p,--property", arguments->properties, "NAME:VALUE; may be given several times")
      ->required();
  commands.add("destroy", "Remove a container; its data is lost", destroy);
}

}  // namespace firn::cli
