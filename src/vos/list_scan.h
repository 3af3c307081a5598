// ListScan: one page of an enumeration: objects, dkeys or akeys that exist, or the visible extents of an
// array. Synchronous; progress is kept over faults as vos/visibility.h says.
#pragma once

#include <optional>
#include <string>

#include "vos/extent_scan.h"
#include "vos/store.h"

namespace firn::vos {

class ListScan {
 public:
  // `list` outlives the scan; its epoch is not kEpochMax.
  ListScan(Tree& tree, const List& list);

  Faultable<void> run();
  void forget() { probe_.forget(); }
  Lsn touched() const { return probe_.touched(); }

  ListResult result;

 private:
  static std::string scope_of(const List& list);
  std::string behind_last_page() const;
  Faultable<void> list_keys();
  void take_key();
  Faultable<void> list_extents();
  bool take_unit();

  Probe probe_;
  const List& list_;
  const size_t entries_max_;
  EntryScan entries_;
  std::optional<AkeyState> akey_;
  std::optional<ExtentScan> extents_;
};

}  // namespace firn::vos
