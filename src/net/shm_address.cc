// Addresses of engines on this host; see shm_address.h.
#include "net/shm_address.h"

#include <charconv>

namespace firn::net {

namespace {

constexpr std::string_view kMarkSeparator = "?at=";

bool plain(char c) {
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("-._~/").contains(c);
}

}  // namespace

Result<ShmAddress> parse_shm_address(std::string_view uri) {
  const auto invalid = [uri] {
    return fail(Code::invalid, "not the address of an engine on this host")
        .on("address", uri)
        .remedy("write it like shm:///var/lib/firn/engine.socket");
  };
  if (!uri.starts_with(kShmScheme)) return invalid();
  const std::string_view rest = uri.substr(kShmScheme.size());
  const size_t separator = rest.find(kMarkSeparator);
  const std::string_view encoded = rest.substr(0, separator);
  ShmAddress address;
  if (separator != std::string_view::npos) address.mark = rest.substr(separator + kMarkSeparator.size());
  for (size_t i = 0; i < encoded.size(); i++) {
    if (encoded[i] != '%') {
      if (!plain(encoded[i])) return invalid();
      address.path += encoded[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = encoded.substr(i + 1, 2);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || parsed.ec != std::errc() || parsed.ptr != digits.data() + 2 || value == 0)
      return invalid();
    address.path += static_cast<char>(value);
    i += 2;
  }
  if (!address.path.starts_with('/')) return invalid();
  return address;
}

std::string shm_uri(const ShmAddress& address) {
  std::string uri(kShmScheme);
  for (const char c : address.path) {
    if (plain(c)) {
      uri += c;
      continue;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(c);
    uri += {'%', kDigits[value >> 4], kDigits[value & 15]};
  }
  if (!address.mark.empty()) uri.append(kMarkSeparator).append(address.mark);
  return uri;
}

}  // namespace firn::net
