// Access lists and owners, as `daos` and `dmg` take and show them; see face_actions.h.
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "cli/face_actions.h"
#include "cli/print_json.h"
#include "model/access_messages.h"
#include "model/properties.h"

namespace firn::cli {

namespace {

// A file has an entry on each line, and comments that begin with #.
Result<std::string> read_list(const std::string& path) {
  std::ifstream stream(path);
  if (!stream) return fail(Code::not_found, "the file of access entries cannot be read").on("file", path);
  std::string text;
  for (std::string line; std::getline(stream, line) && text.size() <= kAccessListBytesMax;) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line.front() == '#') continue;
    text += (text.empty() ? "" : ",") + line;
  }
  return text;
}

Result<std::string> wanted_list(const FaceArguments& arguments) {
  const AccessWish& access = arguments.access;
  if (access.file.empty() == access.entries.empty())
    return fail(Code::invalid, "either a file of entries or an entry is needed");
  return access.file.empty() ? access.entries : read_list(access.file);
}

Task<Result<std::vector<Property>>> properties_of(Session& session, ContainerWish wish) {
  if (wish.container.empty()) {
    FIRN_CO_TRY(PoolInfo pool, co_await session.client().query_pool(wish.pool));
    co_return std::move(pool.properties);
  }
  FIRN_CO_TRY(ContainerInfo container, co_await session.client().query_container(wish.pool, wish.container));
  co_return std::move(container.properties);
}

std::string list_text(const std::vector<Property>& properties) {
  std::string text =
      fmt::format("# Owner: {}\n# Owner Group: {}\n# Entries:\n",
                  property_value(properties, property::kOwner), property_value(properties, property::kGroup));
  for (const std::string& entry : split_list(std::string(property_value(properties, property::kAcl))))
    text += entry + "\n";
  return text;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream stream(path, std::ios::trunc);
  stream << text;
  stream.flush();
  if (stream) return {};
  return fail(Code::io, "the list cannot be written to the file").on("file", path);
}

Result<void> show(const Session& session, const FaceArguments& arguments,
                  const std::vector<Property>& properties) {
  const std::string& path = arguments.access.output;
  if (!path.empty()) return write_file(path, list_text(properties));
  if (session.options().json) {
    print_json({{"entries", split_list(std::string(property_value(properties, property::kAcl)))},
                {"owner_user", property_value(properties, property::kOwner)},
                {"owner_group", property_value(properties, property::kGroup)}});
  } else {
    fmt::print("{}", list_text(properties));
  }
  return {};
}

// The list as it is now is shown, as the field's commands do.
Task<Result<void>> change(Session& session, FaceArguments arguments, AccessChangeRequest request) {
  request.pool = arguments.wish.pool;
  request.container = arguments.wish.container;
  FIRN_CO_CHECK(co_await session.client().ask(std::move(request)));
  co_return co_await face_get_access(session, std::move(arguments));
}

}  // namespace

Task<Result<void>> face_get_access(Session& session, FaceArguments arguments) {
  FIRN_CO_TRY(const auto properties, co_await properties_of(session, arguments.wish));
  co_return show(session, arguments, properties);
}

Task<Result<void>> face_overwrite_access(Session& session, FaceArguments arguments) {
  AccessChangeRequest request{.change = AccessChange::overwrite};
  FIRN_CO_TRY(request.text, wanted_list(arguments));
  co_return co_await change(session, std::move(arguments), std::move(request));
}

Task<Result<void>> face_update_access(Session& session, FaceArguments arguments) {
  AccessChangeRequest request{.change = AccessChange::update};
  FIRN_CO_TRY(request.text, wanted_list(arguments));
  co_return co_await change(session, std::move(arguments), std::move(request));
}

Task<Result<void>> face_delete_access(Session& session, FaceArguments arguments) {
  AccessChangeRequest request{.change = AccessChange::remove, .text = arguments.access.principal};
  co_return co_await change(session, std::move(arguments), std::move(request));
}

Task<Result<void>> face_set_owner(Session& session, FaceArguments arguments) {
  ContainerSetPropertiesRequest request{.pool = arguments.wish.pool, .container = arguments.wish.container};
  FIRN_CO_TRY(request.properties, access_properties(arguments.access));
  if (request.properties.empty()) co_return fail(Code::invalid, "neither an owner nor a group is given");
  FIRN_CO_CHECK(co_await session.client().set_container_properties(std::move(request)));
  if (session.options().json) {
    print_json(nullptr);
  } else {
    fmt::print("Successfully set owner for container {}\n", arguments.wish.container);
  }
  co_return {};
}

Result<std::vector<Property>> access_properties(const AccessWish& wish) {
  std::vector<Property> properties;
  // "alice" is "alice@" here.
  const auto principal = [](const std::string& name) { return name.contains('@') ? name : name + "@"; };
  if (!wish.user.empty()) properties.push_back({std::string(property::kOwner), principal(wish.user)});
  if (!wish.group.empty()) properties.push_back({std::string(property::kGroup), principal(wish.group)});
  if (!wish.file.empty()) {
    FIRN_TRY(std::string list, read_list(wish.file));
    properties.push_back({std::string(property::kAcl), std::move(list)});
  }
  return properties;
}

}  // namespace firn::cli
