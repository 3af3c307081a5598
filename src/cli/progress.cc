// Drawing the progress line; see progress.h.
#include "cli/progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/output.h"

namespace firn::cli {

namespace {

constexpr Duration kRedraw = std::chrono::milliseconds(100);
// A file costs time even when it is empty: count it as so many bytes when judging how much is left.
constexpr uint64_t kEntryWeightBytes = 64 * 1024;

double weight(const CopyTotals& totals) {
  return static_cast<double>(totals.bytes) + static_cast<double>(totals.entries() * kEntryWeightBytes);
}

}  // namespace

bool standard_error_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

void ProgressLine::update(const CopyTotals& done, const CopyTotals& expected, bool expected_final,
                          MonotonicTime now) {
  if (!shown_ || now - drawn_ < kRedraw) return;
  drawn_ = now;
  visible_ = true;
  const double seconds = std::max(std::chrono::duration<double>(now - start_).count(), 1e-3);
  const double fraction = weight(expected) > 0 ? std::min(weight(done) / weight(expected), 1.0) : 0;
  constexpr size_t kBarWidth = 24;
  const auto filled = static_cast<size_t>(fraction * kBarWidth);
  const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
  const auto rate = static_cast<uint64_t>(static_cast<double>(done.bytes) / seconds);
  std::string left = "counting";
  if (expected_final && fraction > 0) {
    const double remaining = seconds / fraction - seconds;
    left = human_duration(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(remaining))) +
           " left";
  }
  fmt::print(stderr, "\r\x1b[K[{}] {:3.0f} %  {} of {} entries  {}  {}/s  {:.0f} entries/s  {}", bar,
             fraction * 100, done.entries(), expected.entries(), human_bytes(done.bytes), human_bytes(rate),
             static_cast<double>(done.entries()) / seconds, left);
  (void)std::fflush(stderr);
}

void ProgressLine::clear() {
  if (!visible_) return;
  fmt::print(stderr, "\r\x1b[K");
  (void)std::fflush(stderr);
  visible_ = false;
}

}  // namespace firn::cli
