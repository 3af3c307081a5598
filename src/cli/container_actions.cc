// Making containers; see container_actions.h.
#include "cli/container_actions.h"

#include <unistd.h>

#include "cli/output.h"
#include "model/object_id.h"
#include "model/properties.h"
#include "runtime/users.h"

namespace firn::cli {

namespace {

Result<ObjectClassId> parse_class(const std::string& name) {
  if (name.empty()) return ObjectClassId{};
  const auto id = class_from_name(name);
  if (id) return *id;
  return fail(Code::unsupported, "not supported: this object class")
      .on("class", name)
      .remedy("this version knows the unprotected classes S1, S2, … and SX");
}

Result<dfs::FormatOptions> format_options(const ContainerWish& wish) {
  dfs::FormatOptions options;
  if (!wish.chunk_size.empty()) {
    FIRN_TRY(options.chunk_bytes, parse_bytes(wish.chunk_size));
  }
  FIRN_TRY(options.file_class, parse_class(wish.file_class));
  FIRN_TRY(options.directory_class, parse_class(wish.directory_class));
  options.owner = {::geteuid(), ::getegid()};
  return options;
}

// A POSIX container without its file system would be of no use: it is removed again when formatting fails.
Task<Result<void>> format_or_destroy(Session& session, ContainerWish wish, ContainerInfo made) {
  FIRN_CO_TRY(dfs::FormatOptions options, format_options(wish));
  FIRN_CO_TRY(auto pool, co_await session.client().connect_pool(wish.pool));
  FIRN_CO_TRY(auto container, co_await pool->open_container(made.id.uuid.text()));
  Result<void> formatted = co_await dfs::FileSystem::format(container, options);
  if (!formatted) (void)co_await session.client().destroy_container(wish.pool, made.id.uuid.text());
  co_return formatted;
}

}  // namespace

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

Task<Result<ContainerInfo>> make_container(Session& session, ContainerWish wish) {
  const bool posix = wish.type == "POSIX" || wish.type == "posix";
  if (!posix && wish.type != "none") {
    co_return fail(Code::unsupported, "not supported: this container type")
        .on("type", wish.type)
        .remedy("use --type POSIX for files or --type none for plain objects");
  }
  ContainerCreateRequest request{.pool = wish.pool, .label = wish.container};
  FIRN_CO_TRY(request.properties, parse_properties(wish.properties));
  FIRN_CO_CHECK(format_options(wish));
  if (posix) request.properties.push_back({"layout_type", "POSIX"});
  add_maker(request.properties, process_credential());
  FIRN_CO_TRY(ContainerInfo made, co_await session.client().create_container(std::move(request)));
  if (posix) FIRN_CO_CHECK(co_await format_or_destroy(session, wish, made));
  co_return made;
}

}  // namespace firn::cli
