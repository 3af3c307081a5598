// EpollSockets: TCP, and listening within the host, on an EpollExecutor; they go with it from thread to
// thread.
#pragma once

#include <memory>
#include <string>

#include "runtime/epoll_executor.h"
#include "runtime/socket.h"

namespace firn {

class EpollSockets final : public Sockets {
 public:
  // The executor outlives the sockets.
  explicit EpollSockets(EpollExecutor& executor) : executor_(executor) {}

  // Names are looked up as by UringSockets (runtime/uring_socket.h).
  Result<std::unique_ptr<ListenSocket>> listen(std::string host, uint16_t port) override;
  Result<std::unique_ptr<ListenSocket>> listen_local(std::string path) override;
  Task<Result<std::unique_ptr<Socket>>> connect(std::string host, uint16_t port, Duration timeout) override;
  std::unique_ptr<Socket> adopt(int descriptor) override;
  std::unique_ptr<LocalSocket> adopt_local(Descriptor descriptor) override;

 private:
  EpollExecutor& executor_;
};

}  // namespace firn
