// How the process's memory is kept: for main() of programs that move data.
#pragma once

#include <malloc.h>

namespace firn::cli {

// Buffers of requests come and go by the megabyte; by default malloc would give each back to the kernel and
// take page faults for the next one, which costs more than the transfer.
inline void keep_large_buffers() {
  (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
  (void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

}  // namespace firn::cli
