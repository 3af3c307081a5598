// CRC32C by ISA-L; see crc32c.h.
#include "codec/crc32c.h"

#include <algorithm>

#include <isa-l/crc.h>

namespace firn {

uint32_t crc32c(ByteView bytes, uint32_t seed) {
  constexpr size_t kStepBytes = 1 << 30;  // the library counts in int
  uint32_t state = ~seed;                 // the library leaves the inversion before and after to its caller
  while (!bytes.empty()) {
    const ByteView step = bytes.first(std::min(bytes.size(), kStepBytes));
    // The library takes a pointer to mutable bytes, but only reads.
    auto* const data = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(step.data()));
    state = crc32_iscsi(data, static_cast<int>(step.size()), state);
    bytes = bytes.subspan(step.size());
  }
  return ~state;
}

uint32_t crc32c(std::span<const ByteView> parts, uint32_t seed) {
  for (const ByteView part : parts) seed = crc32c(part, seed);
  return seed;
}

}  // namespace firn
