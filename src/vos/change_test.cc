// Changes as log records: they come back, and no bytes make decode go wrong.
#include "vos/change.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "vos/record.h"

namespace firn::vos {
namespace {

Change example() {
  Change change;
  change.object = {PgIndex{3}, {}, ObjectId{1, 2}};
  change.dkey = "dkey";
  change.epoch = Epoch{77};
  change.request = {ClientId{5}, RequestSequence{6}};
  change.completed_below = RequestSequence{4};
  change.akeys.push_back({"punched", true, {}});
  AkeyChange& array = change.akeys.emplace_back();
  array.akey = "array";
  array.entries.push_back({.kind = EntryKind::piece, .start = 10, .count = 3, .record_bytes = 2, .crc = 9});
  array.entries.back().inline_bytes = "abcdef";
  array.entries.push_back({.kind = EntryKind::piece, .start = 20, .count = 5000, .record_bytes = 1});
  array.entries.back().runs = {{BlockIndex{7}, 4096}, {BlockIndex{100}, 904}};
  array.entries.push_back({.kind = EntryKind::hole, .punched = true, .start = 99, .count = 1ull << 40});
  return change;
}

TEST(Change, log_record_comes_back) {
  const Change change = example();
  const std::string record = encode_change(change);
  EXPECT_LE(record.size(), encoded_bytes_max(change));
  const auto decoded = decode_change(record);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message();
  EXPECT_EQ(encode_change(*decoded), record);
  EXPECT_EQ(decoded->object, change.object);
  EXPECT_EQ(decoded->akeys[1].entries[1].runs, change.akeys[1].entries[1].runs);
  EXPECT_TRUE(decoded->has_runs());
}

TEST(Change, small_one_takes_little_more_than_its_keys_and_value) {
  Change change;
  change.object = {PgIndex{3}, {}, ObjectId{1, 2}};
  change.dkey = std::string(8, 'd');
  change.epoch = Epoch{uint64_t{1} << 60};
  AkeyChange& akey = change.akeys.emplace_back();
  akey.akey = "a";
  akey.entries.push_back({.kind = EntryKind::single, .record_bytes = 64, .crc = 1 << 30});
  akey.entries.back().inline_bytes = std::string(64, 'v');
  EXPECT_EQ(encode_change(change).size(), 126u);
  EXPECT_EQ(encode_change(*decode_change(encode_change(change))), encode_change(change));
}

TEST(Change, one_that_says_it_names_no_blocks_names_none) {
  Change change = example();
  std::string record = encode_change(change);
  record[0] = static_cast<char>(LogKind::inline_change);
  EXPECT_EQ(decode_change(record).error().code(), Code::corrupt);
  for (AkeyChange& akey : change.akeys) {
    std::erase_if(akey.entries, [](const EntryChange& entry) { return !entry.runs.empty(); });
  }
  EXPECT_EQ(log_kind(encode_change(change)), LogKind::inline_change);
}

TEST(Change, comes_with_the_data_of_its_runs) {
  const Change change = example();
  uint64_t bytes = 0;
  for_each_run(change, [&](const auto& run) { bytes += run.bytes; });
  const std::string data(bytes, 'd');
  const ByteView parts[] = {as_bytes(data).first(7), as_bytes(data).subspan(7)};
  std::string record;
  encode_change_with_data(change, parts, record);
  const auto decoded = decode_change(record);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message();
  EXPECT_EQ(as_text(attached_data(*decoded, record)), data);
  EXPECT_TRUE(attached_data(*decoded, encode_change(change)).empty());
  EXPECT_EQ(decode_change(record + "x").error().code(), Code::corrupt);
  record.pop_back();
  EXPECT_EQ(decode_change(record).error().code(), Code::corrupt);
}

TEST(Change, unknown_kind_of_record_is_a_version_error) {
  std::string record = encode_change(example());
  record[0] = 4;
  EXPECT_EQ(decode_change(record).error().code(), Code::version);
  EXPECT_EQ(decode_change("").error().code(), Code::corrupt);
}

TEST(Change, decode_refuses_or_makes_sense_of_any_damage) {
  const std::string record = encode_change(example());
  Rng rng(1);
  for (int i = 0; i < 100'000; i++) {
    std::string damaged = record;
    for (uint64_t left = rng.between(1, 3); left > 0; left--) {
      damaged[rng.between(1, damaged.size() - 1)] = static_cast<char>(rng.next());
    }
    if (rng.chance(1, 4)) damaged.resize(rng.below(damaged.size()));
    const auto decoded = decode_change(damaged);
    if (!decoded) continue;
    for (const TreeWrite& write : tree_writes(*decoded)) ASSERT_TRUE(parse_key(write.key).has_value());
  }
}

TEST(Change, what_breaks_a_rule_is_no_change) {
  const auto refused = [](Change change) { return !decode_change(encode_change(change)).has_value(); };
  EXPECT_FALSE(refused(example()));
  Change change = example();
  change.dkey.reset();
  EXPECT_TRUE(refused(change)) << "akeys without a dkey";
  change = example();
  change.dkey = std::string(kTreeKeyBytesMax, 'd');
  EXPECT_TRUE(refused(change)) << "a key that the tree cannot hold";
  change = example();
  change.epoch = kEpochMax;
  EXPECT_TRUE(refused(change)) << "no epoch could follow";
  change = example();
  change.akeys.back().entries = {{.kind = EntryKind::piece,
                                  .start = 65'000,
                                  .count = 1000,
                                  .record_bytes = 1,
                                  .inline_bytes = std::string(1000, 'p')}};
  EXPECT_TRUE(refused(change)) << "a piece that crosses the border of its unit";
  change.akeys.back().entries[0].start = 64'000;
  EXPECT_FALSE(refused(change));
  change.akeys.back().entries[0] = {.kind = EntryKind::single, .record_bytes = 2};
  change.akeys.back().entries[0].runs = {{BlockIndex{7}, 3}};
  EXPECT_TRUE(refused(change)) << "more in its runs than the value has";
}

TEST(Change, tree_writes_carry_the_epoch) {
  auto writes = tree_writes(example());
  ASSERT_EQ(writes.size(), 4u);
  set_epoch(writes, Epoch{1234});
  for (const TreeWrite& write : writes) {
    const auto parsed = parse_key(write.key);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->epoch, Epoch{1234});
  }
  EXPECT_TRUE(writes[0].value.empty());
  EXPECT_TRUE(RecordView::decode(writes[3].value)->punched());
}

}  // namespace
}  // namespace firn::vos
