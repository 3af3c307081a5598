// CRC32C (Castagnoli, RFC 3720 appendix B.4): the checksum of everything stored and sent. At memory speed
// (ISA-L).
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace firn {

// The checksum of `bytes`, going on from that of what precedes them: crc32c(b, crc32c(a)) is the checksum of
// a then b.
uint32_t crc32c(ByteView bytes, uint32_t seed = 0);
// Of the parts one after the other.
uint32_t crc32c(std::span<const ByteView> parts, uint32_t seed = 0);

}  // namespace firn
