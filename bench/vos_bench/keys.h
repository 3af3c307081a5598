// Which keys the benchmark uses, the same for all stores: key number i has an object, a dkey, the akey "0"
// and 64 bytes of value. The peers have one key for each version, built as whoever embeds them would.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/endian.h"
#include "model/ids.h"

namespace firn::bench {

// A bijection (splitmix64, Steele et al. 2014): different numbers give different, scattered keys.
constexpr uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

struct KeySpace {
  uint64_t objects = 1;  // 0: each key has an object of its own
  ObjectId object(uint64_t key) const { return {1, objects == 0 ? mix(key) : mix(key) % objects}; }
  uint64_t dkey(uint64_t key) const { return objects == 0 ? 0 : mix(key); }
};

constexpr size_t kValueBytes = 64;
constexpr char kAkey[] = "0";

using Value = std::array<std::byte, kValueBytes>;

inline Value value_of(uint64_t key) {
  Value value;
  for (size_t at = 0; at < kValueBytes; at += 8) {
    const uint64_t word = mix(key + at);
    std::memcpy(value.data() + at, &word, 8);
  }
  return value;
}

// Object id, dkey, akey, then the epoch inverted, so that seeking "at most this epoch" is one step forward.
class PeerKey {
 public:
  static constexpr size_t kPrefixBytes = 16 + 8 + 1;  // all but the epoch
  static constexpr size_t kBytes = kPrefixBytes + 8;

  PeerKey(const KeySpace& space, uint64_t key, uint64_t epoch) {
    const ObjectId object = space.object(key);
    put(0, object.hi);
    put(8, object.lo);
    put(16, space.dkey(key));
    bytes_[24] = kAkey[0];
    put(kPrefixBytes, ~epoch);
  }
  std::string_view text() const { return {bytes_.data(), kBytes}; }
  std::string_view prefix() const { return {bytes_.data(), kPrefixBytes}; }
  friend auto operator<=>(const PeerKey&, const PeerKey&) = default;

 private:
  void put(size_t at, uint64_t word) {
    word = to_big(word);
    std::memcpy(bytes_.data() + at, &word, 8);
  }
  std::array<char, kBytes> bytes_;
};

}  // namespace firn::bench
