// Aggregator: finds what no readable epoch needs, in the order of keys, a slice at a time. Changes nothing
// itself: its owner erases what it names, in the order it is named (a thing goes before what hides it, so
// that reads are right at any point in between). Synchronous; on a fault: load the page, forget(), call
// again.
//
// A version is needed if nothing newer hides it at the first readable epoch at or above it. Goes: values and
// extents that are not needed; punched extents with nothing left beneath; punches with nothing left beneath
// that an older one does not hide. Stays, besides: the newest entry of each layer of an akey even if it is
// punched, as it keeps the akey in being and says of what kind and record size it is.
//
// What stays of a unit in several pieces of one layer is named to be merged.
//
// Memory: one unit's extents, an akey's holes, and the punches above (one for each layer).
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "model/io.h"
#include "vos/merge.h"
#include "vos/retention.h"
#include "vos/visibility.h"

namespace firn::vos {

class Aggregator {
 public:
  // `scope`: the prefix of a placement group, container, object, dkey or akey; empty: the whole tree.
  Aggregator(Tree& tree, std::string scope, ReadableEpochs readable)
      : probe_(tree), scope_(std::move(scope)), readable_(std::move(readable)), position_(scope_) {}

  // Looks at up to `entries_max` entries. False when all has been looked at. After a fault doomed() holds
  // what was found.
  Faultable<bool> slice(size_t entries_max);
  void forget() { probe_.forget(); }
  // After a fault, if the page cannot be loaded: goes on from `position`, the first key behind it. What may
  // have to do with what could not be looked at stays.
  void go_on_from(std::string position);
  const std::string& position() const { return position_; }
  uint64_t entries_looked_at() const { return entries_looked_at_; }
  // Keys to be erased, in order; the owner empties it.
  std::vector<std::string>& doomed() { return doomed_; }
  // To be carried out after that, in any order; the owner empties it.
  std::vector<Merge>& merges() { return merges_; }

 private:
  struct PunchEntry {
    std::string key;
    Epoch epoch;
    bool needed = false;  // hides something that stays
  };
  // The punches of an object, dkey or akey, newest first.
  struct Punches {
    std::vector<PunchEntry> entries;
    bool in_scope = true;
    // The oldest of those newer than `version`; nullptr if there is none.
    PunchEntry* first_above(Epoch version);
    Epoch newest_at(Epoch epoch) const;
  };
  enum Level : size_t { kObject, kDkey, kAkey, kLevels };

  void look_at(std::string_view key, const ParsedKey& parsed);
  void leave_levels(std::string_view key, const ParsedKey& parsed);
  void leave_akey();
  void leave_level(Level level);
  void enter_levels(std::string_view key, const ParsedKey& parsed);
  Faultable<void> read_punches_above();
  Faultable<std::vector<PunchEntry>> read_punches(std::string_view prefix);

  Epoch reader_of(Epoch version) const { return readable_.first_at_or_above(container_, version); }
  bool hidden_by_punch(Epoch version, Epoch reader);
  Epoch floor_at(Epoch reader) const;
  void keep(Epoch version);

  void take_punch(Level level, std::string_view key, Epoch epoch);
  void take_single(std::string_view key, Epoch epoch, Epoch reader);
  void take_piece(const StoredExtent& piece);
  void leave_unit();
  void mark_unit(std::vector<StoredExtent>& extents);
  void decide(Epoch epoch, Epoch reader, std::string key, bool needed);
  std::string extent_key(char kind, const StoredExtent& extent) const;
  void doom(std::string key) { doomed_.push_back(std::move(key)); }

  Probe probe_;
  const std::string scope_;
  const ReadableEpochs readable_;
  std::string position_;  // the next entry is at or behind it
  std::vector<std::string> doomed_;
  std::vector<Merge> merges_;
  bool punches_above_read_ = false;
  uint64_t entries_looked_at_ = 0;

  // Of the entry looked at last.
  std::string path_;              // its deepest prefix
  size_t dkey_prefix_bytes_ = 0;  // within path_; 0: an object's
  size_t akey_prefix_bytes_ = 0;  // likewise
  ContainerId container_;
  std::array<Punches, kLevels> punches_;

  // Of the akey.
  struct NewestOfLayer {
    Epoch epoch;
    std::string spare;  // its key, if it stays for no other reason
  };
  std::map<Epoch, NewestOfLayer> newest_;  // by reader
  Epoch last_single_;                      // looked at last
  std::vector<StoredExtent> holes_;
  // The akey may have had records of other sizes before a punch: units are those of the smallest, which hold
  // the others whole.
  uint64_t unit_records_ = 0;
  Recx unit_;
  std::vector<StoredExtent> pieces_;  // of the unit
};

}  // namespace firn::vos
