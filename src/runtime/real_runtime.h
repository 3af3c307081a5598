// RealRuntime: the runtime that programs run on: real time, files, sockets and random numbers. The only place
// that asks the operating system for them. One per thread.
//
//   FIRN_TRY(auto runtime, RealRuntime::create({.storage_root = "/var/lib/firn"}));
//   Result<void> result = runtime->run(serve(*runtime));
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "runtime/blocking_run.h"
#include "runtime/device_kind.h"
#include "runtime/host_runtime.h"
#include "runtime/uring_executor.h"

namespace firn {

struct RealRuntimeOptions {
  std::string storage_root;  // where the devices' files are; needed only if storage() is used
  DeviceKind device_kind = DeviceKind::automatic;
  LogLevel log_level = LogLevel::info;
  UringOptions loop = {};
};

class RealRuntime final : public HostRuntime {
 public:
  // Code::unsupported where io_uring is not allowed.
  static Result<std::unique_ptr<RealRuntime>> create(RealRuntimeOptions options = {});
  ~RealRuntime() override;

  Executor& executor() override { return *loop_; }
  WallTime wall_time() const override;
  Rng& rng() override { return rng_; }
  Storage& storage() override { return *storage_; }
  Log& log() override { return *log_; }
  Sockets& sockets() override { return *sockets_; }
  UringExecutor& loop() override { return *loop_; }

  // Runs the loop in this thread until the task has ended; always from the same thread.
  template <class T>
  T run(Task<T> task) {
    return blocking_run(*loop_, std::move(task));
  }

 private:
  RealRuntime(std::unique_ptr<UringExecutor> loop, uint64_t seed, RealRuntimeOptions options);

  std::unique_ptr<UringExecutor> loop_;
  Rng rng_;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace firn
