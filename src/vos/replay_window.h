// ReplayWindow: entries that replay has read from the log and not put into the tree yet.
//
// Keys carry their epochs, so it does not matter in which order different ones enter the tree. In the order
// of the log each would go to another page, and wait for it to come from memory; in the order of keys those
// of one page follow each other.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vos/change.h"
#include "vos/lsn.h"

namespace firn::vos {

class ReplayWindow {
 public:
  explicit ReplayWindow(uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // `lsn`: the end of the record that the entry is from.
  void add(const TreeWrite& write, Lsn lsn);
  // It has reached the length it was made for.
  bool is_full() const { return bytes() >= bytes_max_; }
  uint64_t bytes() const { return bytes_.size() + slots_.size() * sizeof(Slot); }

  // By key; entries of one key stay in the order in which they were added.
  void sort();
  size_t size() const { return slots_.size(); }
  struct Entry {
    std::string_view key;
    std::string_view value;
    Lsn lsn;
  };
  // Valid until something is added.
  Entry entry(size_t index) const;
  // Asks the processor for an entry that will soon be wanted, if there is one.
  void prefetch(size_t index) const;
  void clear();

 private:
  struct Slot {
    uint64_t head;  // of sort(): eight bytes of the key, as a number
    Lsn lsn;
    uint64_t at;  // in bytes_: the key, then the value
    uint32_t key_bytes;
    uint32_t value_bytes;
  };
  void sort_from(size_t depth, std::span<Slot> slots);
  void sort_alike(size_t depth, std::span<Slot> slots);
  std::string_view key_of(const Slot& slot) const {
    return std::string_view(bytes_).substr(slot.at, slot.key_bytes);
  }

  const uint64_t bytes_max_;
  std::string bytes_;
  std::vector<Slot> slots_;
  size_t shared_bytes_ = 0;  // of all keys, at their front
};

}  // namespace firn::vos
