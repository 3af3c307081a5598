// Update plans: what is refused, how data is cut, and where it goes.
#include "vos/update_plan.h"

#include <gtest/gtest.h>

#include "codec/crc32c.h"
#include "model/limits.h"
#include "vos/record.h"

namespace firn::vos {
namespace {

UpdateItem single(Key akey, uint64_t bytes) {
  UpdateItem item;
  item.akey = std::move(akey);
  item.record_bytes = bytes;
  return item;
}

UpdateItem array(Key akey, uint64_t record_bytes, std::vector<Recx> recxs) {
  UpdateItem item;
  item.akey = std::move(akey);
  item.kind = ValueKind::array;
  item.record_bytes = record_bytes;
  item.recxs = std::move(recxs);
  return item;
}

Update update_of(std::vector<UpdateItem> items) {
  Update update;
  update.dkey = "dkey";
  update.items = std::move(items);
  return update;
}

Result<UpdatePlan> plan(const Update& update, const std::string& payload) {
  const ByteView parts[] = {as_bytes(payload)};
  return plan_update(update, parts, Verify::now);
}

Code refusal(const Update& update, const std::string& payload = {}) {
  const auto planned = plan(update, payload);
  EXPECT_FALSE(planned.has_value());
  return planned ? Code::io : planned.error().code();
}

TEST(UpdatePlan, refuses_what_makes_no_sense) {
  EXPECT_EQ(refusal(update_of({})), Code::invalid);
  EXPECT_EQ(refusal(update_of({single("a", 0)})), Code::invalid);
  EXPECT_EQ(refusal(update_of({single("a", 5)}), "1234"), Code::invalid);
  EXPECT_EQ(refusal(update_of({array("a", 1, {})})), Code::invalid);
  EXPECT_EQ(refusal(update_of({array("a", 1, {{5, 0}})})), Code::invalid);
  EXPECT_EQ(refusal(update_of({array("a", 1, {{5, 2}, {6, 2}})}), "1234"), Code::invalid);
  EXPECT_EQ(refusal(update_of({array("a", 1, {{kRecordIndexMax - 1, 2}})}), "12"), Code::invalid);
  EXPECT_EQ(refusal(update_of({single("a", 1), single("a", 1)}), "12"), Code::invalid);
  Update update = update_of({single("a", 1)});
  update.dkey.clear();
  EXPECT_EQ(refusal(update, "1"), Code::invalid);
  update = update_of({single("a", 1)});
  update.conditions = Condition::dkey_fetch;
  EXPECT_EQ(refusal(update, "1"), Code::invalid);
}

TEST(UpdatePlan, conditions_are_of_single_akeys_or_of_all) {
  Update update = update_of({single("a", 1), single("b", 1)});
  update.conditions = Condition::dkey_update;
  update.items[1].conditions = Condition::akey_insert;
  EXPECT_TRUE(plan(update, "12").has_value());
  update.conditions = Condition::akey_update;
  EXPECT_EQ(refusal(update, "12"), Code::invalid);
  update.conditions = Condition::none;
  update.items[1].conditions = Condition::akey_fetch;
  EXPECT_EQ(refusal(update, "12"), Code::invalid);
}

TEST(UpdatePlan, refuses_what_is_above_a_limit) {
  EXPECT_EQ(refusal(update_of({single(Key(kKeyBytesMax + 1, 'a'), 1)}), "1"), Code::too_big);
  EXPECT_TRUE(plan(update_of({single(Key(kKeyBytesMax, '\0'), 1)}), "1").has_value())
      << "fits, but only just";
  Update update = update_of({single(Key(kKeyBytesMax, '\0'), 1)});
  update.dkey = Key(kKeyBytesMax, '\0');
  EXPECT_EQ(refusal(update, "1"), Code::too_big);
  EXPECT_EQ(refusal(update_of({single("a", kRequestDataBytesMax + 1)})), Code::too_big);
  EXPECT_EQ(refusal(update_of({array("a", 1ull << 62, {{0, 8}})})), Code::too_big);
  EXPECT_EQ(refusal(update_of(std::vector<UpdateItem>(kItemsPerRequestMax + 1, single("a", 1)))),
            Code::too_big);
}

TEST(UpdatePlan, refuses_data_that_does_not_match_its_checksum) {
  Update update = update_of({single("a", 3)});
  update.items[0].checksums = {crc32c(as_bytes("abc"))};
  EXPECT_TRUE(plan(update, "abc").has_value());
  EXPECT_EQ(refusal(update, "abd"), Code::corrupt);
  update.items[0].checksums = {1, 2};
  EXPECT_EQ(refusal(update, "abc"), Code::corrupt);
  const ByteView parts[] = {as_bytes("abd")};
  update.items[0].checksums = {7};
  EXPECT_EQ(plan_update(update, parts, Verify::never)->change.akeys[0].entries[0].crc, 7u);
}

TEST(UpdatePlan, bulk_data_may_be_compared_later_and_small_data_is_not) {
  const std::string payload(kInlineBytesMax + 1, 'x');
  const ByteView parts[] = {as_bytes(payload)};
  Update update = update_of({single("a", payload.size())});
  update.items[0].checksums = {crc32c(as_bytes(payload))};
  const auto good = plan_update(update, parts, Verify::bulk_later);
  ASSERT_TRUE(good.has_value());
  EXPECT_TRUE(good->bulk_is_unverified);
  EXPECT_TRUE(verify_bulk(*good).has_value());
  update.items[0].checksums = {7};
  EXPECT_EQ(verify_bulk(*plan_update(update, parts, Verify::bulk_later)).error().code(), Code::corrupt);
  const ByteView small[] = {as_bytes("abd")};
  update.items[0].record_bytes = 3;
  EXPECT_EQ(plan_update(update, small, Verify::bulk_later).error().code(), Code::corrupt);
}

TEST(UpdatePlan, small_data_is_inline_and_large_is_not) {
  const std::string payload(kInlineBytesMax + kInlineBytesMax + 1, 'x');
  const auto planned =
      plan(update_of({single("a", kInlineBytesMax), single("b", kInlineBytesMax + 1)}), payload);
  ASSERT_TRUE(planned.has_value());
  EXPECT_EQ(planned->change.akeys[0].entries[0].inline_bytes.size(), kInlineBytesMax);
  ASSERT_EQ(planned->bulk.size(), 1u);
  EXPECT_EQ(planned->bulk[0].akey, 1u);
  EXPECT_EQ(planned->bulk[0].blocks, 1u);
}

TEST(UpdatePlan, one_aligned_megabyte_is_one_device_write) {
  const std::string payload(1 << 20, 'x');
  auto planned = plan(update_of({array("a", 1, {{0, payload.size()}})}), payload);
  ASSERT_TRUE(planned.has_value());
  ASSERT_EQ(planned->change.akeys[0].entries.size(), 16u);
  std::vector<DeviceWrite> writes;
  const vos::Run run{BlockIndex{10}, 1 << 20};
  lay_out(planned->bulk[0], std::span(&run, 1), planned->change.akeys[0], writes);
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].offset, 10u * kBlockBytes);
  EXPECT_EQ(total_bytes(writes[0].parts), payload.size());
}

// Pieces that are no multiple of a block, over runs of different lengths.
TEST(UpdatePlan, laid_out_bytes_are_found_where_the_runs_say) {
  std::string payload(150'000, '\0');
  for (size_t i = 0; i < payload.size(); i++) payload[i] = static_cast<char>(i * 7919 >> 5);
  auto planned = plan(update_of({array("a", 1, {{100, payload.size()}})}), payload);
  ASSERT_TRUE(planned.has_value());
  const uint64_t blocks = planned->bulk[0].blocks;
  const std::vector<vos::Run> runs = {{BlockIndex{2}, 3 * kBlockBytes},
                                      {BlockIndex{50}, 20 * kBlockBytes},
                                      {BlockIndex{9}, (blocks - 23) * kBlockBytes}};
  std::vector<DeviceWrite> writes;
  AkeyChange& akey = planned->change.akeys[0];
  lay_out(planned->bulk[0], runs, akey, writes);
  ASSERT_EQ(writes.size(), runs.size());
  std::string device(100 * kBlockBytes, '#');
  for (const DeviceWrite& write : writes) {
    size_t at = write.offset;
    for (const ByteView part : write.parts) {
      device.replace(at, part.size(), as_text(part));
      at += part.size();
    }
  }
  std::string back;
  for (const EntryChange& entry : akey.entries) {
    for (const vos::Run run : entry.runs) back += device.substr(run.first.value * kBlockBytes, run.bytes);
  }
  EXPECT_EQ(back, payload);
}

TEST(UpdatePlan, short_punches_are_pieces_and_long_ones_holes) {
  EXPECT_EQ(cut_punch({{0, 100}}, 1)[0].kind, EntryKind::piece);
  EXPECT_EQ(cut_punch({{65'000, 1000}}, 1).size(), 2u);
  EXPECT_EQ(cut_punch({{0, kRecordIndexMax}}, 1)[0].kind, EntryKind::hole);
  const auto unknown = cut_punch({{0, 100}}, 0);
  EXPECT_EQ(unknown[0].kind, EntryKind::hole);
  EXPECT_EQ(unknown[0].record_bytes, 0u);
}

}  // namespace
}  // namespace firn::vos
