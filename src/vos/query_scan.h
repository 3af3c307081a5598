// QueryScan: the largest or smallest visible dkey, akey or run of records, each within the one above; or the
// newest change; or both. Synchronous; progress is kept over faults as vos/visibility.h says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vos/extent_scan.h"
#include "vos/store.h"

namespace firn::vos {

// The keys that exist below an object or a dkey, in either direction.
class ChildWalk {
 public:
  enum class Direction : uint8_t { ascending, descending };
  // The probe outlives the walk. `parent`: an object or dkey prefix.
  ChildWalk(Probe& probe, std::string parent, bool below_object, Epoch at, Direction direction);

  // To the next key; false behind the last.
  Faultable<bool> next();
  // Of the key found: its dkey or akey prefix.
  const std::string& prefix() const { return prefix_; }

 private:
  Faultable<bool> next_ascending();
  Faultable<bool> next_descending();
  size_t child_prefix_bytes(const ParsedKey& parsed) const;

  Probe& probe_;
  const std::string parent_;
  const bool below_object_;
  const Epoch at_;
  const Direction direction_;
  EntryScan entries_;                   // ascending
  std::string upper_;                   // descending: all at or behind it has been looked at
  std::optional<EntryScan> candidate_;  // descending: does it exist?
  std::string prefix_;
};

// The first or last run of visible records of an array; runs are cut at the borders of units
// (model/pieces.h).
class RunSearch {
 public:
  RunSearch(Probe& probe, ExtentScan::Options options, bool largest);
  Faultable<std::optional<Recx>> run();

 private:
  Faultable<bool> step_back();

  Probe& probe_;
  const ExtentScan::Options options_;
  const bool largest_;
  ExtentScan extents_;
  uint64_t upper_ = kRecordIndexMax;  // pieces that start at or behind it have been looked at
  bool in_unit_ = false;
};

class QueryScan {
 public:
  // `query` outlives the scan; its epoch is not kEpochMax.
  QueryScan(Tree& tree, const Query& query);

  Faultable<void> run();
  void forget() { probe_.forget(); }
  Lsn touched() const { return probe_.touched(); }

  QueryResult result;

 private:
  Faultable<void> find_newest();
  Faultable<bool> next_dkey();
  Faultable<bool> next_akey();
  Faultable<bool> find_run();
  void take_keys();

  Probe probe_;
  const Query& query_;
  const ChildWalk::Direction direction_;
  std::optional<EntryScan> all_;  // for the newest change
  bool newest_found_ = false;
  std::optional<ChildWalk> dkeys_;
  std::optional<ChildWalk> akeys_;
  std::string dkey_prefix_;  // empty: none chosen
  std::string akey_prefix_;  // empty: none chosen
  bool given_dkey_tried_ = false;
  std::optional<EntryScan> entries_;  // of the akey
  std::optional<AkeyState> akey_;
  std::optional<RunSearch> run_;
};

}  // namespace firn::vos
