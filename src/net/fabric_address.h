// How fabrics are named and used. Addresses of engines over a fabric: "fabric+PROVIDER://HOST:PORT", where
// host and port are those of the engine's TCP address, and the choice of a fabric on this host: "PROVIDER" or
// "PROVIDER/DOMAIN". Providers are called as libfabric calls them: tcp, verbs, cxi, opx, efa, psm3, sockets,
// shm; docs/fabric.md.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace firn::net {

// Which of this host's fabrics to use.
struct FabricChoice {
  std::string provider;
  std::string domain;  // a network interface or device, e.g. "mlx5_0"; empty: the provider's first
};

struct FabricLimits {
  // How long a peer may keep memory of a channel that is closed, before all channels of the thread are
  // broken to have it back. A client wants its user's buffers; a server has time.
  Duration fence_after = std::chrono::milliseconds(100);
  // A frame that has not been read after so long costs the channel: not every provider says that a read
  // failed.
  Duration reading_max = std::chrono::seconds(30);
};

// Code::invalid with a remedy when it is none.
Result<FabricChoice> parse_fabric_choice(std::string_view text);

struct FabricAddress {
  std::string provider;
  std::string tcp_uri;  // where the hello goes
};

Result<FabricAddress> parse_fabric_address(std::string_view uri);
std::string fabric_uri(std::string_view provider, std::string_view tcp_uri);
bool is_fabric_address(std::string_view uri);

}  // namespace firn::net
