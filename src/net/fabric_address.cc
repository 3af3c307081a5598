// Addresses over a fabric; see fabric_address.h.
#include "net/fabric_address.h"

#include <algorithm>

#include "net/tcp_address.h"

namespace firn::net {

namespace {

constexpr std::string_view kScheme = "fabric+";
constexpr std::string_view kTcpScheme = "tcp://";
constexpr size_t kNameBytesMax = 64;

// Names go to libfabric, into messages and logs.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
  });
}

}  // namespace

Result<FabricChoice> parse_fabric_choice(std::string_view text) {
  const size_t slash = text.find('/');
  FabricChoice choice{.provider = std::string(text.substr(0, slash))};
  if (slash != std::string_view::npos) choice.domain = text.substr(slash + 1);
  if (!is_name(choice.provider) || (slash != std::string_view::npos && !is_name(choice.domain))) {
    return fail(Code::invalid, "this names no fabric")
        .on("fabric", text)
        .remedy("write it like verbs or verbs/mlx5_0; fi_info shows providers and domains");
  }
  return choice;
}

bool is_fabric_address(std::string_view uri) { return uri.starts_with(kScheme); }

Result<FabricAddress> parse_fabric_address(std::string_view uri) {
  const size_t colon = uri.find("://");
  if (!is_fabric_address(uri) || colon == std::string_view::npos ||
      !is_name(uri.substr(kScheme.size(), colon - kScheme.size()))) {
    return fail(Code::invalid, "not an address over a fabric")
        .on("address", uri)
        .remedy("write it like fabric+verbs://10.0.0.1:10001");
  }
  FabricAddress address{.provider = std::string(uri.substr(kScheme.size(), colon - kScheme.size())),
                        .tcp_uri = std::string(kTcpScheme).append(uri.substr(colon + 3))};
  FIRN_CHECK(parse_tcp_address(address.tcp_uri));
  return address;
}

std::string fabric_uri(std::string_view provider, std::string_view tcp_uri) {
  return std::string(kScheme).append(provider).append("://").append(tcp_uri.substr(kTcpScheme.size()));
}

}  // namespace firn::net
