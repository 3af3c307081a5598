// Aggregator: finds what no reader at or above an epoch can see, in the order of keys, a slice at a time.
// Changes nothing itself: its owner erases what it names, in the order it is named (a thing goes before what
// hides it, so that reads are right at any point in between). Synchronous; on a fault: load the page,
// forget(), call again.
//
// Goes: entries below a punch; all but the newest of single values; pieces that newer ones cover; punched
// pieces and holes with nothing left beneath; punches, once all beneath them is gone. Stays: the newest entry
// of each akey even if it is punched, as it keeps the akey in being and says of what kind and record size it
// is.
#pragma once

#include <string>
#include <vector>

#include "model/io.h"
#include "vos/extent_scan.h"
#include "vos/visibility.h"

namespace firn::vos {

class Aggregator {
 public:
  // `scope`: a prefix of any level; empty: the whole tree.
  Aggregator(Tree& tree, std::string scope, Epoch upto)
      : probe_(tree), scope_(std::move(scope)), upto_(upto), position_(scope_) {}

  // Looks at up to `entries_max` entries. False when all has been looked at. After a fault doomed() holds
  // what was found.
  Faultable<bool> slice(size_t entries_max);
  void forget() { probe_.forget(); }
  // Keys to be erased, in order; the owner empties it.
  std::vector<std::string>& doomed() { return doomed_; }

 private:
  void look_at(std::string_view key, const ParsedKey& parsed);
  void leave_levels(std::string_view key, const ParsedKey& parsed);
  void leave_akey();
  void leave_dkey();
  void leave_object();
  void enter_levels(std::string_view key, const ParsedKey& parsed);
  void take_single(std::string_view key, Epoch epoch);
  void take_hole(uint64_t start, Epoch epoch, const RecordView& record);
  void take_piece(uint64_t start, Epoch epoch, const RecordView& record);
  void leave_unit();
  std::vector<bool> needed_pieces();
  std::string extent_key(char kind, const Layer& layer) const;
  void doom(std::string key) { doomed_.push_back(std::move(key)); }

  // Punches of one level that are at or below upto_.
  struct Punches {
    std::vector<std::string> keys;
    Epoch newest;
    void add(std::string_view key, Epoch epoch) {
      keys.emplace_back(key);
      newest = std::max(newest, epoch);
    }
  };
  void leave_level(Punches& punches);
  Epoch floor() const {
    return std::max({object_punches_.newest, dkey_punches_.newest, akey_punches_.newest});
  }

  Probe probe_;
  const std::string scope_;
  const Epoch upto_;
  std::string position_;  // the next entry is at or behind it
  std::vector<std::string> doomed_;

  // Of the entry looked at last.
  std::string path_;              // its deepest prefix
  size_t dkey_prefix_bytes_ = 0;  // within path_; 0: an object's
  size_t akey_prefix_bytes_ = 0;  // likewise
  Punches object_punches_;
  Punches dkey_punches_;
  Punches akey_punches_;
  bool single_kept_ = false;  // the newest at or below upto_ has been met
  Epoch newest_;              // of what the akey keeps

  struct Hole {
    Layer layer;
    bool needed = false;  // hides something that stays
  };
  std::vector<Hole> holes_;  // of the akey
  Recx unit_;
  std::vector<Layer> pieces_;  // of the unit
};

}  // namespace firn::vos
