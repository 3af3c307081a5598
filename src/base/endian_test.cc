// Tests of fixed byte orders.
#include "base/endian.h"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(EndianTest, bytes_are_in_the_stated_order) {
  std::array<uint8_t, 4> bytes{};
  store_little<uint32_t>(bytes.data(), 0x01020304);
  EXPECT_EQ(bytes, (std::array<uint8_t, 4>{4, 3, 2, 1}));
  store_big<uint32_t>(bytes.data(), 0x01020304);
  EXPECT_EQ(bytes, (std::array<uint8_t, 4>{1, 2, 3, 4}));
}

TEST(EndianTest, loads_undo_stores_at_any_alignment) {
  std::array<uint8_t, 17> bytes{};
  for (size_t at = 0; at <= 8; at++) {
    store_little<uint64_t>(&bytes[at], 0x8899aabbccddeeffULL + at);
    EXPECT_EQ(load_little<uint64_t>(&bytes[at]), 0x8899aabbccddeeffULL + at);
    store_big<int64_t>(&bytes[at], -5);
    EXPECT_EQ(load_big<int64_t>(&bytes[at]), -5);
    store_little<uint16_t>(&bytes[at], 0xabcd);
    EXPECT_EQ(load_little<uint16_t>(&bytes[at]), 0xabcd);
  }
  EXPECT_EQ(to_little(to_little(uint8_t{7})), 7);
}

}  // namespace
}  // namespace firn
