// Extent layers: which stored extents of one unit (model/pieces.h) some readable epoch needs. Pure functions.
#pragma once

#include <vector>

#include "model/io.h"
#include "vos/extent_scan.h"

namespace firn::vos {

// A stored piece or hole. Extents with the same reader are one layer.
struct StoredExtent {
  Recx recx;
  Epoch epoch;
  bool punched = false;
  uint64_t record_bytes = 0;
  Epoch reader;         // the first readable epoch at or above `epoch`
  bool needed = false;  // data that its reader sees, or a punch that hides such data from it
};

// Records that the reader of a layer sees in the data of that layer.
struct SeenExtent {
  Recx recx;
  size_t extent = 0;
};

// What the reader at one epoch sees within `unit`.
struct ExtentLayer {
  Recx unit;
  Epoch reader;
  Epoch floor;  // the newest punch at or below: hides what is older
};

// Marks what is needed of the layer's extents, and gives what is seen of them, ascending. Extents ascend by
// start; the layers below have been marked before.
std::vector<SeenExtent> mark_needed(std::vector<StoredExtent>& extents, const ExtentLayer& layer);

}  // namespace firn::vos
