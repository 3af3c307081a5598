// Memory in large pages; see slab.h.
#include "base/slab.h"

#include <sys/mman.h>

namespace firn {

Slab::Slab() : memory_(kBytes, kBytes) {
  ::madvise(data(), kBytes, MADV_HUGEPAGE);  // a hint: without it the memory is slower, not wrong
}

}  // namespace firn
