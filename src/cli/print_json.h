// JSON answers of commands.
#pragma once

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace firn::cli {

// {"response": …, "error": null, "status": 0} on standard output; the status is the exit status.
void print_json(const nlohmann::json& response, int status = 0);
// {"response": null, "error": "…", "code": "…", "remedy": "…", "status": 1}
void print_json_error(const Error& error);

}  // namespace firn::cli
