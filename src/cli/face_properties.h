// How `daos` and `dmg` show properties.
#pragma once

#include <string>
#include <vector>

#include "cli/session.h"
#include "model/control_messages.h"

namespace firn::cli {

// All of them and the label, or those whose names are given. Code::not_found for a name that is not there.
Result<void> show_properties(const GlobalOptions& options, const std::string& label,
                             const std::vector<Property>& properties, const std::string& names);

}  // namespace firn::cli
