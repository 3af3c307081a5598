// Page: searching and changing one node of the index; see page.h.
#include "vos/page.h"

#include <algorithm>
#include <cstring>

namespace firn::vos {

namespace {
void copy_to(std::byte* target, std::string_view text) {
  if (!text.empty()) std::memcpy(target, text.data(), text.size());
}
}  // namespace

void Page::format(std::byte* at, PageId page, uint8_t level) {
  std::memset(at, 0, kPageBytes);  // no byte of this process's memory gets to disk
  Page formatted(at);
  formatted.set_field<uint32_t>(offsetof(PageHeader, magic), kPageMagic);
  formatted.set_field<uint16_t>(offsetof(PageHeader, version), kPageVersion);
  formatted.set_field<uint8_t>(offsetof(PageHeader, level), level);
  formatted.set_field<uint64_t>(offsetof(PageHeader, page), page.value);
  formatted.set_field<uint16_t>(offsetof(PageHeader, heap_begin), kPageBytes);
}

Page::Position Page::lower_bound(std::string_view key) const {
  const uint32_t entry_count = count();
  const uint32_t first = level() > 0 ? 1 : 0;
  const std::string_view common = prefix();
  const int order = key.substr(0, common.size()).compare(common);
  if (order > 0) return {std::max(entry_count, first), false};
  if (order < 0) return {first, false};

  const std::string_view wanted = key.substr(common.size());
  const uint32_t head = head_of(wanted);
  // The number of rounds depends on the count alone, and each compiles to a conditional move: nothing to
  // mispredict.
  const std::byte* const all = at_slot(first);
  const std::byte* slots = all;
  uint32_t length = entry_count > first ? entry_count - first : 0;
  while (length > 1) {
    const uint32_t half = length / 2;
    const bool less = load_little<uint32_t>(slots + (half - 1) * sizeof(PageSlot)) < head;
    slots = less ? slots + half * sizeof(PageSlot) : slots;
    length -= half;
  }
  if (length == 1 && load_little<uint32_t>(slots) < head) slots += sizeof(PageSlot);
  const uint32_t begin = first + static_cast<uint32_t>(slots - all) / sizeof(PageSlot);
  if (begin >= entry_count || slot_head(begin) != head) return {begin, false};
  return lower_bound_in_run(begin, wanted);
}

// An entry of a common length reaches over three lines; who finds it reads all of it.
void Page::prefetch_entry(uint32_t slot) const {
  const std::byte* const entry = at_ + slot_offset(slot);
  __builtin_prefetch(entry + 64);
  __builtin_prefetch(entry + 128);
}

// Among the entries from `begin` on that have the head of `wanted`.
Page::Position Page::lower_bound_in_run(uint32_t begin, std::string_view wanted) const {
  prefetch_entry(begin);
  int order = suffix(begin).compare(wanted);  // mostly the run is one entry long
  if (order >= 0) return {begin, order == 0};
  const uint32_t head = slot_head(begin);
  uint32_t end = begin + 1;
  for (uint32_t step = 1; end < count() && slot_head(end) == head; step *= 2)
    end = std::min(end + step, count());
  begin++;
  bool exact = false;
  while (begin < end) {
    const uint32_t middle = begin + (end - begin) / 2;
    order = slot_head(middle) > head ? 1 : suffix(middle).compare(wanted);
    if (order < 0) {
      begin = middle + 1;
    } else {
      end = middle;
      exact = order == 0;
    }
  }
  return {begin, exact};
}

bool Page::insert(uint32_t slot, std::string_view key, std::string_view value) {
  FIRN_ASSERT(slot <= count());
  FIRN_ASSERT(level() == 0 || slot > 0 || count() == 0);
  if (!key.starts_with(prefix())) return false;
  const std::string_view key_suffix = key.substr(prefix_bytes());
  if (kPageEntryOverhead + key_suffix.size() + value.size() > contiguous_free_bytes()) return false;
  put(slot, key_suffix, value);
  return true;
}

void Page::put(uint32_t slot, std::string_view key_suffix, std::string_view value) {
  const size_t bytes = sizeof(uint16_t) + key_suffix.size() + value.size();
  FIRN_ASSERT(bytes + sizeof(PageSlot) <= contiguous_free_bytes());
  const auto offset = static_cast<uint16_t>(heap_begin() - bytes);
  set_field<uint16_t>(offset, static_cast<uint16_t>(value.size()));
  std::byte* const at = at_ + offset + sizeof(uint16_t);
  copy_to(at, key_suffix);
  copy_to(at + key_suffix.size(), value);

  std::memmove(at_slot(slot + 1), at_slot(slot), (count() - slot) * sizeof(PageSlot));
  store_little<uint32_t>(at_slot(slot), head_of(key_suffix));
  store_little<uint16_t>(at_slot(slot) + 4, offset);
  store_little<uint16_t>(at_slot(slot) + 6, static_cast<uint16_t>(key_suffix.size()));
  set_field<uint16_t>(offsetof(PageHeader, heap_begin), offset);
  set_field<uint16_t>(offsetof(PageHeader, entry_count), static_cast<uint16_t>(count() + 1));
}

bool Page::replace_value(uint32_t slot, std::string_view value) {
  const uint32_t entry = slot_offset(slot);
  const uint32_t old_bytes = field<uint16_t>(entry);
  if (value.size() > old_bytes) return false;
  copy_to(at_ + entry + sizeof(uint16_t) + slot_suffix_bytes(slot), value);
  set_field<uint16_t>(entry, static_cast<uint16_t>(value.size()));
  add_dead_bytes(old_bytes - static_cast<uint32_t>(value.size()));
  return true;
}

void Page::raise_child_epoch(uint32_t slot, Epoch epoch) {
  if (child_epoch(slot) >= epoch) return;
  const uint32_t value_at =
      slot_offset(slot) + static_cast<uint32_t>(sizeof(uint16_t)) + slot_suffix_bytes(slot);
  set_field<uint64_t>(value_at + sizeof(uint64_t), epoch.value);
}

void Page::erase(uint32_t slot) {
  FIRN_ASSERT(slot < count());
  add_dead_bytes(entry_bytes(slot));
  const uint32_t left = count() - 1;
  std::memmove(at_slot(slot), at_slot(slot + 1), (left - slot) * sizeof(PageSlot));
  std::memset(at_slot(left), 0, sizeof(PageSlot));
  set_field<uint16_t>(offsetof(PageHeader, entry_count), static_cast<uint16_t>(left));
  if (level() > 0 && slot == 0 && left > 0) drop_first_key();
}

void Page::drop_first_key() {
  const uint32_t suffix_bytes = slot_suffix_bytes(0);
  std::byte* const key_at = at_ + slot_offset(0) + sizeof(uint16_t);
  std::memmove(key_at, key_at + suffix_bytes, value(0).size());
  store_little<uint32_t>(at_slot(0), 0);
  store_little<uint16_t>(at_slot(0) + 6, 0);
  add_dead_bytes(suffix_bytes);
}

void Page::set_prefix(std::string_view prefix_text) {
  FIRN_ASSERT(count() == 0);
  FIRN_ASSERT(heap_begin() == kPageBytes);
  copy_to(at_ + sizeof(PageHeader), prefix_text);
  set_field<uint16_t>(offsetof(PageHeader, prefix_bytes), static_cast<uint16_t>(prefix_text.size()));
}

}  // namespace firn::vos
