// ManualRuntime: a Runtime for tests of the control room: virtual time, a fixed seed, no disk. And what the
// tests say of results.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/assert.h"
#include "base/error.h"
#include "runtime/blocking_run.h"
#include "runtime/manual_executor.h"
#include "runtime/runtime.h"

namespace firn::control {

class ManualRuntime final : public Runtime, private Log {
 public:
  ManualExecutor& executor() override { return executor_; }
  WallTime wall_time() const override { return {1'800'000'000'000'000'000 + executor_.now().ns}; }
  Rng& rng() override { return rng_; }
  Storage& storage() override { assert_failed("no test of this room uses a disk", __FILE__, __LINE__); }
  Log& log() override { return *this; }

  template <class T>
  T run(Task<T> task) {
    return blocking_run<T>(executor_, std::move(task));
  }
  // Lines that were logged.
  std::vector<std::string> lines;

 private:
  void write(LogLevel, std::string_view line) override { lines.emplace_back(line); }

  ManualExecutor executor_;
  Rng rng_{42};
};

// The value; a failure of the test, with the message, if there is none.
template <class T>
T ok(Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message();
    assert_failed("a result that the test needs is an error", __FILE__, __LINE__);
  }
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// The error's code, or none (0).
template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code{} : result.error().code();
}

}  // namespace firn::control
