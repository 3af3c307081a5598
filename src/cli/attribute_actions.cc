// Attributes; see attribute_actions.h.
#include "cli/attribute_actions.h"

#include <fmt/format.h>

#include "cli/container_actions.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "model/attribute_messages.h"

namespace firn::cli {

namespace {

void print_done(const GlobalOptions& options) {
  if (options.json) print_json(nullptr);
}

void print_attributes(const GlobalOptions& options, const std::vector<Attribute>& attributes) {
  if (options.json) {
    auto response = nlohmann::json::array();
    for (const auto& [name, value] : attributes) response.push_back({{"name", name}, {"value", value}});
    return print_json(response);
  }
  Table table({"NAME", "VALUE"});
  for (const auto& [name, value] : attributes) table.add({printable(name), printable(value)});
  fmt::print("{}", table.text());
}

void print_names(const GlobalOptions& options, const std::vector<std::string>& names) {
  if (options.json) {
    auto response = nlohmann::json::array();
    for (const std::string& name : names) response.push_back({{"name", name}});
    return print_json(response);
  }
  if (names.empty() && !options.quiet) fmt::print("No attributes.\n");
  for (const std::string& name : names) fmt::print("{}\n", printable(name));
}

Task<Result<std::vector<std::string>>> names_of(Session& session, AttributeWish wish) {
  FIRN_CO_TRY(auto reply, co_await session.client().ask(AttributeListRequest{wish.pool, wish.container}));
  co_return std::move(reply.names);
}

}  // namespace

Task<Result<void>> set_attributes(Session& session, AttributeWish wish) {
  AttributeSetRequest request{wish.pool, wish.container, {}};
  FIRN_CO_TRY(const std::vector<Property> pairs, parse_properties(wish.pairs));
  for (const Property& pair : pairs) request.attributes.push_back({pair.name, pair.value});
  FIRN_CO_CHECK(co_await session.client().ask(std::move(request)));
  print_done(session.options());
  co_return {};
}

Task<Result<void>> get_attributes(Session& session, AttributeWish wish) {
  if (wish.names.empty()) {
    FIRN_CO_TRY(wish.names, co_await names_of(session, wish));
  }
  AttributeGetReply reply;
  if (!wish.names.empty()) {
    FIRN_CO_TRY(reply,
                co_await session.client().ask(AttributeGetRequest{wish.pool, wish.container, wish.names}));
  }
  print_attributes(session.options(), reply.attributes);
  co_return {};
}

Task<Result<void>> list_attributes(Session& session, AttributeWish wish) {
  if (wish.with_values) co_return co_await get_attributes(session, std::move(wish));
  FIRN_CO_TRY(const auto names, co_await names_of(session, wish));
  print_names(session.options(), names);
  co_return {};
}

Task<Result<void>> delete_attributes(Session& session, AttributeWish wish) {
  FIRN_CO_CHECK(co_await session.client().ask(AttributeDeleteRequest{wish.pool, wish.container, wish.names}));
  print_done(session.options());
  co_return {};
}

}  // namespace firn::cli
