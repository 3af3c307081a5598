// "tcp://host:port", taken apart. A numeric IPv6 host stands in brackets: "tcp://[::1]:10001".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace firn::net {

struct TcpAddress {
  std::string host;
  uint16_t port = 0;
};

// Code::invalid with a remedy when it is none.
Result<TcpAddress> parse_tcp_address(std::string_view uri);
std::string tcp_uri(std::string_view host, uint16_t port);

}  // namespace firn::net
