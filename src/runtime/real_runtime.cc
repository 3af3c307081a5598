// The real runtime's parts put together; see real_runtime.h.
#include "runtime/real_runtime.h"

#include "runtime/file_storage.h"
#include "runtime/real_clock.h"
#include "runtime/real_seed.h"
#include "runtime/stderr_log.h"
#include "runtime/uring_socket.h"

namespace firn {

Result<std::unique_ptr<RealRuntime>> RealRuntime::create(RealRuntimeOptions options) {
  FIRN_TRY(const uint64_t seed, real_seed());
  FIRN_TRY(auto loop, UringExecutor::create(options.loop));
  return std::unique_ptr<RealRuntime>(new RealRuntime(std::move(loop), seed, std::move(options)));
}

RealRuntime::RealRuntime(std::unique_ptr<UringExecutor> loop, uint64_t seed, RealRuntimeOptions options)
    : loop_(std::move(loop)),
      rng_(seed),
      log_(std::make_unique<StderrLog>(options.log_level)),
      storage_(std::make_unique<FileStorage>(*loop_, std::move(options.storage_root),
                                             FileStorageOptions{options.device_kind, log_.get()})),
      sockets_(std::make_unique<UringSockets>(*loop_)) {}

RealRuntime::~RealRuntime() = default;

WallTime RealRuntime::wall_time() const { return real_wall_time(); }

}  // namespace firn
