// A progress line on a terminal: what is done, how fast, how long it will take. Silent when standard error is
// no terminal.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace firn::cli {

struct CopyTotals {
  uint64_t files = 0;
  uint64_t directories = 0;
  uint64_t symlinks = 0;
  uint64_t bytes = 0;
  uint64_t entries() const { return files + directories + symlinks; }
};

class ProgressLine {
 public:
  // `shown`: whether to draw at all (--quiet, --json and pipes do not).
  ProgressLine(bool shown, MonotonicTime start) : shown_(shown), start_(start), drawn_(start) {}
  ~ProgressLine() { clear(); }
  // Draws at most ten times a second. While `expected_final` is false more work may turn up, and no time left
  // is given.
  void update(const CopyTotals& done, const CopyTotals& expected, bool expected_final, MonotonicTime now);
  void clear();

 private:
  bool shown_;
  bool visible_ = false;
  MonotonicTime start_;
  MonotonicTime drawn_;
};

bool standard_error_is_terminal();

}  // namespace firn::cli
