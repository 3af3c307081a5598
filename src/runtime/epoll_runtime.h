// EpollRuntime: the runtime of a client inside somebody else's program: real time and sockets, and no
// devices. Belongs to whoever has it at the time, like its loop (runtime/epoll_executor.h).
#pragma once

#include <memory>
#include <utility>

#include "runtime/blocking_run.h"
#include "runtime/epoll_executor.h"
#include "runtime/epoll_socket.h"
#include "runtime/host_runtime.h"

namespace firn {

class EpollRuntime final : public HostRuntime {
 public:
  // The log outlives it, and takes lines from any thread.
  static Result<std::unique_ptr<EpollRuntime>> create(Log& log, EpollOptions options = {});

  Executor& executor() override { return *loop_; }
  WallTime wall_time() const override;
  Rng& rng() override { return rng_; }
  // Must not be called: a client has no devices.
  Storage& storage() override;
  Log& log() override { return log_; }
  Sockets& sockets() override { return sockets_; }
  EpollExecutor& loop() override { return *loop_; }

  // Runs the loop in this thread until the task has ended.
  template <class T>
  T run(Task<T> task) {
    return blocking_run(*loop_, std::move(task));
  }

 private:
  EpollRuntime(std::unique_ptr<EpollExecutor> loop, uint64_t seed, Log& log);

  std::unique_ptr<EpollExecutor> loop_;
  Rng rng_;
  Log& log_;
  EpollSockets sockets_;
};

}  // namespace firn
