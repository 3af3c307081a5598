// What all rows do when a call fails, and how they print.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <firn.h>

namespace firn::bench {

inline void check(int result, const char* call) {
  if (result == 0) return;
  std::fprintf(stderr, "%s: %d (%s)\n", call, result, firn_last_error());
  std::exit(1);
}

inline double seconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

inline void print_us(const char* row, double us) { std::printf("  %-34s %8.1f us\n", row, us); }
inline void print_rate(const char* row, double us) { std::printf("  %-34s %8.1f k/s\n", row, 1e3 / us); }
inline void print_bandwidth(const char* row, double us, double bytes) {
  std::printf("  %-34s %8.0f MiB/s\n", row, bytes / us * 1e6 / (1 << 20));
}

}  // namespace firn::bench
