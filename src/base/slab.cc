// Memory in large pages; see slab.h.
#include "base/slab.h"

#include <sys/mman.h>

namespace firn {

Slab::Slab() : data_(static_cast<std::byte*>(std::aligned_alloc(kBytes, kBytes))) {
  if (!data_) std::abort();
  ::madvise(data_.get(), kBytes, MADV_HUGEPAGE);  // a hint: without it the memory is slower, not wrong
}

}  // namespace firn
