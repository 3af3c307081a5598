// ProcessInfo: what the kernel says of this process.
#pragma once

#include <cstdint>

#include "base/error.h"

namespace firn {

struct ProcessInfo {
  double start_seconds = 0;  // since 1970
  double cpu_seconds = 0;    // of all threads, used so far
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t threads = 0;
  uint64_t open_descriptors = 0;
  uint64_t max_descriptors = 0;
};

// Code::io if /proc cannot be read or understood.
Result<ProcessInfo> process_info();
// The memory that the kernel has, whoever uses it.
uint64_t host_memory_bytes();

}  // namespace firn
