// Record values: encode, decode, and what decode refuses.
#include "vos/record.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn::vos {
namespace {

TEST(Record, inline_piece_comes_back) {
  std::string value;
  encode_record(value, {.record_bytes = 2, .count = 3, .crc = 77, .inline_bytes = "abcdef"});
  const auto view = RecordView::decode(value);
  ASSERT_TRUE(view.has_value());
  EXPECT_TRUE(view->is_inline());
  EXPECT_FALSE(view->punched());
  EXPECT_EQ(view->record_bytes(), 2u);
  EXPECT_EQ(view->count(), 3u);
  EXPECT_EQ(view->crc(), 77u);
  EXPECT_EQ(view->inline_bytes(), "abcdef");
  EXPECT_EQ(view->run_count(), 0u);
}

TEST(Record, runs_come_back) {
  const std::vector<vos::Run> runs = {{BlockIndex{7}, 8192}, {BlockIndex{100}, 5}};
  std::string value;
  encode_record(value, {.record_bytes = 8197, .count = 1, .runs = &runs});
  const auto view = RecordView::decode(value);
  ASSERT_TRUE(view.has_value());
  EXPECT_FALSE(view->is_inline());
  EXPECT_EQ(view->runs(), runs);
  EXPECT_EQ(view->data_bytes(), 8197u);
}

TEST(Record, punched_record_has_no_data) {
  std::string value;
  encode_record(value, {.punched = true, .record_bytes = 4, .count = 10});
  const auto view = RecordView::decode(value);
  ASSERT_TRUE(view.has_value());
  EXPECT_TRUE(view->punched());
  EXPECT_EQ(view->data_bytes(), 0u);
  EXPECT_FALSE(RecordView::decode(value + "x").has_value());
}

TEST(Record, decode_refuses_data_that_does_not_fit) {
  std::string value;
  encode_record(value, {.record_bytes = 6, .count = 1, .inline_bytes = "abcdef"});
  for (size_t length = 0; length < value.size(); length++) {
    EXPECT_FALSE(RecordView::decode(value.substr(0, length)).has_value()) << length;
  }
  EXPECT_FALSE(RecordView::decode(value + "g").has_value());
}

TEST(Record, decode_survives_any_bytes) {
  Rng rng(1);
  for (int i = 0; i < 100'000; i++) {
    std::string value(rng.below(80), '\0');
    for (char& c : value) c = static_cast<char>(rng.chance(1, 2) ? rng.next() : rng.below(3));
    const auto view = RecordView::decode(value);
    if (view && !view->punched()) {
      ASSERT_EQ(view->data_bytes(), view->record_bytes() * view->count());
    }
  }
}

}  // namespace
}  // namespace firn::vos
