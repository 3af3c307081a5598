// Pools, as `daos` and `dmg` show them; see face_actions.h.
#include <fmt/format.h>

#include "cli/face_actions.h"
#include "cli/face_properties.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "model/properties.h"
#include "runtime/users.h"

namespace firn::cli {

namespace {

// A pool is served by one engine, and all of its space is of one kind.
nlohmann::json pool_json(const PoolInfo& pool) {
  return {{"uuid", pool.id.uuid.text()},
          {"label", pool.label},
          {"state", "Ready"},
          {"svc_ldr", 0},
          {"svc_reps", nlohmann::json::array({0})},
          {"total_targets", pool.target_count},
          {"active_targets", pool.target_count},
          {"disabled_targets", 0},
          {"total_engines", 1}};
}

nlohmann::json space_json(const PoolInfo& pool) {
  const uint64_t per_target = pool.free_bytes / std::max(pool.target_count, 1u);
  return nlohmann::json::array({{{"media_type", "scm"},
                                 {"total", pool.capacity_bytes},
                                 {"free", pool.free_bytes},
                                 {"min", per_target},
                                 {"max", per_target},
                                 {"mean", per_target}}});
}

// "10GiB" or "100%": all there is, which is what no size means too.
Result<uint64_t> parse_size(const FaceArguments& arguments) {
  if (arguments.size == "100%") return uint64_t{0};
  if (arguments.size.ends_with('%')) {
    return fail(Code::unsupported, "not supported: a share of the space")
        .on("size", arguments.size)
        .remedy("give the size in bytes (10GiB), or 100%");
  }
  uint64_t sum = 0;
  for (const std::string& text : {arguments.size, arguments.first_tier_size, arguments.second_tier_size}) {
    if (text.empty()) continue;
    FIRN_TRY(const uint64_t bytes, parse_bytes(text));
    sum += bytes;
  }
  if (sum > 0) return sum;
  return fail(Code::invalid, "a pool needs a size").remedy("--size 10GiB, or --size 100%");
}

}  // namespace

Task<Result<void>> face_list_pools(Session& session, FaceArguments) {
  FIRN_CO_TRY(auto pools, co_await session.client().list_pools());
  if (session.options().json) {
    auto list = nlohmann::json::array();
    for (const PoolInfo& pool : pools) list.push_back(pool_json(pool));
    print_json({{"pools", list}});
    co_return {};
  }
  if (pools.empty()) {
    fmt::print("No pools in system\n");
    co_return {};
  }
  Table table({"Pool", "Size", "State", "UUID"});
  for (const PoolInfo& pool : pools)
    table.add({pool.label, human_bytes(pool.capacity_bytes), "Ready", pool.id.uuid.text()});
  fmt::print("{}", table.text());
  co_return {};
}

Task<Result<void>> face_query_pool(Session& session, FaceArguments arguments) {
  FIRN_CO_TRY(PoolInfo pool, co_await session.client().query_pool(arguments.wish.pool));
  if (session.options().json) {
    nlohmann::json response = pool_json(pool);
    response["tier_stats"] = space_json(pool);
    response["rebuild"] = {{"status", 0}, {"state", "idle"}, {"objects", 0}, {"records", 0}};
    print_json(response);
    co_return {};
  }
  fmt::print("Pool {}, ntarget={}, disabled=0, leader=0, state=Ready\n", pool.id.uuid.text(),
             pool.target_count);
  fmt::print("Label: {}\nContainers: {}\nPool space info:\n", pool.label, pool.container_count);
  fmt::print("  Total size: {}\n  Free: {}\n", human_bytes(pool.capacity_bytes),
             human_bytes(pool.free_bytes));
  co_return {};
}

Task<Result<void>> face_create_pool(Session& session, FaceArguments arguments) {
  PoolCreateRequest request{.label = arguments.wish.pool};
  FIRN_CO_TRY(request.capacity_bytes, parse_size(arguments));
  FIRN_CO_TRY(request.properties, parse_properties(split_list(arguments.pairs)));
  FIRN_CO_TRY(const auto access, access_properties(arguments.access));
  request.properties.insert(request.properties.end(), access.begin(), access.end());
  add_maker(request.properties, process_credential());
  FIRN_CO_TRY(PoolInfo pool, co_await session.client().create_pool(std::move(request)));
  if (session.options().json) {
    nlohmann::json response = pool_json(pool);
    response["tgt_ranks"] = nlohmann::json::array({0});
    response["tier_bytes"] = nlohmann::json::array({pool.capacity_bytes});
    print_json(response);
    co_return {};
  }
  fmt::print("Pool created\n  UUID       : {}\n  Label      : {}\n  Total Size : {}\n", pool.id.uuid.text(),
             pool.label, human_bytes(pool.capacity_bytes));
  co_return {};
}

Task<Result<void>> face_destroy_pool(Session& session, FaceArguments arguments) {
  FIRN_CO_CHECK(co_await session.client().destroy_pool(arguments.wish.pool, arguments.recursive));
  if (session.options().json) {
    print_json(nullptr);
  } else {
    fmt::print("Pool-destroy command succeeded\n");
  }
  co_return {};
}

Task<Result<void>> face_pool_properties(Session& session, FaceArguments arguments) {
  FIRN_CO_TRY(PoolInfo pool, co_await session.client().query_pool(arguments.wish.pool));
  co_return show_properties(session.options(), pool.label, pool.properties, arguments.names);
}

Task<Result<void>> face_query_system(Session& session, FaceArguments) {
  FIRN_CO_TRY(SystemQueryReply system, co_await session.client().query_system());
  if (session.options().json) {
    auto ranks = nlohmann::json::array();
    for (const EngineInfo& engine : system.engines)
      ranks.push_back({{"rank", engine.rank.value}, {"uri", engine.uri}});
    print_json({{"system_name", "daos_server"}, {"system_uuid", system.system.text()}, {"rank_uris", ranks}});
    co_return {};
  }
  fmt::print("connected to Firn system:\n  uuid: {}\n  version: {}\n", system.system.text(), system.version);
  for (const EngineInfo& engine : system.engines)
    fmt::print("  rank[{}]: {}\n", engine.rank.value, engine.uri);
  co_return {};
}

Task<Result<void>> face_query_members(Session& session, FaceArguments) {
  FIRN_CO_TRY(SystemQueryReply system, co_await session.client().query_system());
  if (session.options().json) {
    auto members = nlohmann::json::array();
    for (const EngineInfo& engine : system.engines)
      members.push_back({{"rank", engine.rank.value}, {"addr", engine.uri}, {"state", "joined"}});
    print_json({{"members", members}});
    co_return {};
  }
  Table table({"Rank", "State", "Targets", "Address"});
  for (const EngineInfo& engine : system.engines)
    table.add({std::to_string(engine.rank.value), "Joined", std::to_string(engine.target_count), engine.uri});
  fmt::print("{}", table.text());
  co_return {};
}

}  // namespace firn::cli
