// firn container create|list|query|set|destroy
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/container_actions.h"
#include "cli/output.h"
#include "cli/print_json.h"

namespace firn::cli {

namespace {

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

Task<Result<void>> create(Session& session, ContainerWish arguments) {
  FIRN_CO_TRY(ContainerInfo made, co_await make_container(session, arguments));
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

Task<Result<void>> query(Session& session, ContainerWish arguments) {
  FIRN_CO_TRY(ContainerInfo container,
              co_await session.client().query_container(arguments.pool, arguments.container));
  show(session.options(), container);
  co_return {};
}

Task<Result<void>> set(Session& session, ContainerWish arguments) {
  ContainerSetPropertiesRequest request{.pool = arguments.pool, .container = arguments.container};
  FIRN_CO_TRY(request.properties, parse_properties(arguments.properties));
  FIRN_CO_TRY(ContainerInfo container,
              co_await session.client().set_container_properties(std::move(request)));
  show(session.options(), container);
  co_return {};
}

Task<Result<void>> destroy(Session& session, ContainerWish arguments) {
  FIRN_CO_CHECK(co_await session.client().destroy_container(arguments.pool, arguments.container));
  if (session.options().json) {
    print_json({{"destroyed", arguments.container}});
  } else if (!session.options().quiet) {
    fmt::print("Container {} is gone.\n", arguments.container);
  }
  co_return {};
}

using Action = Task<Result<void>> (*)(Session&, ContainerWish);

// Adds commands that take a pool and a container.
struct Group {
  CLI::App& app;
  Program& program;
  std::shared_ptr<ContainerWish> arguments;

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
  // What the options of the group's commands are read into; lives as long as the program.
  auto arguments = std::make_shared<ContainerWish>();
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
  add_attribute_commands(*group, program, true);
}

}  // namespace firn::cli
