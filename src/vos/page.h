// Page: one node of the index as it lies in memory and on disk (docs/formats/page.md).
//
//   | header | common prefix of all keys | slots, in key order -> | free | <- heap of entries |
//
// The prefix stands with the header because every search begins with both: the fewer lines of memory it
// touches, the faster it is. A slot holds the first four bytes of its key behind the common prefix, as a
// number, so that a search touches the heap only where these are equal. Entries are added at the low end of
// the heap; what is removed leaves a hole that goes when the page is rebuilt (page_build.h). In an inner page
// (level > 0) a value is a child's page id and newest epoch, and entry 0 has no key: it stands for everything
// below entry 1.
//
// Page is a view: it owns nothing. The bytes come from format(), build_page() or passed check_page().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/endian.h"
#include "base/error.h"
#include "model/epoch.h"
#include "vos/lsn.h"

namespace firn::vos {

constexpr uint32_t kPageMagic = 0x47504e46;  // "FNPG"
constexpr uint16_t kPageVersion = 3;

struct PageHeader {
  uint32_t checksum;  // crc32c of all bytes behind this field; only on disk, arbitrary in memory
  uint32_t magic;
  uint16_t version;
  uint8_t level;  // 0: leaf
  uint8_t reserved;
  uint16_t entry_count;
  uint16_t prefix_bytes;  // behind the header; the slots follow at once
  uint64_t page;
  uint64_t newest_epoch;  // at least that of every change beneath
  uint16_t heap_begin;    // offset of the lowest byte of the heap
  uint16_t dead_bytes;    // of the heap: in holes
  uint32_t reserved2;
};
static_assert(sizeof(PageHeader) == 40);

struct PageSlot {
  uint32_t head;          // the suffix's first four bytes, first byte highest, padded with zeros
  uint16_t offset;        // of the entry: value_bytes u16, suffix, value
  uint16_t suffix_bytes;  // of the key behind the common prefix
};
static_assert(sizeof(PageSlot) == 8);

constexpr uint32_t kPageEntryOverhead = sizeof(PageSlot) + sizeof(uint16_t);
constexpr uint32_t kPageChildBytes = 2 * sizeof(uint64_t);  // id, newest epoch
// Not rounded up: what page_build.h does relies on a longer common prefix never taking more room in all.
constexpr uint32_t page_slots_begin(uint32_t prefix_bytes) {
  return static_cast<uint32_t>(sizeof(PageHeader)) + prefix_bytes;
}

class Page {
 public:
  explicit Page(std::byte* at) : at_(at) {}

  // An empty page, all unused bytes zero.
  static void format(std::byte* at, PageId page, uint8_t level);

  PageId id() const { return PageId{field<uint64_t>(offsetof(PageHeader, page))}; }
  uint8_t level() const { return field<uint8_t>(offsetof(PageHeader, level)); }
  uint32_t count() const { return field<uint16_t>(offsetof(PageHeader, entry_count)); }
  Epoch newest_epoch() const { return Epoch{field<uint64_t>(offsetof(PageHeader, newest_epoch))}; }
  void raise_epoch(Epoch epoch) {
    if (newest_epoch() < epoch) set_field<uint64_t>(offsetof(PageHeader, newest_epoch), epoch.value);
  }
  // What the header, slots, entries and prefix take; the rest is free or in holes.
  uint32_t used_bytes() const { return kPageBytes - contiguous_free_bytes() - dead_bytes(); }

  std::string_view prefix() const { return text(sizeof(PageHeader), prefix_bytes()); }
  std::string_view suffix(uint32_t slot) const {
    return text(slot_offset(slot) + sizeof(uint16_t), slot_suffix_bytes(slot));
  }
  std::string_view value(uint32_t slot) const {
    const uint32_t entry = slot_offset(slot);
    return text(entry + sizeof(uint16_t) + slot_suffix_bytes(slot), field<uint16_t>(entry));
  }
  // <0, 0, >0: the entry's key is below, equal to, above the other.
  int compare(uint32_t slot, std::string_view other) const {
    const std::string_view common = prefix();
    const int order = common.compare(other.substr(0, common.size()));
    if (order != 0) return order;
    const std::string_view rest = other.substr(common.size());
    const uint32_t head = head_of(rest);
    if (slot_head(slot) != head) return slot_head(slot) < head ? -1 : 1;  // without touching the heap
    return suffix(slot).compare(rest);
  }
  // Whether the entry's key begins with `begin`.
  bool starts_with(uint32_t slot, std::string_view begin) const {
    const std::string_view common = prefix();
    if (begin.size() <= common.size()) return common.starts_with(begin);
    if (!begin.starts_with(common)) return false;
    const std::string_view rest = begin.substr(common.size());
    if (rest.size() >= sizeof(uint32_t) && slot_head(slot) != head_of(rest)) return false;
    return suffix(slot).starts_with(rest);
  }
  // Of a leaf that is about to get another entry: asks for the memory where it will lie.
  void prefetch_for_insert() const {
    constexpr uint32_t kLineBytes = 64;
    if (contiguous_free_bytes() < 3 * kLineBytes) return;  // it will be rebuilt
    const std::byte* const end = at_ + heap_begin();
    for (uint32_t i = 1; i <= 3; i++) __builtin_prefetch(end - i * kLineBytes, 1);
  }
  // Inner pages.
  PageId child(uint32_t slot) const { return PageId{load_little<uint64_t>(value(slot).data())}; }
  // The child's newest_epoch(), so that a child need not be loaded to see that it has nothing new.
  Epoch child_epoch(uint32_t slot) const {
    return Epoch{load_little<uint64_t>(value(slot).data() + sizeof(uint64_t))};
  }
  void raise_child_epoch(uint32_t slot, Epoch epoch);

  struct Position {
    uint32_t slot;  // of the first entry whose key is >= the one searched; inner pages: from 1 on
    bool exact;     // it is equal
  };
  Position lower_bound(std::string_view key) const;
  // Inner pages: the slot of the child that holds the key.
  uint32_t child_slot(std::string_view key) const {
    const Position position = lower_bound(key);
    return position.exact ? position.slot : position.slot - 1;
  }

  // Puts an entry before that of `slot`; the caller has found the right place. False, and nothing changed, if
  // the key does not share the prefix or the free space is not in one piece large enough: rebuild then.
  bool insert(uint32_t slot, std::string_view key, std::string_view value);
  // In place. False, and nothing changed, if the new value is longer.
  bool replace_value(uint32_t slot, std::string_view value);
  void erase(uint32_t slot);

  // For those who build or check pages.
  uint32_t prefix_bytes() const { return field<uint16_t>(offsetof(PageHeader, prefix_bytes)); }
  uint32_t heap_begin() const { return field<uint16_t>(offsetof(PageHeader, heap_begin)); }
  uint32_t dead_bytes() const { return field<uint16_t>(offsetof(PageHeader, dead_bytes)); }
  // Of an empty page, once.
  void set_prefix(std::string_view prefix_text);
  // Adds an entry behind all others; it fits.
  void append(std::string_view key_suffix, std::string_view value) { put(count(), key_suffix, value); }
  uint32_t slot_head(uint32_t slot) const { return load_little<uint32_t>(at_slot(slot)); }
  uint32_t slot_offset(uint32_t slot) const { return load_little<uint16_t>(at_slot(slot) + 4); }
  uint32_t slot_suffix_bytes(uint32_t slot) const { return load_little<uint16_t>(at_slot(slot) + 6); }
  static uint32_t head_of(std::string_view suffix_text) {
    if (suffix_text.size() >= 4) [[likely]]
      return load_big<uint32_t>(suffix_text.data());
    uint32_t head = 0;
    for (size_t i = 0; i < suffix_text.size(); i++) {
      head |= static_cast<uint32_t>(static_cast<uint8_t>(suffix_text[i])) << (24 - 8 * i);
    }
    return head;
  }

 private:
  template <class T>
  T field(size_t offset) const {
    return load_little<T>(at_ + offset);
  }
  template <class T>
  void set_field(size_t offset, std::type_identity_t<T> value) {
    store_little<T>(at_ + offset, value);
  }
  std::string_view text(size_t offset, size_t bytes) const {
    return {reinterpret_cast<const char*>(at_ + offset), bytes};
  }
  std::byte* at_slot(uint32_t slot) const {
    return at_ + page_slots_begin(prefix_bytes()) + slot * sizeof(PageSlot);
  }
  uint32_t contiguous_free_bytes() const {
    return heap_begin() - page_slots_begin(prefix_bytes()) -
           count() * static_cast<uint32_t>(sizeof(PageSlot));
  }
  uint32_t entry_bytes(uint32_t slot) const {
    return static_cast<uint32_t>(sizeof(uint16_t)) + slot_suffix_bytes(slot) +
           field<uint16_t>(slot_offset(slot));
  }
  void put(uint32_t slot, std::string_view key_suffix, std::string_view value);
  void add_dead_bytes(uint32_t bytes) {
    set_field<uint16_t>(offsetof(PageHeader, dead_bytes), static_cast<uint16_t>(dead_bytes() + bytes));
  }
  Position lower_bound_in_run(uint32_t begin, std::string_view suffix_text) const;
  void prefetch_entry(uint32_t slot) const;
  void drop_first_key();

  std::byte* at_;
};

// Fills in the checksum of a page that is about to be written; gives it.
uint32_t seal_page(MutableBytes page);
// The checksum a page carries.
inline uint32_t page_checksum(ByteView page) { return load_little<uint32_t>(page.data()); }

// Whether `bytes` (kPageBytes, read from disk) are page `expected`, whole: checksum, identity, structure.
// Code::corrupt says what is wrong; Code::version if the format is not ours.
Result<void> check_page(ByteView bytes, PageId expected);
// The structure only: afterwards every access through Page stays within the page, keys ascend, and the page
// can be changed and rebuilt. Code::corrupt, Code::version.
Result<void> validate_page(ByteView bytes);

}  // namespace firn::vos
