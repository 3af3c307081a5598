// FetchScan: what a fetch finds in the tree: the answer without its data, and where the data lies.
// Synchronous; progress is kept over faults as vos/visibility.h says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "vos/extent_scan.h"
#include "vos/store.h"

namespace firn::vos {

// A stored value or piece of which some records are wanted.
struct Fragment {
  size_t item = 0;
  Recx piece;  // as stored; a single value is one record
  Recx recx;   // of it
  uint64_t record_bytes = 0;
  size_t stored_at = 0;  // in FetchScan::stored: the record, with its checksum and the bytes or their runs
  size_t stored_bytes = 0;
  bool whole() const { return recx == piece; }
  uint64_t data_bytes() const { return recx.count * record_bytes; }
};

// What is known of an item of a fetch while it is being looked up.
struct ItemLookup {
  std::string key;  // begins with the akey's prefix
  size_t akey_prefix_bytes = 0;
  std::optional<EntryScan> entries;  // if it may be an array
  std::optional<AkeyState> state;
  std::optional<ExtentScan> extents;
  size_t recx = 0;       // of the request
  bool in_recx = false;  // the scan's window is that recx
  FetchedItem found;
};

// The store as a reader finds it.
struct StoreView {
  Tree& tree;
  PunchMemo& punches;
  const HybridClock& clock;  // as it is when it is looked at: a scan that waited for a page finds a later one
};

class FetchScan {
 public:
  // `fetch` outlives the scan; its epoch is not kEpochMax.
  FetchScan(const StoreView& view, const Fetch& fetch);

  Faultable<void> run();
  void forget() { probe_.forget(); }
  Lsn touched() const { return probe_.touched(); }

  // Why there is no answer: a condition does not hold, or it would be too large.
  std::optional<Error> refused;
  // One for each item; of arrays without the extents, which are those of the fragments.
  std::vector<FetchedItem> items;
  std::vector<Fragment> fragments;  // in the order of the payload
  std::string stored;               // the records of all fragments: one piece of memory for all
  uint64_t payload_bytes = 0;
  bool on_device = false;  // some of the data is not in `stored`

 private:
  Faultable<void> check_dkey();
  Faultable<void> find_item(const FetchItem& wanted);
  Faultable<AkeyState> find_state();
  Faultable<void> find_array(const FetchItem& wanted);
  void take_single(const FetchItem& wanted);
  void take_unit();
  void add_fragment(Fragment fragment, std::string_view record);

  const StoreView view_;
  Probe probe_;
  const Fetch& fetch_;
  const std::string dkey_prefix_;
  Floors floors_;
  bool entered_ = false;
  std::optional<EntryScan> dkey_entries_;
  bool dkey_checked_ = false;
  std::optional<ItemLookup> item_;
};

}  // namespace firn::vos
