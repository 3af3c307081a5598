// SlowRequests: the latest requests of one service that took longer than a threshold. Bounded; what was is
// also said in the log, at most once a second. One thread.
#pragma once

#include <deque>

#include "model/metrics_messages.h"
#include "net/call_observer.h"
#include "runtime/runtime.h"

namespace firn::engine {

class SlowRequests {
 public:
  static constexpr size_t kKeptMax = 128;

  // The runtime outlives it.
  SlowRequests(Runtime& runtime, Duration threshold) : runtime_(runtime), threshold_(threshold) {}

  // Keeps the call if it took that long.
  void look_at(const net::EndedCall& ended) {
    if (ended.answered - ended.begun >= threshold_) [[unlikely]]
      keep(ended);
  }
  uint64_t count() const { return count_; }
  SlowRequestsReply describe() const;

 private:
  void keep(const net::EndedCall& ended);
  void log(const SlowRequest& request);

  Runtime& runtime_;
  const Duration threshold_;
  std::deque<SlowRequest> kept_;
  uint64_t count_ = 0;
  uint64_t unlogged_ = 0;  // since the last line in the log
  MonotonicTime next_log_{};
};

}  // namespace firn::engine
