// Which extents of a unit are needed; see extent_layers.h.
#include "vos/extent_layers.h"

#include <algorithm>

namespace firn::vos {

namespace {

// Data that stays, by start, so that what overlaps a stretch is found without looking at all of it.
class KeptData {
 public:
  explicit KeptData(const std::vector<StoredExtent>& extents, const ExtentLayer& layer) {
    for (const StoredExtent& extent : extents) {
      if (!extent.needed || extent.punched) continue;
      if (extent.epoch > layer.reader || extent.epoch < layer.floor) continue;
      data_.push_back(&extent);
      reach_.push_back(std::max(reach_.empty() ? 0 : reach_.back(), extent.recx.end()));
    }
  }

  // Whether any of it is older than `epoch` and overlaps `recx`.
  bool any_below(Recx recx, Epoch epoch) const {
    const auto begins_behind = std::partition_point(
        data_.begin(), data_.end(), [&](const StoredExtent* data) { return data->recx.start < recx.end(); });
    for (auto i = static_cast<size_t>(begins_behind - data_.begin()); i > 0 && reach_[i - 1] > recx.start;
         i--) {
      if (data_[i - 1]->epoch < epoch && data_[i - 1]->recx.end() > recx.start) return true;
    }
    return false;
  }

 private:
  std::vector<const StoredExtent*> data_;
  std::vector<uint64_t> reach_;  // how far data up to that index reaches
};

}  // namespace

std::vector<SeenExtent> mark_needed(std::vector<StoredExtent>& extents, const ExtentLayer& layer) {
  std::vector<Layer> visible;
  std::vector<size_t> indexes;
  for (size_t i = 0; i < extents.size(); i++) {
    if (extents[i].epoch > layer.reader || extents[i].epoch < layer.floor) continue;
    visible.push_back({extents[i].recx, extents[i].epoch, extents[i].punched, {}});
    indexes.push_back(i);
  }
  std::vector<Stretch> stretches;
  paint(visible, layer.unit, stretches);

  std::vector<SeenExtent> seen;
  for (const Stretch& stretch : stretches) {
    StoredExtent& top = extents[indexes[stretch.layer]];
    if (top.punched || top.reader != layer.reader) continue;
    top.needed = true;
    seen.push_back({stretch.recx, indexes[stretch.layer]});
  }
  const KeptData kept(extents, layer);
  for (const Stretch& stretch : stretches) {
    StoredExtent& top = extents[indexes[stretch.layer]];
    if (!top.punched || top.reader != layer.reader || top.needed) continue;
    top.needed = kept.any_below(stretch.recx, top.epoch);
  }
  return seen;
}

}  // namespace firn::vos
