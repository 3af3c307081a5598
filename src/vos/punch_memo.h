// PunchMemo: remembers objects that have no punch of their own, which are most and saves every operation on
// them a search in the object's first page. Knows only what it was told lately; exact in what it says.
// Belongs to its store's thread.
#pragma once

#include <vector>

#include "vos/store.h"

namespace firn::vos {

class PunchMemo {
 public:
  PunchMemo() : entries_(kEntries) {}

  // True: no punch of the object is stored. False: not known.
  bool is_unpunched(const ObjectRef& object) const {
    const Entry& entry = entries_[slot_of(object)];
    return entry.known && entry.object == object;
  }
  void remember_unpunched(const ObjectRef& object) { entries_[slot_of(object)] = {object, true}; }
  // To be called when a punch of the object is stored.
  void forget(const ObjectRef& object) {
    Entry& entry = entries_[slot_of(object)];
    if (entry.object == object) entry.known = false;
  }

 private:
  struct Entry {
    ObjectRef object;
    bool known = false;
  };
  static constexpr size_t kEntriesLog2 = 12;
  static constexpr size_t kEntries = 1 << kEntriesLog2;

  static size_t slot_of(const ObjectRef& object) {
    const uint64_t mixed = object.object.lo ^ (object.object.hi << 7) ^ object.pg.value;
    return (mixed * 0x9e3779b97f4a7c15) >> (64 - kEntriesLog2);
  }

  std::vector<Entry> entries_;
};

}  // namespace firn::vos
