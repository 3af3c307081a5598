// Which system is meant; see system.h.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "capi/client_file.h"
#include "capi/system.h"

namespace firn::capi {

namespace {

constexpr const char* kClientFile = "/etc/firn/client.yml";
constexpr std::string_view kDefaultName = "daos_server";

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Empty if there is no file.
Result<ClientFile> read_client_file() {
  std::ifstream stream(kClientFile);
  if (!stream) return ClientFile();
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  auto file = parse_client_file(text);
  if (!file) return std::move(file).error().on("file", kClientFile);
  return file;
}

}  // namespace

Result<std::string> system_name(const char* sys) {
  const std::string_view wanted = sys == nullptr ? "" : sys;
  if (wanted.contains('/')) return std::string(wanted);
  const bool any = wanted.empty() || wanted == kDefaultName;
  const std::string chosen = environment("FIRN_SYSTEM");
  if (any && !chosen.empty()) return chosen;
  FIRN_TRY(const ClientFile file, read_client_file());
  if (const auto named = file.systems.find(std::string(wanted)); named != file.systems.end())
    return named->second;
  if (!any) {
    return fail(Code::not_found, "there is no system of that name")
        .on("system", wanted)
        .on("file", kClientFile)
        .remedy("name it there below \"systems:\", or pass NULL and set FIRN_SYSTEM");
  }
  if (!file.system.empty()) return file.system;
  const std::string home = environment("HOME");
  return (home.empty() ? "." : home) + "/.local/share/firn";
}

}  // namespace firn::capi
