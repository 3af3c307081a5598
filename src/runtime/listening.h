// Sockets that listen, made and bound: what loops of any kind begin with.
#pragma once

#include <string>

#include "base/error.h"
#include "runtime/descriptor.h"
#include "runtime/socket_address.h"

namespace firn {

struct Listening {
  Descriptor descriptor;  // blocking, closed on exec
  SocketAddress address;  // with the port it got
};

// As Sockets::listen and listen_local.
Result<Listening> listen_at_host(const std::string& host, uint16_t port);
Result<Listening> listen_at_path(const std::string& path);

}  // namespace firn
