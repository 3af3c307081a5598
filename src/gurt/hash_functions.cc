// Hash functions whose values are part of formats and protocols of programs; gurt/common.h.
#include <cstring>

#include <gurt/common.h>

// djb2: D. J. Bernstein's hash * 33 + byte.
uint32_t d_hash_string_u32(const char* string, unsigned int len) {
  uint32_t hash = 5381;
  for (unsigned index = 0; index < len; ++index) hash = hash * 33 + static_cast<unsigned char>(string[index]);
  return hash;
}

// MurmurHash64A by Austin Appleby, who placed it in the public domain.
uint64_t d_hash_murmur64(const unsigned char* key, unsigned int key_len, unsigned int seed) {
  constexpr uint64_t kFactor = 0xc6a4a7935bd1e995;
  constexpr unsigned kShift = 47;
  uint64_t hash = seed ^ key_len * kFactor;

  unsigned position = 0;
  for (; position + 8 <= key_len; position += 8) {
    uint64_t word;
    memcpy(&word, key + position, sizeof word);
    word *= kFactor;
    word ^= word >> kShift;
    word *= kFactor;
    hash = (hash ^ word) * kFactor;
  }
  if (position < key_len) {
    uint64_t rest = 0;
    memcpy(&rest, key + position, key_len - position);
    hash = (hash ^ rest) * kFactor;
  }
  hash ^= hash >> kShift;
  hash *= kFactor;
  return hash ^ hash >> kShift;
}

// J. Lamping and E. Veach, A Fast, Minimal Memory, Consistent Hash Algorithm, 2014.
uint32_t d_hash_jump(uint64_t key, uint32_t num_buckets) {
  int64_t bucket = -1;
  int64_t next = 0;
  while (next < num_buckets) {
    bucket = next;
    key = key * 2862933555777941757ULL + 1;
    const double scale = static_cast<double>(1LL << 31) / static_cast<double>((key >> 33) + 1);
    next = static_cast<int64_t>(static_cast<double>(bucket + 1) * scale);
  }
  return bucket < 0 ? 0 : static_cast<uint32_t>(bucket);
}
