// Integers of variable length: seven bits a byte, lowest first, the highest bit set in all but the last
// (LEB128). Small numbers take one byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firn {

constexpr size_t kVarintBytesMax = 10;

// Gives the place behind what it wrote; at most kVarintBytesMax bytes.
inline char* put_varint(char* at, uint64_t value) {
  for (; value >= 0x80; value >>= 7) *at++ = static_cast<char>(value | 0x80);
  *at++ = static_cast<char>(value);
  return at;
}

// Removes one from the front of `in`. False if there is none, none of 64 bits, or one that is longer than
// necessary: a number has one form.
inline bool take_varint(std::string_view& in, uint64_t& value) {
  value = 0;
  for (size_t i = 0; i < in.size() && i < kVarintBytesMax; i++) {
    const auto byte = static_cast<uint8_t>(in[i]);
    const uint64_t bits = byte & 0x7f;
    const auto shift = static_cast<unsigned>(7 * i);
    if (bits << shift >> shift != bits || (byte == 0 && i > 0)) return false;
    value |= bits << shift;
    if (byte < 0x80) {
      in.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace firn
