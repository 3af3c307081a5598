// Slab: 2 MiB of memory, aligned to its size and backed by one large page where the system allows it.
#pragma once

#include <cstddef>

#include "base/mapped_memory.h"

namespace firn {

class Slab {
 public:
  static constexpr size_t kBytes = 2 << 20;

  Slab();
  std::byte* data() { return memory_.data(); }
  const std::byte* data() const { return memory_.bytes().data(); }

 private:
  MappedMemory memory_;
};

}  // namespace firn
