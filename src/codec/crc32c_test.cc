// CRC32C against the published vectors (RFC 3720 appendix B.4), and its chaining.
#include "codec/crc32c.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(Crc32c, matches_published_vectors) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\0'))), 0x8A9136AAu);
  EXPECT_EQ(crc32c(as_bytes(std::string(32, '\xff'))), 0x62A8AB43u);
  std::string ascending;
  for (int i = 0; i < 32; i++) ascending += static_cast<char>(i);
  EXPECT_EQ(crc32c(as_bytes(ascending)), 0x46DD794Eu);
}

TEST(Crc32c, of_nothing_is_zero_and_keeps_the_seed) {
  EXPECT_EQ(crc32c(ByteView{}), 0u);
  EXPECT_EQ(crc32c(ByteView{}, 0x12345678u), 0x12345678u);
}

TEST(Crc32c, chains_at_every_cut) {
  std::string text;
  for (int i = 0; i < 300; i++) text += static_cast<char>(i * 7);
  const ByteView whole = as_bytes(text);
  for (size_t cut = 0; cut <= whole.size(); cut++) {
    EXPECT_EQ(crc32c(whole.subspan(cut), crc32c(whole.first(cut))), crc32c(whole));
  }
}

TEST(Crc32c, of_a_gather_list_is_that_of_its_bytes) {
  const std::vector<ByteView> parts = {as_bytes("1234"), ByteView{}, as_bytes("56789")};
  EXPECT_EQ(crc32c(parts), 0xE3069283u);
}

}  // namespace
}  // namespace firn
