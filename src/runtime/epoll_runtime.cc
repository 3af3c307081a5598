// A client's runtime; see epoll_runtime.h.
#include "runtime/epoll_runtime.h"

#include "runtime/real_clock.h"
#include "runtime/real_seed.h"

namespace firn {

Result<std::unique_ptr<EpollRuntime>> EpollRuntime::create(Log& log, EpollOptions options) {
  FIRN_TRY(const uint64_t seed, real_seed());
  FIRN_TRY(auto loop, EpollExecutor::create(options));
  return std::unique_ptr<EpollRuntime>(new EpollRuntime(std::move(loop), seed, log));
}

EpollRuntime::EpollRuntime(std::unique_ptr<EpollExecutor> loop, uint64_t seed, Log& log)
    : loop_(std::move(loop)), rng_(seed), log_(log), sockets_(*loop_) {}

WallTime EpollRuntime::wall_time() const { return real_wall_time(); }

Storage& EpollRuntime::storage() { assert_failed("a client has no devices", __FILE__, __LINE__); }

}  // namespace firn
