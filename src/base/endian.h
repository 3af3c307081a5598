// Fixed-width integers in memory: little endian for messages and disk, big endian where bytes must sort like
// numbers.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>

namespace firn {

template <std::integral T>
constexpr T to_little(T v) {
  if constexpr (std::endian::native == std::endian::big) return std::byteswap(v);
  return v;
}
template <std::integral T>
constexpr T to_big(T v) {
  if constexpr (std::endian::native == std::endian::little) return std::byteswap(v);
  return v;
}
template <std::integral T>
T load_little(const void* at) {
  T v;
  std::memcpy(&v, at, sizeof v);
  return to_little(v);
}
template <std::integral T>
void store_little(void* at, T v) {
  v = to_little(v);
  std::memcpy(at, &v, sizeof v);
}
template <std::integral T>
T load_big(const void* at) {
  T v;
  std::memcpy(&v, at, sizeof v);
  return to_big(v);
}
template <std::integral T>
void store_big(void* at, T v) {
  v = to_big(v);
  std::memcpy(at, &v, sizeof v);
}

}  // namespace firn
