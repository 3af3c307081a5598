// Entries in the order of keys; see replay_window.h.
#include "vos/replay_window.h"

#include <algorithm>

#include "base/endian.h"

namespace firn::vos {

namespace {

size_t shared_front(std::string_view a, std::string_view b) {
  const auto [differs, ignored] = std::ranges::mismatch(a, b);
  return static_cast<size_t>(differs - a.begin());
}

// Orders as the text's first eight bytes do.
uint64_t head_of(std::string_view text) {
  if (text.size() >= sizeof(uint64_t)) return load_big<uint64_t>(text.data());
  char bytes[sizeof(uint64_t)] = {};
  text.copy(bytes, text.size());
  return load_big<uint64_t>(bytes);
}

}  // namespace

void ReplayWindow::add(const TreeWrite& write, Lsn lsn) {
  shared_bytes_ = slots_.empty() ? write.key.size()
                                 : shared_front(key_of(slots_.front()).substr(0, shared_bytes_), write.key);
  slots_.push_back({0, lsn, bytes_.size(), static_cast<uint32_t>(write.key.size()),
                    static_cast<uint32_t>(write.value.size())});
  bytes_ += write.key;
  bytes_ += write.value;
}

void ReplayWindow::sort() { sort_from(shared_bytes_, slots_); }

// By eight bytes of the keys at a time: these stand in the slots, while a comparison of two keys waits for
// both of them to come from memory. The slots' keys are the same in front of `depth`.
void ReplayWindow::sort_from(size_t depth, std::span<Slot> slots) {
  for (Slot& slot : slots) slot.head = head_of(key_of(slot).substr(depth));
  std::ranges::sort(slots, {}, &Slot::head);
  for (size_t begin = 0; begin < slots.size();) {
    size_t end = begin + 1;
    while (end < slots.size() && slots[end].head == slots[begin].head) end++;
    if (end - begin > 1) sort_alike(depth + sizeof(Slot::head), slots.subspan(begin, end - begin));
    begin = end;
  }
}

void ReplayWindow::sort_alike(size_t depth, std::span<Slot> slots) {
  constexpr size_t kFew = 16;
  const bool all_go_on = std::ranges::all_of(slots, [&](const Slot& slot) { return slot.key_bytes > depth; });
  if (slots.size() > kFew && all_go_on) return sort_from(depth, slots);
  std::ranges::sort(slots, [this](const Slot& a, const Slot& b) {
    const int order = key_of(a).compare(key_of(b));
    return order != 0 ? order < 0 : a.at < b.at;
  });
}

ReplayWindow::Entry ReplayWindow::entry(size_t index) const {
  const Slot& slot = slots_[index];
  const std::string_view all(bytes_);
  return {key_of(slot), all.substr(slot.at + slot.key_bytes, slot.value_bytes), slot.lsn};
}

void ReplayWindow::prefetch(size_t index) const {
  if (index >= slots_.size()) return;
  const Slot& slot = slots_[index];
  constexpr uint64_t kLineBytes = 64;
  for (uint64_t at = 0; at < uint64_t{slot.key_bytes} + slot.value_bytes; at += kLineBytes) {
    __builtin_prefetch(bytes_.data() + slot.at + at);
  }
}

void ReplayWindow::clear() {
  bytes_.clear();
  slots_.clear();
}

}  // namespace firn::vos
