// Ctrl-C and SIGTERM as a callback in an executor, so that commands can end in order. A second signal ends
// the process at once: some terminal user means it.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "runtime/executor.h"

namespace firn::cli {

// Made before any other thread, which then leave these signals to it.
class InterruptWatcher {
 public:
  InterruptWatcher();
  ~InterruptWatcher();
  // From now on the first signal calls `on_signal` in the executor's thread. The executor outlives the
  // watcher.
  void watch(Executor& executor, std::function<void()> on_signal);
  bool interrupted() const { return interrupted_; }

 private:
  void run(Executor& executor, std::function<void()> on_signal);

  int signals_ = -1;
  int end_ = -1;
  std::atomic<bool> interrupted_ = false;
  std::thread thread_;
};

}  // namespace firn::cli
