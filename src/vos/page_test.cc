// Tests of one page: search, change, build, split, and refusal of damage.
#include "vos/page.h"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/buffer.h"
#include "base/rng.h"
#include "vos/page_build.h"
#include "vos/tree.h"

namespace firn::vos {
namespace {

std::string key_of(Page page, uint32_t slot) { return std::string(page.prefix()).append(page.suffix(slot)); }

Buffer build(const std::vector<std::string>& keys, uint8_t level = 0) {
  const std::string value(kPageChildBytes, '\x01');
  std::vector<PageEntry> entries;
  for (const std::string& key : keys) entries.push_back({{}, key, value});
  Buffer buffer(kPageBytes);
  build_page(buffer.data(), {PageId{5}, level, Epoch{9}}, entries);
  return buffer;
}

TEST(Page, common_prefix_is_stored_once) {
  Buffer buffer = build({"prefix-a", "prefix-b", "prefix-c"});
  const Page page(buffer.data());
  EXPECT_EQ(page.prefix(), "prefix-");
  EXPECT_EQ(page.suffix(1), "b");
  EXPECT_EQ(page.newest_epoch(), Epoch{9});
  EXPECT_TRUE(validate_page(buffer.bytes()).has_value());
}

TEST(Page, search_finds_the_first_key_not_below) {
  const std::vector<std::string> keys = {"abc", "abca",    "abcaa",   "abcab",
                                         "abd", "abdddd1", "abdddd2", "abdddd3"};
  Buffer buffer = build(keys);
  const Page page(buffer.data());
  for (const std::string wanted :
       {"", "a", "ab", "abb", "abc", "abca", "abcaaa", "abd", "abdddd", "abdddd2", "abdddd4", "ac", "b"}) {
    const auto expected = std::lower_bound(keys.begin(), keys.end(), wanted);
    const Page::Position found = page.lower_bound(wanted);
    EXPECT_EQ(found.slot, expected - keys.begin()) << wanted;
    EXPECT_EQ(found.exact, expected != keys.end() && *expected == wanted) << wanted;
  }
}

TEST(Page, bytes_compare_unsigned_and_zero_counts) {
  const std::vector<std::string> keys = {std::string("k\0", 2), std::string("k\0\0", 3), "k\x7f", "k\x80",
                                         "k\xff"};
  Buffer buffer = build(keys);
  for (size_t i = 0; i < keys.size(); i++) EXPECT_EQ(Page(buffer.data()).lower_bound(keys[i]).slot, i);
}

TEST(Page, first_child_of_an_inner_page_has_no_key) {
  Buffer buffer = build({"ignored", "m", "mm", "t"}, 1);
  const Page page(buffer.data());
  EXPECT_EQ(page.suffix(0), "");
  EXPECT_EQ(page.child_slot(""), 0u);
  EXPECT_EQ(page.child_slot("lzz"), 0u);
  EXPECT_EQ(page.child_slot("m"), 1u);
  EXPECT_EQ(page.child_slot("mma"), 2u);
  EXPECT_EQ(page.child_slot("zzz"), 3u);
  Page(buffer.data()).erase(0);
  EXPECT_EQ(page.count(), 3u);
  EXPECT_EQ(page.child_slot("a"), 0u);
  EXPECT_EQ(page.child_slot("mm"), 1u);
  EXPECT_TRUE(validate_page(buffer.bytes()).has_value());
}

TEST(Page, insert_refuses_what_needs_a_rebuild) {
  Buffer buffer = build({"prefix-a", "prefix-c"});
  Page page(buffer.data());
  EXPECT_FALSE(page.insert(0, "other", "v"));
  EXPECT_TRUE(page.insert(1, "prefix-b", "v"));
  EXPECT_EQ(key_of(page, 1), "prefix-b");
  uint32_t inserted = 0;
  while (page.insert(page.count(), "prefix-d" + std::to_string(100000 + inserted), std::string(100, 'v')))
    inserted++;
  EXPECT_GT(inserted, 100u);
  EXPECT_GT(page.used_bytes(), kPageBytes - 130);
  EXPECT_TRUE(validate_page(buffer.bytes()).has_value());
}

TEST(Page, erased_bytes_are_accounted) {
  Buffer buffer = build({"a", "b", "c"});
  Page page(buffer.data());
  const uint32_t before = page.used_bytes();
  ASSERT_TRUE(page.replace_value(0, "xy"));
  EXPECT_EQ(page.value(0), "xy");
  EXPECT_FALSE(page.replace_value(0, "xyz"));
  page.erase(1);
  EXPECT_EQ(page.used_bytes(), before - (kPageChildBytes - 2) - (kPageEntryOverhead + 1 + kPageChildBytes));
  EXPECT_TRUE(validate_page(buffer.bytes()).has_value());
}

TEST(PageBuild, separator_is_the_shortest_between) {
  const auto between = [](std::string_view left, std::string_view right) {
    return shortest_separator({{}, left, {}},
                              {right.substr(0, 2), right.substr(std::min<size_t>(2, right.size())), {}});
  };
  EXPECT_EQ(between("abcdef", "abxyz"), "abx");
  EXPECT_EQ(between("ab", "abcde"), "abc");
  EXPECT_EQ(between("a", "b"), "b");
  EXPECT_EQ(between("", "b"), "b");
}

TEST(PageBuild, both_halves_of_a_split_fit_whatever_the_sizes) {
  Rng rng(4);
  for (uint32_t round = 0; round < 400; round++) {
    const uint8_t level = rng.chance(1, 2) ? 1 : 0;
    const size_t length_max = 1 + rng.below(kTreeKeyBytesMax);
    const std::string value(level > 0 ? kPageChildBytes : rng.below(kTreeValueBytesMax + 1), 'v');
    const std::string stem(rng.below(length_max), 's');
    std::vector<std::string> keys;
    std::vector<PageEntry> entries;
    size_t added = 0;
    do {  // as a page is filled: until one is too many
      std::string key = rng.chance(1, 20) ? std::string() : stem;
      while (key.size() < length_max && (key.empty() || rng.chance(9, 10))) {
        key.append(1 + rng.below(length_max - key.size()), static_cast<char>(rng.below(256)));
      }
      const auto at = std::lower_bound(keys.begin(), keys.end(), key);
      if (at != keys.end() && *at == key) key.resize(0);
      if (std::binary_search(keys.begin(), keys.end(), key)) continue;
      added = static_cast<size_t>(std::lower_bound(keys.begin(), keys.end(), key) - keys.begin());
      if (level > 0 && keys.size() > 1 && added == 0) continue;
      keys.insert(keys.begin() + static_cast<ptrdiff_t>(added), key);
      entries.clear();
      for (const std::string& one : keys) entries.push_back({{}, one, value});
    } while (built_bytes(entries, level) <= kPageBytes && keys.size() < 1000);
    if (keys.size() == 1000) continue;
    const size_t split = choose_split(entries, level, added);
    ASSERT_GT(split, 0u);
    ASSERT_LT(split, entries.size());
    EXPECT_LE(built_bytes(PageEntries(entries).first(split), level), kPageBytes);
    EXPECT_LE(built_bytes(PageEntries(entries).subspan(split), level), kPageBytes);
  }
}

// --- What comes from disk ------------------------------------------------------------------------

Buffer sealed_page() {
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < 60; i++) keys.push_back("some key " + std::to_string(1000 + i * 7));
  Buffer buffer = build(keys);
  Page(buffer.data()).erase(7);
  seal_page(buffer.bytes());
  return buffer;
}

Code code_of(Result<void> result) { return result.has_value() ? Code{} : result.error().code(); }

TEST(PageCheck, every_flipped_bit_is_noticed) {
  Buffer buffer = sealed_page();
  ASSERT_TRUE(check_page(buffer.bytes(), PageId{5}).has_value());
  for (size_t bit = 0; bit < kPageBytes * 8; bit += 37) {
    buffer.data()[bit / 8] ^= std::byte{1} << (bit % 8);
    EXPECT_EQ(code_of(check_page(buffer.bytes(), PageId{5})), Code::corrupt);
    buffer.data()[bit / 8] ^= std::byte{1} << (bit % 8);
  }
}

TEST(PageCheck, another_page_in_its_place_is_noticed) {
  const Buffer buffer = sealed_page();
  EXPECT_EQ(code_of(check_page(buffer.bytes(), PageId{6})), Code::corrupt);
}

TEST(PageCheck, later_format_is_told_from_damage) {
  Buffer buffer = sealed_page();
  store_little<uint16_t>(buffer.data() + offsetof(PageHeader, version), kPageVersion + 1);
  seal_page(buffer.bytes());
  EXPECT_EQ(code_of(check_page(buffer.bytes(), PageId{5})), Code::version);
}

// Damage that a checksum does not show, one field at a time.
TEST(PageCheck, impossible_structure_is_noticed) {
  const auto with = [](size_t offset, uint16_t value) {
    Buffer buffer = sealed_page();
    store_little<uint16_t>(buffer.data() + offset, value);
    return code_of(validate_page(buffer.bytes()));
  };
  const Buffer sound = sealed_page();
  const size_t slots = page_slots_begin(Page(const_cast<std::byte*>(sound.data())).prefix_bytes());
  const auto first_entry = load_little<uint16_t>(sound.data() + slots + 4);
  EXPECT_EQ(with(offsetof(PageHeader, level), 200), Code::corrupt);
  EXPECT_EQ(with(offsetof(PageHeader, level), 1), Code::corrupt);  // first child with a key
  EXPECT_EQ(with(offsetof(PageHeader, entry_count), 58), Code::corrupt);
  EXPECT_EQ(with(offsetof(PageHeader, entry_count), 65535), Code::corrupt);
  EXPECT_EQ(with(offsetof(PageHeader, prefix_bytes), 65535), Code::corrupt);
  EXPECT_EQ(with(offsetof(PageHeader, heap_begin), 16), Code::corrupt);
  EXPECT_EQ(with(offsetof(PageHeader, heap_begin), 65535), Code::corrupt);
  EXPECT_EQ(with(offsetof(PageHeader, dead_bytes), 0), Code::corrupt);
  EXPECT_EQ(with(slots, 0), Code::corrupt);                   // head
  EXPECT_EQ(with(slots + 4, 3), Code::corrupt);               // offset into the header
  EXPECT_EQ(with(slots + 4, kPageBytes - 1), Code::corrupt);  // offset at the end
  EXPECT_EQ(with(slots + 4, load_little<uint16_t>(sound.data() + slots + 12)),
            Code::corrupt);                            // the next's entry
  EXPECT_EQ(with(slots + 6, 65535), Code::corrupt);    // suffix too long
  EXPECT_EQ(with(first_entry, 65535), Code::corrupt);  // value too long
}

TEST(PageCheck, keys_out_of_order_are_noticed) {
  Buffer buffer = build({"a", "b", "c"});
  std::byte* const slots = buffer.data() + page_slots_begin(0);
  std::byte kept[sizeof(PageSlot)];
  std::memcpy(kept, slots, sizeof kept);
  std::memcpy(slots, slots + sizeof(PageSlot), sizeof(PageSlot));
  std::memcpy(slots + sizeof(PageSlot), kept, sizeof kept);
  EXPECT_EQ(code_of(validate_page(buffer.bytes())), Code::corrupt);
}

}  // namespace
}  // namespace firn::vos
