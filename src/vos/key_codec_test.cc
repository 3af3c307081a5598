// Tree keys keep the order of what they encode, and parse back to it.
#include "vos/key_codec.h"

#include <tuple>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn::vos {
namespace {

struct Entry {
  ObjectRef object;
  Key dkey;
  Key akey;
  EntryKind kind = EntryKind::object_punch;
  uint64_t start = 0;
  Epoch epoch;

  std::string encode() const {
    std::string key = object_prefix(object);
    if (kind != EntryKind::object_punch) key = dkey_prefix(object, dkey);
    if (kind > EntryKind::dkey_punch) key = akey_prefix(object, dkey, akey);
    const size_t prefix = key.size();
    if (kind <= EntryKind::akey_punch)
      set_punch_entry(key, prefix, epoch);
    else if (kind == EntryKind::single)
      set_single_entry(key, prefix, epoch);
    else
      set_extent_entry(key, prefix, kind == EntryKind::hole ? kEntryHole : kEntryPiece, start, epoch);
    return key;
  }
  // Sorts like the key should: a level's punches first, then its children, newest first within one thing.
  auto order() const {
    const bool below_object = kind != EntryKind::object_punch;
    const bool below_dkey = kind > EntryKind::dkey_punch;
    return std::tuple(object.pg, object.container, object.object, below_object, below_object ? dkey : Key(),
                      below_dkey, below_dkey ? akey : Key(), kind, kind > EntryKind::single ? start : 0,
                      ~epoch.value);
  }
};

// Few different bytes, so that prefixes of each other and escapes are frequent.
Key random_key(Rng& rng) {
  static constexpr char kBytes[] = {'\0', '\x01', 'a', '\x7f', '\xff'};
  Key key;
  for (uint64_t left = rng.below(5); left > 0; left--) key += kBytes[rng.below(sizeof kBytes)];
  return key;
}

Entry random_entry(Rng& rng) {
  Entry entry;
  entry.object.pg = PgIndex{static_cast<uint32_t>(rng.below(2) * 300)};
  entry.object.container.uuid.bytes[15] = static_cast<uint8_t>(rng.below(2));
  entry.object.object = ObjectId{rng.below(2) << 40, rng.below(2)};
  entry.dkey = random_key(rng);
  entry.akey = random_key(rng);
  entry.kind = static_cast<EntryKind>(rng.below(6));
  entry.start = rng.chance(1, 2) ? rng.below(3) : rng.next();
  entry.epoch = rng.chance(1, 2) ? Epoch{rng.below(3)} : Epoch{rng.next()};
  return entry;
}

TEST(KeyCodec, keys_sort_like_what_they_encode) {
  Rng rng(1);
  for (int i = 0; i < 200'000; i++) {
    const Entry a = random_entry(rng);
    Entry b = random_entry(rng);
    if (rng.chance(1, 2)) b.object = a.object;
    if (rng.chance(1, 2)) b.dkey = a.dkey;
    ASSERT_EQ(a.encode() < b.encode(), a.order() < b.order());
    ASSERT_EQ(a.encode() == b.encode(), a.order() == b.order());
  }
}

TEST(KeyCodec, parse_gives_back_what_was_encoded) {
  Rng rng(2);
  for (int i = 0; i < 50'000; i++) {
    const Entry entry = random_entry(rng);
    const std::string key = entry.encode();
    const auto parsed = parse_key(key);
    ASSERT_TRUE(parsed.has_value());
    ASSERT_EQ(parsed->kind, entry.kind);
    ASSERT_EQ(parsed->epoch, entry.epoch);
    ASSERT_EQ(object_of(key), entry.object);
    if (entry.kind == EntryKind::object_punch) continue;
    const std::string_view view = key;
    ASSERT_EQ(dkey_of(view.substr(0, parsed->dkey_prefix_bytes)), entry.dkey);
    if (entry.kind == EntryKind::dkey_punch) continue;
    ASSERT_EQ(akey_of(view.substr(0, parsed->akey_prefix_bytes), parsed->dkey_prefix_bytes), entry.akey);
    if (entry.kind > EntryKind::single) ASSERT_EQ(parsed->start, entry.start);
  }
}

TEST(KeyCodec, nothing_below_a_prefix_sorts_behind_its_end) {
  Rng rng(3);
  for (int i = 0; i < 50'000; i++) {
    const Entry entry = random_entry(rng);
    const Entry other = random_entry(rng);
    const std::string end = dkey_prefix(entry.object, entry.dkey) + kEntryAfterAll;
    const bool below =
        other.object == entry.object && other.kind != EntryKind::object_punch && other.dkey <= entry.dkey;
    if (other.object == entry.object)
      ASSERT_EQ(other.encode() < end, below || other.kind == EntryKind::object_punch);
  }
}

TEST(KeyCodec, parse_refuses_bytes_that_are_no_key) {
  Rng rng(4);
  for (int i = 0; i < 20'000; i++) {
    std::string key = random_entry(rng).encode();
    const std::string whole = key;
    key.resize(rng.below(key.size()));
    const auto parsed = parse_key(key);  // a cut key may be another key's bytes, but never points outside
    if (!parsed) continue;
    ASSERT_LE(parsed->dkey_prefix_bytes, key.size());
    ASSERT_LE(parsed->akey_prefix_bytes, key.size());
  }
  EXPECT_FALSE(parse_key("").has_value());
  EXPECT_FALSE(parse_key(std::string(kObjectPrefixBytes, 'x')).has_value());
}

TEST(KeyCodec, escaped_bytes_is_the_encoded_length) {
  Rng rng(5);
  for (int i = 0; i < 1000; i++) {
    const Key key = random_key(rng);
    std::string out;
    append_escaped(out, key);
    ASSERT_EQ(out.size(), escaped_bytes(key));
  }
}

}  // namespace
}  // namespace firn::vos
