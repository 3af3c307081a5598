// ReadTimestamps: when transactions have read what, so that no transaction writes into a past that another
// has seen. For each thing that was read, and for each thing it lies in, the newest such epoch. In memory and
// bounded: what is forgotten raises the low-water mark, below which everything counts as read by all.
// (After the timestamp caches of CockroachDB and DAOS.)
//
// A transaction reads and writes at one epoch; its own reads do not stand in the way of its writes.
// Belongs to its store's thread.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/epoch.h"
#include "model/ids.h"
#include "vos/reach.h"

namespace firn::vos {

class ReadTimestamps {
 public:
  static constexpr size_t kEntriesMax = 65536;
  explicit ReadTimestamps(size_t entries_max = kEntriesMax) : entries_max_(entries_max) {}

  // Records of arrays are not told apart: the akey counts as read.
  void mark(const Reach& read, Epoch epoch, TransactionId by);
  // The epoch of a read by another transaction, not below `epoch`, which would have seen the write; nothing
  // if there is none.
  std::optional<Epoch> conflict(const Reach& write, Epoch epoch, TransactionId by) const;

  // As if all had been read at that epoch.
  void raise_low_water(Epoch epoch) { low_water_ = std::max(low_water_, epoch); }
  Epoch low_water() const { return low_water_; }
  size_t entry_count() const { return entries_.size(); }

 private:
  // The newest of several reads.
  struct Stamp {
    Epoch epoch;
    TransactionId by;
    bool by_several = false;  // at that epoch
    void raise(Epoch to, TransactionId reader);
    bool stops(Epoch write, TransactionId writer) const {
      return epoch >= write && (by_several || by != writer);
    }
  };
  struct Entry {
    std::string prefix;  // of the tree
    Stamp whole;         // reads of it and so of all in it
    Stamp inside;        // reads of something in it
  };
  using Entries = std::list<Entry>;  // the one that was not raised for longest first

  Entry& touch(const std::string& prefix);
  const Entry* find(const std::string& prefix) const;

  const size_t entries_max_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> index_;
  Epoch low_water_;
};

}  // namespace firn::vos
