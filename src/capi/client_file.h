// /etc/firn/client.yml: where a host's programs find their systems. Of YAML it has comments, and
//   system: tcp://storage1:10001
//   systems:
//     archive: tcp://storage9:10001
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace firn::capi {

struct ClientFile {
  static constexpr size_t kBytesMax = 1 << 20;
  std::string system;  // the default; empty: none
  std::map<std::string, std::string> systems;
};

// Code::invalid, with the line, for anything else.
Result<ClientFile> parse_client_file(std::string_view text);

}  // namespace firn::capi
