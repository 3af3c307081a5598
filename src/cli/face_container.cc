// Containers and files, as `daos` shows them; see face_actions.h.
#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "cli/face_actions.h"
#include "cli/face_properties.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "model/properties.h"

namespace firn::cli {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string type_of(const ContainerInfo& container) {
  const std::string* const layout = find_property(container.properties, property::kLayoutType);
  return layout == nullptr || *layout == "unknown" ? "unknown" : upper(*layout);
}

nlohmann::json container_json(const ContainerInfo& container, const std::string& pool_uuid) {
  return {{"pool_uuid", pool_uuid},
          {"container_uuid", container.id.uuid.text()},
          {"container_label", container.label},
          {"container_type", type_of(container)}};
}

Task<Result<void>> show(Session& session, std::string pool, ContainerInfo container, const char* title) {
  FIRN_CO_TRY(PoolInfo info, co_await session.client().query_pool(std::move(pool)));
  if (session.options().json) {
    print_json(container_json(container, info.id.uuid.text()));
    co_return {};
  }
  fmt::print("{}  Container UUID : {}\n  Container Label: {}\n  Container Type : {}\n", title,
             container.id.uuid.text(), container.label, type_of(container));
  co_return {};
}

}  // namespace

Task<Result<void>> face_list_containers(Session& session, FaceArguments arguments) {
  FIRN_CO_TRY(auto containers, co_await session.client().list_containers(arguments.wish.pool));
  if (session.options().json) {
    auto response = nlohmann::json::array();
    for (const ContainerInfo& container : containers)
      response.push_back({{"uuid", container.id.uuid.text()}, {"label", container.label}});
    print_json(response);
    co_return {};
  }
  if (containers.empty()) {
    fmt::print("No containers.\n");
    co_return {};
  }
  Table table({"UUID", "Label"});
  for (const ContainerInfo& container : containers) table.add({container.id.uuid.text(), container.label});
  fmt::print("{}", table.text());
  co_return {};
}

// A container without a type is for objects.
Task<Result<void>> face_create_container(Session& session, FaceArguments arguments) {
  ContainerWish wish = arguments.wish;
  if (wish.type.empty() || lower(wish.type) == "unknown") wish.type = "none";
  for (const std::string& pair : split_list(arguments.pairs)) wish.properties.push_back(pair);
  FIRN_CO_TRY(const auto access, access_properties(arguments.access));
  for (const auto& [name, value] : access) wish.properties.push_back(fmt::format("{}:{}", name, value));
  FIRN_CO_TRY(ContainerInfo made, co_await make_container(session, wish));
  co_return co_await show(session, wish.pool, std::move(made), "Successfully created container\n");
}

Task<Result<void>> face_destroy_container(Session& session, FaceArguments arguments) {
  const ContainerWish& wish = arguments.wish;
  FIRN_CO_CHECK(co_await session.client().destroy_container(wish.pool, wish.container));
  if (session.options().json) {
    print_json(nullptr);
  } else {
    fmt::print("Successfully destroyed container {}\n", wish.container);
  }
  co_return {};
}

Task<Result<void>> face_query_container(Session& session, FaceArguments arguments) {
  const ContainerWish& wish = arguments.wish;
  FIRN_CO_TRY(ContainerInfo container, co_await session.client().query_container(wish.pool, wish.container));
  co_return co_await show(session, wish.pool, std::move(container), "");
}

Task<Result<void>> face_container_properties(Session& session, FaceArguments arguments) {
  const ContainerWish& wish = arguments.wish;
  FIRN_CO_TRY(ContainerInfo container, co_await session.client().query_container(wish.pool, wish.container));
  co_return show_properties(session.options(), container.label, container.properties, arguments.names);
}

Task<Result<void>> face_set_container_properties(Session& session, FaceArguments arguments) {
  ContainerSetPropertiesRequest request{.pool = arguments.wish.pool, .container = arguments.wish.container};
  FIRN_CO_TRY(request.properties, parse_properties(split_list(arguments.pairs)));
  FIRN_CO_CHECK(co_await session.client().set_container_properties(std::move(request)));
  if (session.options().json) {
    print_json(nullptr);
  } else {
    fmt::print("Properties were successfully set\n");
  }
  co_return {};
}

Task<Result<void>> face_copy(Session& session, FaceArguments arguments) {
  arguments.copy.options.recursive = true;
  co_return co_await copy(session, std::move(arguments.copy));
}

}  // namespace firn::cli
