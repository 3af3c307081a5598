// Pieces: how an array's extents are cut for storing and checksumming. Each piece lies within one aligned
// unit of at most 64 KiB (a power of two of records, at least one), so "which stored extents overlap [a, b)"
// needs no look back further than the unit that holds a, and client, store and reader cut at the same places:
// the client's checksum of a piece is the one that is stored and later verified.
#pragma once

#include <bit>

#include "model/io.h"

namespace firn {

constexpr uint64_t kPieceBytesMax = 64 * 1024;  // larger only when one record is

// Records per unit; record_bytes > 0.
constexpr uint64_t unit_records(uint64_t record_bytes) {
  return record_bytes >= kPieceBytesMax ? 1 : std::bit_floor(kPieceBytesMax / record_bytes);
}

// Calls piece(Recx) for each piece of `extent`, ascending.
template <class Visitor>
void for_each_piece(Recx extent, uint64_t record_bytes, Visitor&& piece) {
  const uint64_t unit = unit_records(record_bytes);
  for (uint64_t at = extent.start; at < extent.end();) {
    const uint64_t unit_end = (at / unit + 1) * unit;
    const uint64_t end = unit_end < extent.end() ? unit_end : extent.end();
    piece(Recx{at, end - at});
    at = end;
  }
}

}  // namespace firn
