// Bytes: views of data buffers, and conversions to and from text views. Keys and small values travel as
// std::string/std::string_view, bulk data as spans of std::byte.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firn {

using ByteView = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline void copy_bytes(MutableBytes target, ByteView source) {
  if (!source.empty()) std::memcpy(target.data(), source.data(), source.size());
}
// The total length of a gather or scatter list.
template <class Parts>
size_t total_bytes(const Parts& parts) {
  size_t total = 0;
  for (const auto& part : parts) total += part.size();
  return total;
}

}  // namespace firn
