// WaitWatch: adds the time that it lives to one of an operation's StoreWaits. Stands in a coroutine around
// the co_await.
//
//   WaitWatch watch(runtime, update.waits, &StoreWaits::log_ns);
//   co_await log.wait_durable(lsn);
#pragma once

#include <cstdint>

#include "model/store_waits.h"
#include "runtime/runtime.h"

namespace firn::vos {

class WaitWatch {
 public:
  // `waits` may be nullptr: nobody wants to know. Both outlive it.
  WaitWatch(Runtime& runtime, StoreWaits* waits, uint64_t StoreWaits::* stage_ns)
      : runtime_(runtime), waits_(waits), stage_ns_(stage_ns) {
    if (waits_ != nullptr) begun_ = runtime_.now();
  }
  WaitWatch(const WaitWatch&) = delete;
  WaitWatch& operator=(const WaitWatch&) = delete;
  ~WaitWatch() {
    if (waits_ != nullptr) waits_->*stage_ns_ += static_cast<uint64_t>((runtime_.now() - begun_).count());
  }

 private:
  Runtime& runtime_;
  StoreWaits* const waits_;
  uint64_t StoreWaits::* const stage_ns_;
  MonotonicTime begun_;
};

}  // namespace firn::vos
