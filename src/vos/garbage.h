// Garbage: where in the tree there is something that aggregation may remove, so that its cost is that of the
// garbage and not that of the store (docs/decisions/0007-store-complete.md).
//
// Garbage arises where a write lands on something: the prefix of the akey, or the punched prefix, is
// remembered with the newest such write. The set is bounded; when it overflows it is dropped, and the next
// aggregation walks over all that changed since the last one that looked at everything. Synchronous, in
// memory: after opening a store nothing is known, so the first aggregation walks over all of it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/epoch.h"

namespace firn::vos {

class Garbage {
 public:
  explicit Garbage(uint64_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) {}

  // A write at `epoch` hides something beneath the prefix: `bytes` of it, as far as is known.
  void add(std::string_view prefix, Epoch epoch, uint64_t bytes);
  // A readable epoch is readable no longer: what only it needed is hidden by writes above it.
  void add_all_above(Epoch epoch) { clean_upto_ = std::min(clean_upto_, epoch); }

  // Whether an aggregation has to look at everything that is newer than clean_upto(): the set does not
  // know all.
  bool needs_walk() const { return remembered_above_ > clean_upto_; }
  Epoch clean_upto() const { return clean_upto_; }

  // The first remembered prefix behind `position` of which all the writes are at or below `epoch`.
  std::optional<std::string> next(std::string_view position, Epoch epoch) const;
  // All at or beneath the prefix has been looked at by an aggregation up to `epoch`.
  void looked_at(std::string_view prefix, Epoch epoch);
  // A walk over everything begins, or has to; `newest` is the newest epoch of the store. What is added from
  // now on is remembered for later.
  void begin_walk(Epoch newest);
  // All garbage of writes at or below the epoch is gone.
  void cleaned(Epoch epoch) { clean_upto_ = std::max(clean_upto_, epoch); }
  // An aggregation did not get through.
  void failed(Epoch newest) { remembered_above_ = std::max(remembered_above_, newest); }

  // What has been hidden since the counts were taken last: estimates, only ever compared with thresholds.
  struct Amount {
    uint64_t bytes = 0;
    uint64_t writes = 0;
    bool any() const { return writes > 0; }
  };
  const Amount& amount() const { return amount_; }
  void take_amount() { amount_ = {}; }
  uint64_t memory_bytes() const { return memory_bytes_; }

 private:
  void forget(std::map<std::string, Epoch, std::less<>>::iterator entry);

  const uint64_t memory_bytes_max_;
  uint64_t memory_bytes_ = 0;
  std::map<std::string, Epoch, std::less<>> prefixes_;  // with the newest write
  Epoch remembered_above_;                              // of all writes above, the prefixes are in the set
  Epoch clean_upto_;                                    // there is no garbage of writes at or below
  Amount amount_{0, 1};  // what was there before the store was opened is not known
};

}  // namespace firn::vos
