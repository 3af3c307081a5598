// Visibility: what a reader at one epoch sees of the tree (docs/decisions/0003-vos.md).
//
// An entry written at epoch v is visible at epoch e if v <= e and no punch of its object, dkey or akey lies
// in (v, e]. The newest such punch is the entry's *floor*, so visible means floor <= v <= e. An akey exists
// if one of its entries is visible, punched values and extents included; a dkey if one of its akeys does, an
// object if one of its dkeys does. Of array pieces and holes that overlap, the newest visible one hides the
// others: vos/extent_scan.h.
//
// All is synchronous. What returns a fault has kept its progress: load the page, call Probe::forget(), call
// again. What was found at an epoch stays true while pages load, as later changes have later epochs and
// nobody removes what a registered reader can see.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "vos/key_codec.h"
#include "vos/punch_memo.h"
#include "vos/record.h"
#include "vos/tree.h"

namespace firn::vos {

// A tree cursor that does not search anew when it stands at the answer already, and notes how far the log
// must be durable before anybody is told what it saw.
class Probe {
 public:
  explicit Probe(Tree& tree) : cursor_(tree) {}

  // To the first entry >= target; false if there is none.
  Faultable<bool> seek(std::string_view target);
  // To the last entry < target; false if there is none.
  Faultable<bool> seek_before(std::string_view target);
  // Preconditions: the last seek or step found an entry.
  // To the next entry; false if there is none. After a fault seek again.
  Faultable<bool> next();
  std::string_view key() const { return cursor_.key(); }
  std::string_view value() const { return cursor_.value(); }
  bool starts_with(std::string_view prefix) const { return cursor_.starts_with(prefix); }
  // To pass over many entries of a leaf: see Tree::Cursor.
  Tree::Cursor::InLeaf in_leaf() const { return cursor_.in_leaf(); }
  void move_to(uint32_t slot) {
    positioned_ = false;
    cursor_.move_to(slot);
  }

  // To be called when pages may have been loaded or the tree may have changed since the last seek.
  void forget() { positioned_ = false; }
  Lsn touched() const { return touched_; }
  // Memory for keys that are put together to be sought, kept.
  std::string& scratch() { return scratch_; }

 private:
  bool arrive(bool found);

  Tree::Cursor cursor_;
  std::string low_;  // nothing lies in [low_, the entry)
  std::string scratch_;
  bool positioned_ = false;
  bool at_entry_ = false;
  Lsn touched_;
};

// The newest punch at or below `at` of what the first `prefix_bytes` bytes of `key` name; kEpochNone if there
// is none. `key` is scratch: what follows the prefix changes.
Faultable<Epoch> newest_punch(Probe& probe, std::string& key, size_t prefix_bytes, Epoch at);

struct Floors {
  Epoch object;
  Epoch dkey;
  Epoch akey;
  Epoch newest() const { return std::max({object, dkey, akey}); }
};

// Walks the visible entries below a prefix in the order of keys; of those with one start only the newest.
class EntryScan {
 public:
  // `scope`: a prefix of any level. The probe outlives the scan.
  EntryScan(Probe& probe, std::string scope, Epoch at) : probe_(probe), scope_(std::move(scope)), at_(at) {
    position_ = scope_;
  }
  // Saves looking up what the caller knows already: the punches of the dkey of this prefix and of its object.
  void assume(std::string_view dkey_prefix, Floors floors);
  // Skips what sorts before `position`.
  void start_at(std::string_view position) {
    if (position_ < position) position_ = position;
  }

  // To the next visible entry; false behind the last.
  Faultable<bool> next();
  // Whether any call of next() found one.
  bool found_any() const { return found_any_; }
  // Of the entry found; valid until the next call.
  const ParsedKey& entry() const { return entry_; }
  std::string_view object_prefix() const { return std::string_view(path_).substr(0, kObjectPrefixBytes); }
  std::string_view dkey_prefix() const { return std::string_view(path_).substr(0, dkey_prefix_bytes_); }
  std::string_view akey_prefix() const { return path_; }
  // Until the tree changes or a page is loaded.
  RecordView record() const;
  std::string_view value() const { return probe_.value(); }
  // An entry is visible if its epoch is not below this and not above that of the scan.
  Epoch floor() const { return floors_.newest(); }

  // next() will go on behind the object, dkey or akey of the entry found.
  void skip_object() { skip(kObjectPrefixBytes); }
  void skip_dkey() { skip(dkey_prefix_bytes_); }
  void skip_akey() { skip(path_.size()); }

 private:
  void skip(size_t prefix_bytes);
  void go_behind(const ParsedKey& entry);
  void pass_unpunched_levels(std::string_view key, const ParsedKey& parsed);
  Faultable<bool> enter(std::string_view key, const ParsedKey& parsed);
  Faultable<bool> enter_level(std::string_view prefix, Epoch& floor);
  bool go_behind_punches(std::string_view prefix);

  Probe& probe_;
  const std::string scope_;
  const Epoch at_;
  std::string position_;          // the next entry is at or behind it
  std::string path_;              // prefix of the deepest thing whose punches are known
  size_t dkey_prefix_bytes_ = 0;  // within path_; 0: an object
  bool in_akey_ = false;          // path_ is an akey's
  Floors floors_;
  bool found_any_ = false;
  bool found_ = false;  // position_ is the entry that was given last
  ParsedKey entry_;
};

// The newest punches, at or below `at`, of the object and the dkey that a dkey prefix names. Nothing stored
// is newer than `newest`.
Faultable<Floors> find_floors(Probe& probe, PunchMemo& memo, std::string_view dkey_prefix, Epoch at,
                              Epoch newest);

// What an akey visibly holds.
struct AkeyState {
  bool exists = false;
  ValueKind kind = ValueKind::single;
  uint64_t record_bytes = 0;  // array; 0: nothing but holes of which it is not known
  Epoch floor;
};
// The cheap part: nothing if the akey may hold an array, for which the walk below is needed. If it is a
// single value, the probe is at it. `key` begins with the akey's prefix; what follows is scratch. `outer`:
// the floors of object and dkey.
Faultable<std::optional<AkeyState>> find_single_state(Probe& probe, std::string& key, size_t prefix_bytes,
                                                      Floors outer, Epoch at);
// Precondition: the scan's scope is the akey's prefix, and next() has not been called. If it is a single
// value, the scan is at it; a fault may be followed by another call.
Faultable<AkeyState> find_akey_state(EntryScan& entries);

}  // namespace firn::vos
