// UringSockets: TCP, and listening within the host, by io_uring. Belongs to its executor's thread.
#pragma once

#include <memory>
#include <string>

#include "runtime/socket.h"
#include "runtime/uring_executor.h"

namespace firn {

class UringSockets final : public Sockets {
 public:
  // The executor outlives the sockets.
  explicit UringSockets(UringExecutor& executor) : executor_(executor) {}

  // A name (as opposed to a numeric address) is looked up here and now; meant for a program's start. An empty
  // host stands for all addresses of this machine.
  Result<std::unique_ptr<ListenSocket>> listen(std::string host, uint16_t port) override;
  Result<std::unique_ptr<ListenSocket>> listen_local(std::string path) override;
  // Tries all addresses of a name in turn. Looking a name up happens in a thread of its own and is not cut
  // short by the timeout.
  Task<Result<std::unique_ptr<Socket>>> connect(std::string host, uint16_t port, Duration timeout) override;
  std::unique_ptr<Socket> adopt(int descriptor) override;
  std::unique_ptr<LocalSocket> adopt_local(Descriptor descriptor) override;

 private:
  UringExecutor& executor_;
};

}  // namespace firn
