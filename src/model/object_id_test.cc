// Object ids, classes, keys and pieces.
#include "model/object_id.h"

#include <gtest/gtest.h>

#include "model/io.h"
#include "model/pieces.h"

namespace firn {
namespace {

TEST(ObjectId, carries_type_ordinal_and_groups_in_the_upper_bits) {
  const ObjectId id = make_object_id({.hi = 0x12345678, .lo = 9}, ObjectType::array_byte, kClassS1, 4);
  EXPECT_EQ(id.hi, 0x0d01000112345678u);
  EXPECT_EQ(object_type(id), ObjectType::array_byte);
  EXPECT_EQ(object_class(id), kClassS1);
  EXPECT_EQ(group_count(id), 1u);
}

TEST(ObjectId, class_x_becomes_the_number_of_targets) {
  EXPECT_EQ(group_count(make_object_id({}, ObjectType::multi_hashed, kClassSX, 6)), 6u);
}

TEST(ObjectClass, names_and_numbers_are_those_of_daos) {
  EXPECT_EQ(class_from_name("S1")->value, 0x01000001u);
  EXPECT_EQ(class_from_name("SX")->value, 0x0100ffffu);
  EXPECT_EQ(class_name(ObjectClassId{0x01000005}), "S5");
  for (const char* bad : {"", "S", "S0", "s1", "S1x", "RP_2G1", "S65535", "S99999999999"}) {
    EXPECT_FALSE(class_from_name(bad).has_value()) << bad;
  }
}

TEST(Uint64Key, sorts_like_numbers) {
  EXPECT_LT(uint64_key(255), uint64_key(256));
  EXPECT_EQ(uint64_from_key(uint64_key(0x0102030405060708)), 0x0102030405060708u);
}

TEST(Pieces, lie_within_aligned_units_and_cover_the_extent) {
  EXPECT_EQ(unit_records(1), 65536u);
  EXPECT_EQ(unit_records(3), 16384u);
  EXPECT_EQ(unit_records(65537), 1u);
  for (const uint64_t record_bytes : {1u, 3u, 8u, 100000u}) {
    const Recx extent{5, 200000};
    uint64_t at = extent.start;
    for_each_piece(extent, record_bytes, [&](Recx piece) {
      EXPECT_EQ(piece.start, at);
      EXPECT_EQ(piece.start / unit_records(record_bytes), (piece.end() - 1) / unit_records(record_bytes));
      at = piece.end();
    });
    EXPECT_EQ(at, extent.end());
  }
}

}  // namespace
}  // namespace firn
