// Bounded concurrency and bookkeeping of a copy; see copy_job.h.
#include "cli/copy_job.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/output.h"

namespace firn::cli {

namespace {

constexpr size_t kQueuedMax = 16384;
constexpr size_t kWalkersMax = 32;

// Errors that concern one file only: the rest of the copy can go on.
bool concerns_one_file(Code code) {
  switch (code) {
    case Code::not_found:
    case Code::permission:
    case Code::name_too_long:
    case Code::is_directory:
    case Code::not_directory:
    case Code::exists:
    case Code::unsupported:
    case Code::symlink_loop:
      return true;
    default:
      return false;
  }
}

}  // namespace

CopyJob::CopyJob(CopyEnvironment environment)
    : environment_(environment),
      start_(environment.runtime.now()),
      queue_(environment.runtime.executor(), kQueuedMax),
      places_(environment.runtime.executor(), environment.options.files_in_flight),
      walkers_(environment.runtime.executor(), kWalkersMax),
      memory_(environment.runtime.executor(), environment.options.bytes_in_flight),
      gate_(environment.runtime.executor()),
      progress_(environment.options.show_progress, start_) {}

Task<bool> CopyJob::start(std::string name, Task<Result<void>> work) {
  Semaphore::Units queued = co_await queue_.acquire();
  if (stopping()) co_return false;
  gate_.spawn(run(this, std::move(name), std::move(work), std::move(queued)));
  co_return true;
}

Task<void> CopyJob::run(CopyJob* job, std::string name, Task<Result<void>> work, Semaphore::Units queued) {
  Semaphore::Units place = co_await job->places_.acquire();
  if (!job->stopping()) job->finish_one(name, co_await std::move(work));
  place.release();
  queued.release();
}

void CopyJob::start_walk(std::string name, Task<Result<void>> work) {
  walks_++;
  gate_.spawn(run_walk(this, std::move(name), std::move(work)));
}

Task<void> CopyJob::run_walk(CopyJob* job, std::string name, Task<Result<void>> work) {
  Semaphore::Units walker = co_await job->walkers_.acquire();
  if (!job->stopping()) job->finish_one(name, co_await std::move(work));
  job->walks_--;
  walker.release();
}

void CopyJob::finish_one(const std::string& name, Result<void> result) {
  if (!result && concerns_one_file(result.error().code())) {
    skip(name, result.error());
  } else if (!result) {
    stop(std::move(result).error().on("file", printable(name)));
  }
  redraw();
}

Task<Result<CopySummary>> CopyJob::finish() {
  co_await gate_.close();
  progress_.clear();
  if (error_) co_return std::move(*error_);
  FIRN_CO_CHECK(environment_.cancel.check());
  summary_.took = environment_.runtime.now() - start_;
  co_return summary_;
}

void CopyJob::redraw() {
  progress_.update(summary_.copied, expected_, walks_ == 0, environment_.runtime.now());
}

void CopyJob::skip(const std::string& name, const Error& reason) {
  progress_.clear();
  summary_.skipped++;
  fmt::print(stderr, "firn: skipped {}: {}\n", printable(name), reason.message());
}

void CopyJob::report(const std::string& name) {
  if (!environment_.options.verbose) return;
  progress_.clear();
  fmt::print("{}\n", printable(name));
  (void)std::fflush(stdout);  // what is named is done, and seen at once by who reads along
}

void CopyJob::stop(Error error) {
  if (!error_) error_ = std::move(error);
}

}  // namespace firn::cli
