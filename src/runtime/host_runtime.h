// HostRuntime: a runtime on a real host, as opposed to a simulated one: it has sockets, and a loop that asks
// pollers. What transports are made on.
#pragma once

#include "runtime/poller.h"
#include "runtime/runtime.h"
#include "runtime/socket.h"

namespace firn {

class HostRuntime : public Runtime {
 public:
  virtual Sockets& sockets() = 0;
  virtual PollingExecutor& loop() = 0;
};

}  // namespace firn
