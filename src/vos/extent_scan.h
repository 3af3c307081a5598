// ExtentScan: what is visible of an array: its pieces and holes, painted newest first, one unit
// (model/pieces.h) after the other. Synchronous; progress is kept over faults as vos/visibility.h says.
#pragma once

#include <string>
#include <vector>

#include "model/io.h"
#include "model/limits.h"
#include "vos/visibility.h"

namespace firn::vos {

// A stored piece or a hole, as the painting sees it.
struct Layer {
  Recx recx;
  Epoch epoch;
  bool punched = false;
  size_t value_at = 0;  // in ExtentScan::values_: the record, if asked for
  size_t value_bytes = 0;
};

// A stretch of records of which `layer` is the newest.
struct Stretch {
  Recx recx;
  size_t layer = 0;
};

// The stretches of `window` that any layer covers, ascending, each with its newest layer. Layers ascend by
// start.
void paint(const std::vector<Layer>& layers, Recx window, std::vector<Stretch>& out);

// Walks what is visible in an array, one unit (model/pieces.h) at a time.
class ExtentScan {
 public:
  struct Options {
    std::string akey_prefix;
    Epoch floor;
    Epoch at;
    Recx window{0, kRecordIndexMax};
    bool with_values = false;
    uint64_t record_bytes = 0;  // of the array's visible pieces; > 0
  };
  ExtentScan(Probe& probe, Options options);

  // The next unit that has visible records in the window: stretches() of it. False if there is none.
  Faultable<bool> next_unit();
  // Starts over with another window.
  void set_window(Recx window);

  // Of the unit: the stretches that are there (not punched), ascending; and what they point to.
  const std::vector<Stretch>& stretches() const { return stretches_; }
  const std::vector<Layer>& layers() const { return layers_; }
  std::string_view value_of(const Layer& layer) const {
    return std::string_view(values_).substr(layer.value_at, layer.value_bytes);
  }

 private:
  Faultable<void> read_holes();
  Faultable<void> gather();
  // Where the next entry that matters may be.
  enum class Next : uint8_t {
    entry,     // it is the one behind
    visible,   // of this start, the first that the reader may see
    start,     // of a later start
    unit,      // of a later unit
    leaf,      // in a later leaf
    behind_it  // nowhere in the window
  };
  Next walk_leaf(PieceKey& piece);
  Next take(const PieceKey& piece, std::string_view value);
  void add(const PieceKey& piece, const RecordHead& record, std::string_view value);
  void paint_unit();

  Probe& probe_;
  Options options_;
  const uint64_t unit_records_;
  std::vector<Layer> holes_;  // all visible ones of the akey
  bool holes_read_ = false;
  std::string position_;
  bool in_unit_ = false;  // layers_ is being gathered
  Recx unit_;             // the records of the unit; count 0: no piece of it found yet
  Layer cover_;           // of layers_: what a later one has to be compared with before it is kept
  bool at_end_ = false;
  std::vector<Layer> layers_;
  std::string values_;  // of layers_, one behind the other: one piece of memory for all
  std::vector<Stretch> stretches_;
};

}  // namespace firn::vos
