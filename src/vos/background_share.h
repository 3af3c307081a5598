// BackgroundShare: keeps background work to its share of the thread's time. Work is done in slices; between
// them give_way() lets others run, and sleeps as long as the share demands. Time spent waiting for devices
// does not count.
#pragma once

#include <algorithm>

#include "runtime/executor.h"
#include "runtime/sleep.h"
#include "runtime/task.h"

namespace firn::vos {

class BackgroundShare {
 public:
  // `percent` of the thread's time, 1 to 100. The executor outlives it.
  BackgroundShare(Executor& executor, uint64_t percent)
      : executor_(executor), percent_(static_cast<int64_t>(std::clamp<uint64_t>(percent, 1, 100))) {}

  // Does a piece of work and counts its time; gives what it gave.
  template <class Work>
  auto work(Work work) {
    const MonotonicTime began = executor_.now();
    auto result = work();
    worked_ = worked_ + (executor_.now() - began);
    return result;
  }
  Task<void> give_way() {
    co_await yield(executor_);
    if (worked_ < kSlice) co_return;
    const Duration worked = std::exchange(worked_, Duration{});
    if (waiting_ == 0) co_await sleep_for(executor_, worked * (100 - percent_) / percent_);
  }
  // While somebody waits for the outcome the work takes what time it needs.
  class Hurry {
   public:
    explicit Hurry(BackgroundShare& share) : share_(share) { share_.waiting_++; }
    Hurry(const Hurry&) = delete;
    Hurry& operator=(const Hurry&) = delete;
    ~Hurry() { share_.waiting_--; }

   private:
    BackgroundShare& share_;
  };

 private:
  static constexpr Duration kSlice = std::chrono::microseconds(200);

  Executor& executor_;
  const int64_t percent_;
  Duration worked_{};
  uint64_t waiting_ = 0;
};

}  // namespace firn::vos
