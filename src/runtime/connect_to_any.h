// connect_to_any: a connection to the first address of a host that answers; what the loops' sockets share.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "runtime/executor.h"
#include "runtime/socket.h"
#include "runtime/socket_address.h"

namespace firn {

// `connect(address, deadline)` gives a Task<Result<std::unique_ptr<Socket>>>. The last address's error, or
// that of the one at which time was up.
template <class Connect>
Task<Result<std::unique_ptr<Socket>>> connect_to_any(Executor& executor, std::string host, uint16_t port,
                                                     Duration timeout, Connect connect) {
  const MonotonicTime deadline = executor.now() + timeout;
  FIRN_CO_TRY(const auto addresses, co_await resolve_on(executor, std::move(host), port));
  for (size_t i = 0;; i++) {
    auto socket = co_await connect(addresses[i], deadline);
    if (socket || i + 1 == addresses.size() || executor.now() >= deadline) co_return socket;
  }
}

}  // namespace firn
