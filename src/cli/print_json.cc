// The JSON envelope; see print_json.h.
#include "cli/print_json.h"

#include <cstdio>

#include <fmt/format.h>

namespace firn::cli {

namespace {
// Names in a file system may be any bytes; JSON must be UTF-8: what is not becomes U+FFFD.
std::string dump(const nlohmann::json& document) {
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}
}  // namespace

void print_json(const nlohmann::json& response, int status) {
  fmt::print("{}\n", dump({{"response", response}, {"error", nullptr}, {"status", status}}));
}

void print_json_error(const Error& error) {
  fmt::print("{}\n", dump({{"response", nullptr},
                           {"error", error.message()},
                           {"code", std::string(code_name(error.code()))},
                           {"remedy", std::string(error.remedy())},
                           {"status", 1}}));
}

}  // namespace firn::cli
