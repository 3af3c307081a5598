// Merge: stored pieces of one unit that are one layer to every reader, to be replaced by as few as show the
// same. Plain data and pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vos/extent_layers.h"
#include "vos/fetch_scan.h"

namespace firn::vos {

// What is seen of one stored piece.
struct MergePart {
  std::string key;
  Recx piece;
  Recx recx;
};

// Made of consecutive parts.
struct MergedPiece {
  std::string key;
  Recx recx;
  Epoch epoch;  // the newest of its parts
};

struct Merge {
  std::vector<MergePart> parts;  // all that is seen of the layer, ascending
  std::vector<MergedPiece> pieces;
};

// Replacing the whole layer leaves fewer pieces, and it is not one of pieces that are whole and a block long
// on average; nothing otherwise. `seen` is what mark_needed gave.
std::optional<Merge> plan_merge(const std::vector<StoredExtent>& extents, const std::vector<SeenExtent>& seen,
                                std::string_view akey_prefix);

// Parts as stored, so that FetchData reads and verifies them.
struct StoredParts {
  std::vector<Fragment> fragments;
  std::string stored;
  uint64_t data_bytes = 0;
  void add(const MergePart& part, std::string_view record);
  // Whether the part of that index is still stored so.
  bool is_still(size_t part, std::string_view record) const;
  uint64_t record_bytes() const { return fragments.front().record_bytes; }
};

}  // namespace firn::vos
