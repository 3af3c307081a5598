// firn pool create|list|query|destroy
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "model/properties.h"
#include "runtime/users.h"

namespace firn::cli {

namespace {

// What the options of the group's commands are read into; lives as long as the program.
struct PoolArguments {
  std::string label;
  std::string size;
  uint32_t pg_count = 0;
  bool recursive = false;
};

nlohmann::json pool_json(const PoolInfo& pool, bool with_space) {
  nlohmann::json json = {{"label", pool.label},
                         {"uuid", pool.id.uuid.text()},
                         {"targets", pool.target_count},
                         {"placement_groups", pool.pg_count},
                         {"capacity_bytes", pool.capacity_bytes},
                         {"containers", pool.container_count},
                         {"created_ns", pool.created.ns}};
  if (with_space) json["free_bytes"] = pool.free_bytes;
  for (const Property& property : pool.properties) json["properties"][property.name] = property.value;
  return json;
}

void print_pool(const PoolInfo& pool) {
  fmt::print("Pool {}\n", pool.label);
  fmt::print("  uuid              {}\n", pool.id.uuid.text());
  fmt::print("  capacity          {}\n", human_bytes(pool.capacity_bytes));
  fmt::print("  free              {}\n", human_bytes(pool.free_bytes));
  fmt::print("  targets           {}\n", pool.target_count);
  fmt::print("  placement groups  {}\n", pool.pg_count);
  fmt::print("  containers        {}\n", pool.container_count);
  for (const Property& property : pool.properties)
    fmt::print("  {:<16}  {}\n", property.name, property.value);
}

Task<Result<void>> create(Session& session, PoolArguments arguments) {
  PoolCreateRequest request{.label = arguments.label, .pg_count = arguments.pg_count};
  if (!arguments.size.empty()) {
    FIRN_CO_TRY(request.capacity_bytes, parse_bytes(arguments.size));
  }
  add_maker(request.properties, process_credential());
  FIRN_CO_TRY(PoolInfo pool, co_await session.client().create_pool(std::move(request)));
  if (session.options().json) {
    print_json(pool_json(pool, false));
  } else if (!session.options().quiet) {
    fmt::print("Pool {} is ready: {} on {} targets.\n", pool.label, human_bytes(pool.capacity_bytes),
               pool.target_count);
  }
  co_return {};
}

Task<Result<void>> list(Session& session) {
  FIRN_CO_TRY(auto pools, co_await session.client().list_pools());
  if (session.options().json) {
    auto response = nlohmann::json::array();
    for (const PoolInfo& pool : pools) response.push_back(pool_json(pool, false));
    print_json(response);
    co_return {};
  }
  if (pools.empty() && !session.options().quiet) {
    fmt::print("There are no pools. Make one: firn pool create LABEL --size 10GiB\n");
    co_return {};
  }
  Table table({"POOL", "CAPACITY", "TARGETS", "CONTAINERS", "UUID"});
  for (const PoolInfo& pool : pools) {
    table.add({pool.label, human_bytes(pool.capacity_bytes), std::to_string(pool.target_count),
               std::to_string(pool.container_count), pool.id.uuid.text()});
  }
  fmt::print("{}", table.text());
  co_return {};
}

Task<Result<void>> query(Session& session, std::string label) {
  FIRN_CO_TRY(PoolInfo pool, co_await session.client().query_pool(std::move(label)));
  if (session.options().json) {
    print_json(pool_json(pool, true));
  } else {
    print_pool(pool);
  }
  co_return {};
}

Task<Result<void>> destroy(Session& session, std::string label, bool recursive) {
  FIRN_CO_CHECK(co_await session.client().destroy_pool(label, recursive));
  if (session.options().json) {
    print_json({{"destroyed", label}});
  } else if (!session.options().quiet) {
    fmt::print("Pool {} is gone.\n", label);
  }
  co_return {};
}

}  // namespace

void add_pool_commands(CLI::App& app, Program& program) {
  auto arguments = std::make_shared<PoolArguments>();
  CLI::App* const pool = app.add_subcommand("pool", "Pools: a tenant's share of the system's space");
  pool->require_subcommand(1);

  CLI::App* const make = pool->add_subcommand("create", "Make a pool over all targets");
  make->add_option("label", arguments->label, "Its name: letters, digits and . _ : -")->required();
  make->add_option("-z,--size", arguments->size,
                   "Space over all targets, e.g. 10GiB (default: what the disk has free)");
  make->add_option("--placement-groups", arguments->pg_count,
                   "Virtual shards, a power of two (default 1024)");
  make->callback([arguments, &program] {
    program.global.may_make_system = true;
    program.set([arguments](Session& session) { return create(session, *arguments); });
  });

  pool->add_subcommand("list", "All pools")->alias("ls")->callback([&program] { program.set(list); });

  CLI::App* const show = pool->add_subcommand("query", "One pool and its free space");
  show->add_option("pool", arguments->label, "Label or UUID")->required();
  show->callback([arguments, &program] {
    program.set([arguments](Session& session) { return query(session, arguments->label); });
  });

  CLI::App* const remove = pool->add_subcommand("destroy", "Remove a pool; its data is lost");
  remove->add_option("pool", arguments->label, "Label or UUID")->required();
  remove->add_flag("-r,--recursive", arguments->recursive, "With its containers (else it must have none)");
  remove->callback([arguments, &program] {
    program.set(
        [arguments](Session& session) { return destroy(session, arguments->label, arguments->recursive); });
  });
  add_attribute_commands(*pool, program, false);
}

}  // namespace firn::cli
