// See face_properties.h.
#include "cli/face_properties.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/face.h"
#include "cli/output.h"
#include "cli/print_json.h"
#include "model/properties.h"

namespace firn::cli {

Result<void> show_properties(const GlobalOptions& options, const std::string& label,
                             const std::vector<Property>& properties, const std::string& names) {
  std::vector<Property> all = {{std::string(property::kLabel), label}};
  all.insert(all.end(), properties.begin(), properties.end());
  std::vector<Property> wanted = names.empty() ? all : std::vector<Property>();
  for (const std::string& name : split_list(names)) {
    const auto found = std::ranges::find(all, name, &Property::name);
    if (found == all.end()) return fail(Code::not_found, "there is no such property").on("property", name);
    wanted.push_back(*found);
  }
  if (options.json) {
    auto response = nlohmann::json::array();
    for (const Property& each : wanted) response.push_back({{"name", each.name}, {"value", each.value}});
    print_json(response);
    return {};
  }
  Table table({"NAME", "VALUE"});
  for (const Property& each : wanted) table.add({each.name, each.value});
  fmt::print("{}", table.text());
  return {};
}

}  // namespace firn::cli
