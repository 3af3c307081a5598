// What both directions of a copy share: how many files are in flight, what is done, what failed.
#pragma once

#include <optional>
#include <string>

#include "cli/copy.h"
#include "runtime/gate.h"
#include "runtime/sync.h"

namespace firn::cli {

class CopyJob {
 public:
  explicit CopyJob(CopyEnvironment environment);

  const CopyOptions& options() const { return environment_.options; }
  Executor& executor() { return environment_.runtime.executor(); }

  // Starts `work`, the copy of one file, when a place is free; waits only if very many are waiting for one
  // already. `name` is for reports. False if the job is to stop (an error or Ctrl-C).
  Task<bool> start(std::string name, Task<Result<void>> work);
  // Starts the walk of one directory, which starts those of the directories in it. When the last walk has
  // ended all is known that will be copied.
  void start_walk(std::string name, Task<Result<void>> work);
  // Waits for all that was started, then gives the summary or the error that ended the job.
  Task<Result<CopySummary>> finish();

  // Waits until `bytes` more may be in memory.
  auto reserve_bytes(uint64_t bytes) {
    return memory_.acquire(std::min<uint64_t>(bytes, memory_.capacity()));
  }

  CopyTotals& expected() { return expected_; }
  CopySummary& summary() { return summary_; }
  void redraw();
  // Says that `name` was left out and why; the copy goes on.
  void skip(const std::string& name, const Error& reason);
  void report(const std::string& name);
  bool stopping() const { return error_.has_value() || environment_.cancel.canceled(); }
  void stop(Error error);

 private:
  static Task<void> run(CopyJob* job, std::string name, Task<Result<void>> work, Semaphore::Units queued);
  static Task<void> run_walk(CopyJob* job, std::string name, Task<Result<void>> work);
  void finish_one(const std::string& name, Result<void> result);

  CopyEnvironment environment_;
  MonotonicTime start_;
  Semaphore queue_;    // files that are known and not done
  Semaphore places_;   // files being copied
  Semaphore walkers_;  // directories being read
  Semaphore memory_;
  Gate gate_;
  CopyTotals expected_;
  size_t walks_ = 0;  // that have not ended
  CopySummary summary_;
  std::optional<Error> error_;
  ProgressLine progress_;
};

}  // namespace firn::cli
