// Encoding, decoding and printing derived from fields().
#include "model/wire.h"

#include <gtest/gtest.h>

#include "model/object_messages.h"

namespace firn {
namespace {

struct VersionOne {
  uint32_t number = 0;
  static void fields(auto& self, auto&& visit) { visit("number", self.number); }
};
struct VersionTwo {
  uint32_t number = 0;
  std::string added = "default";
  static void fields(auto& self, auto&& visit) {
    visit("number", self.number);
    visit("added", self.added);
  }
};
struct Pair {
  VersionOne inner;
  uint16_t behind = 0;
  static void fields(auto& self, auto&& visit) {
    visit("inner", self.inner);
    visit("behind", self.behind);
  }
};
struct NewPair {
  VersionTwo inner;
  uint16_t behind = 0;
  static void fields(auto& self, auto&& visit) {
    visit("inner", self.inner);
    visit("behind", self.behind);
  }
};

UpdateRequest sample() {
  UpdateRequest request;
  request.address.object = {1, 2};
  request.address.pg = PgIndex{7};
  request.dkey = std::string("d\0key", 5);
  request.items.push_back(
      {.akey = "a", .kind = ValueKind::array, .record_bytes = 3, .recxs = {{1, 2}, {9, 1}}});
  request.items[0].checksums = {5, 6};
  return request;
}

TEST(Wire, decode_gives_back_what_was_encoded) {
  const std::string bytes = encode(sample());
  auto decoded = decode<UpdateRequest>(bytes);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(encode(*decoded), bytes);
  EXPECT_EQ(decoded->items[0].recxs[1], (Recx{9, 1}));
  EXPECT_EQ(decoded->dkey.size(), 5u);
}

TEST(Wire, layout_is_little_endian_with_section_lengths) {
  EXPECT_EQ(encode(VersionOne{0x01020304}), std::string("\x04\0\0\0\x04\x03\x02\x01", 8));
}

TEST(Wire, reader_skips_fields_it_does_not_know) {
  NewPair written;
  written.inner = {5, "news"};
  written.behind = 9;
  auto read = decode<Pair>(encode(written));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->inner.number, 5u);
  EXPECT_EQ(read->behind, 9u);
}

TEST(Wire, fields_missing_at_the_end_keep_their_defaults) {
  Pair written;
  written.inner.number = 5;
  written.behind = 9;
  auto read = decode<NewPair>(encode(written));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->inner.added, "default");
  EXPECT_EQ(read->behind, 9u);
}

TEST(Wire, every_truncation_is_refused) {
  const std::string bytes = encode(sample());
  for (size_t length = 0; length < bytes.size(); length++) {
    auto decoded = decode<UpdateRequest>(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(decoded.has_value()) << length;
    EXPECT_EQ(decoded.error().code(), Code::corrupt);
  }
}

TEST(Wire, huge_counts_are_refused_without_allocating) {
  std::string bytes = encode(sample());
  for (size_t at = 0; at + 4 <= bytes.size(); at++) {
    std::string damaged = bytes;
    damaged.replace(at, 4, "\xff\xff\xff\xff");
    (void)decode<UpdateRequest>(damaged).has_value();  // any outcome but a crash or a huge allocation
  }
}

TEST(Wire, bytes_behind_a_message_are_refused) {
  EXPECT_FALSE(decode<VersionOne>(encode(VersionOne{1}) + "x").has_value());
}

TEST(Wire, print_names_fields_and_escapes_bytes) {
  const std::string text = print(sample());
  EXPECT_NE(text.find("dkey: \"d\\x00key\""), std::string::npos) << text;
  EXPECT_NE(text.find("object: 1.2"), std::string::npos) << text;
}

}  // namespace
}  // namespace firn
