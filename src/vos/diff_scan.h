// DiffScan: one answer of Store::diff: the records of a placement group in a range of epochs, in the order of
// keys. Synchronous; progress is kept over faults as vos/visibility.h says.
#pragma once

#include <string>
#include <vector>

#include "vos/fetch_scan.h"
#include "vos/newer_walk.h"
#include "vos/store.h"

namespace firn::vos {

class DiffScan {
 public:
  // `diff` outlives the scan; its `upto` is not kEpochMax.
  DiffScan(Tree& tree, const Diff& diff);

  Faultable<void> run();
  void forget() { walk_.forget(); }
  Lsn touched() const { return walk_.touched(); }

  DiffResult result;                // without the payload
  std::vector<Fragment> fragments;  // of the payload; each one's item is its record
  std::string stored;               // their values in the tree, as in FetchScan
  uint64_t payload_bytes = 0;

 private:
  // False if the answer is full.
  bool take();

  NewerWalk walk_;
  const Diff& diff_;
  uint64_t bytes_ = 0;  // of the answer
};

}  // namespace firn::vos
