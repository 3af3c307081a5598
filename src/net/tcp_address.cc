// Addresses of TCP endpoints; see tcp_address.h.
#include "net/tcp_address.h"

#include <charconv>

namespace firn::net {

Result<TcpAddress> parse_tcp_address(std::string_view uri) {
  const auto invalid = [uri] {
    return fail(Code::invalid, "not a TCP address")
        .on("address", uri)
        .remedy("write it like tcp://127.0.0.1:10001 or tcp://[::1]:10001");
  };
  constexpr std::string_view kPrefix = "tcp://";
  if (!uri.starts_with(kPrefix)) return invalid();
  std::string_view rest = uri.substr(kPrefix.size());
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return invalid();
  std::string_view host = rest.substr(0, colon);
  const std::string port_text(rest.substr(colon + 1));
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && host.contains(':'))) return invalid();
  uint16_t port = 0;
  const char* const end = port_text.c_str() + port_text.size();
  const auto parsed = std::from_chars(port_text.c_str(), end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end) return invalid();
  return TcpAddress{std::string(host), port};
}

std::string tcp_uri(std::string_view host, uint16_t port) {
  std::string uri = "tcp://";
  if (host.contains(':')) {
    uri.append("[").append(host).append("]");
  } else {
    uri.append(host);
  }
  return uri.append(":").append(std::to_string(port));
}

}  // namespace firn::net
