// DiffScan: one answer of Store::diff: the records of a placement group in a range of epochs, in the order of
// keys. Synchronous; progress is kept over faults as vos/visibility.h says.
#pragma once

#include <string>
#include <vector>

#include "vos/fetch_scan.h"
#include "vos/store.h"
#include "vos/visibility.h"

namespace firn::vos {

class DiffScan {
 public:
  // `diff` outlives the scan; its `upto` is not kEpochMax.
  DiffScan(Tree& tree, const Diff& diff);

  Faultable<void> run();
  void forget() { probe_.forget(); }
  Lsn touched() const { return probe_.touched(); }

  DiffResult result;                // without the payload
  std::vector<Fragment> fragments;  // of the payload; each one's item is its record
  std::string stored;               // their values in the tree, as in FetchScan
  uint64_t payload_bytes = 0;

 private:
  // False if the answer is full.
  bool take(const ParsedKey& parsed);

  Probe probe_;
  const Diff& diff_;
  const std::string scope_;
  std::string position_;  // the next entry is at or behind it
  uint64_t bytes_ = 0;    // of the answer
};

}  // namespace firn::vos
