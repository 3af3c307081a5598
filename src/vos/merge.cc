// Which pieces of a layer become one; see merge.h.
#include "vos/merge.h"

#include <set>

#include "base/assert.h"
#include "model/pieces.h"

namespace firn::vos {

namespace {

std::string piece_key(std::string_view akey_prefix, uint64_t start, Epoch epoch) {
  std::string key(akey_prefix);
  set_extent_entry(key, akey_prefix.size(), kEntryPiece, start, epoch);
  return key;
}

// Pieces that are seen whole and fill their blocks hold no garbage. As one piece they would save a few
// entries of the index, but every reader of a few records would have to read and verify all of it.
bool pieces_are_good(const std::vector<StoredExtent>& extents, const std::vector<SeenExtent>& seen) {
  uint64_t bytes = 0;
  for (const SeenExtent& stretch : seen) {
    const StoredExtent& extent = extents[stretch.extent];
    if (stretch.recx != extent.recx) return false;
    bytes += stretch.recx.count * extent.record_bytes;
  }
  return bytes >= seen.size() * kBlockBytes;
}

}  // namespace

std::optional<Merge> plan_merge(const std::vector<StoredExtent>& extents, const std::vector<SeenExtent>& seen,
                                std::string_view akey_prefix) {
  if (pieces_are_good(extents, seen)) return std::nullopt;
  std::set<size_t> sources;
  Merge merge;
  for (const SeenExtent& stretch : seen) {
    const StoredExtent& extent = extents[stretch.extent];
    sources.insert(stretch.extent);
    merge.parts.push_back(
        {piece_key(akey_prefix, extent.recx.start, extent.epoch), extent.recx, stretch.recx});
    const bool unit_begins = stretch.recx.start % unit_records(extent.record_bytes) == 0;
    if (unit_begins || merge.pieces.empty() || merge.pieces.back().recx.end() != stretch.recx.start) {
      merge.pieces.push_back({{}, stretch.recx, extent.epoch});
      continue;
    }
    MergedPiece& piece = merge.pieces.back();
    piece.recx.count += stretch.recx.count;
    piece.epoch = std::max(piece.epoch, extent.epoch);
  }
  if (sources.size() <= merge.pieces.size()) return std::nullopt;
  for (MergedPiece& piece : merge.pieces) piece.key = piece_key(akey_prefix, piece.recx.start, piece.epoch);
  return merge;
}

void StoredParts::add(const MergePart& part, std::string_view record) {
  const auto view = RecordView::decode(record);
  FIRN_ASSERT(view.has_value());
  fragments.push_back({.piece = part.piece,
                       .recx = part.recx,
                       .record_bytes = view->record_bytes(),
                       .stored_at = stored.size(),
                       .stored_bytes = record.size()});
  stored += record;
  data_bytes += fragments.back().data_bytes();
}

bool StoredParts::is_still(size_t part, std::string_view record) const {
  const Fragment& fragment = fragments[part];
  return std::string_view(stored).substr(fragment.stored_at, fragment.stored_bytes) == record;
}

}  // namespace firn::vos
