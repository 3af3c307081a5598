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

void ReplayWindow::sort() {
  for (Slot& slot : slots_) slot.head = head_of(key_of(slot).substr(shared_bytes_));
  std::ranges::sort(slots_, [this](const Slot& a, const Slot& b) {
    if (a.head != b.head) return a.head < b.head;
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
