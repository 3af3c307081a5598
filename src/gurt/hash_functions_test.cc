// Hash functions against published values.
#include <array>
#include <cstring>

#include <gtest/gtest.h>
#include <gurt/common.h>

TEST(HashFunctions, djb2_has_its_published_values) {
  EXPECT_EQ(d_hash_string_u32("", 0), 5381u);
  EXPECT_EQ(d_hash_string_u32("a", 1), 177670u);
  EXPECT_EQ(d_hash_string_u32("hello", 5), 261238937u);
  EXPECT_EQ(d_hash_string_u32("\xff", 1), 5381u * 33 + 255);  // bytes are unsigned
}

// SMHasher's verification: the hashes of the keys {}, {0}, {0, 1}, … with the seeds 256, 255, … are hashed.
TEST(HashFunctions, murmur64_passes_the_verification_of_its_author) {
  std::array<unsigned char, 256> key{};
  std::array<uint64_t, 256> hashes{};
  for (unsigned length = 0; length < 256; ++length) {
    key[length] = static_cast<unsigned char>(length);
    hashes[length] = d_hash_murmur64(key.data(), length, 256 - length);
  }
  unsigned char bytes[sizeof hashes];
  memcpy(bytes, hashes.data(), sizeof hashes);
  EXPECT_EQ(static_cast<uint32_t>(d_hash_murmur64(bytes, sizeof bytes, 0)), 0x1F0D3804u);
}

TEST(HashFunctions, jump_has_the_values_of_other_implementations) {
  EXPECT_EQ(d_hash_jump(1, 1), 0u);
  EXPECT_EQ(d_hash_jump(42, 57), 43u);
  EXPECT_EQ(d_hash_jump(0xDEAD10CC, 1), 0u);
  EXPECT_EQ(d_hash_jump(0xDEAD10CC, 666), 361u);
  EXPECT_EQ(d_hash_jump(256, 1024), 520u);
  EXPECT_EQ(d_hash_jump(7, 0), 0u);
}

TEST(HashFunctions, jump_moves_keys_only_to_the_new_bucket) {
  for (uint64_t key = 0; key < 1000; ++key) {
    const uint32_t before = d_hash_jump(key, 10);
    const uint32_t after = d_hash_jump(key, 11);
    EXPECT_TRUE(after == before || after == 10) << key;
  }
}

TEST(HashFunctions, power2_nbits_is_the_exponent_that_suffices) {
  EXPECT_EQ(d_power2_nbits(1), 0u);
  EXPECT_EQ(d_power2_nbits(2), 1u);
  EXPECT_EQ(d_power2_nbits(3), 2u);
  EXPECT_EQ(d_power2_nbits(1024), 10u);
  EXPECT_EQ(d_power2_nbits(1025), 11u);
  EXPECT_EQ(d_power2_nbits(0xFFFFFFFF), 32u);
}
