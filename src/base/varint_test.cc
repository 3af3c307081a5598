// Integers of variable length come back, and nothing else is taken for one.
#include "base/varint.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace firn {
namespace {

std::string encoded(uint64_t value) {
  std::array<char, kVarintBytesMax> bytes{};
  return {bytes.data(), put_varint(bytes.data(), value)};
}

TEST(Varint, comes_back_and_leaves_what_follows) {
  for (const uint64_t value :
       {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{300}, uint64_t{1} << 63, UINT64_MAX}) {
    const std::string bytes = encoded(value) + "rest";
    std::string_view in = bytes;
    uint64_t found = 1;
    ASSERT_TRUE(take_varint(in, found)) << value;
    EXPECT_EQ(found, value);
    EXPECT_EQ(in, "rest");
  }
  EXPECT_EQ(encoded(127).size(), 1u);
  EXPECT_EQ(encoded(128).size(), 2u);
  EXPECT_EQ(encoded(UINT64_MAX).size(), kVarintBytesMax);
}

TEST(Varint, what_ends_early_or_is_too_large_is_none) {
  uint64_t value = 0;
  for (const std::string& bytes :
       {std::string(), std::string("\x80"), std::string(9, '\x80'), std::string(9, '\xff') + "\x02",
        std::string(10, '\xff') + "\x01", std::string("\x81\0", 2)}) {
    std::string_view in = bytes;
    EXPECT_FALSE(take_varint(in, value)) << bytes.size();
    EXPECT_EQ(in, bytes);
  }
}

}  // namespace
}  // namespace firn
