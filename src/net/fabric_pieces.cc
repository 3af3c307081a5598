// Frames in pieces; see fabric_pieces.h.
#include "net/fabric_pieces.h"

#include <algorithm>

#include "base/assert.h"

namespace firn::net {

std::span<const ByteView> FabricCutter::take(size_t bytes_max) {
  taken_.clear();
  while (bytes_max > 0 && (!first_.empty() || !rest_.empty())) {
    const size_t bytes = std::min(bytes_max, first_.size());
    taken_.push_back(first_.first(bytes));
    first_ = first_.subspan(bytes);
    bytes_max -= bytes;
    if (first_.empty() && !rest_.empty()) {
      first_ = rest_.front();
      rest_ = rest_.subspan(1);
    }
  }
  return taken_;
}

void FabricAssembly::begin(size_t head_bytes, size_t payload_bytes) {
  FIRN_ASSERT(!active_ && head_bytes > 0);
  active_ = true;
  head_bytes_ = head_bytes;
  payload_bytes_ = payload_to_come_ = payload_bytes;
  head_.clear();
  places_.clear();
  place_ = place_used_ = 0;
}

Result<void> FabricAssembly::take(ByteView piece) {
  if (!active_ || piece.size() > head_bytes_ - head_.size() + payload_to_come_)
    return fail(Code::corrupt, "a piece that belongs to no frame");
  if (head_.size() < head_bytes_) take_head(piece);
  take_payload(piece);
  if (head_.size() < head_bytes_ || payload_to_come_ > 0) return {};
  active_ = false;
  owner_.arrived(head_, payload_bytes_);
  return {};
}

void FabricAssembly::take_head(ByteView& piece) {
  const ByteView part = piece.first(std::min(piece.size(), head_bytes_ - head_.size()));
  head_.insert(head_.end(), part.begin(), part.end());
  piece = piece.subspan(part.size());
  if (head_.size() == head_bytes_ && payload_bytes_ > 0) places_ = owner_.place(head_, payload_bytes_);
}

// Without places the payload is not wanted.
void FabricAssembly::take_payload(ByteView piece) {
  payload_to_come_ -= piece.size();
  while (!piece.empty() && place_ < places_.size()) {
    const MutableBytes rest = places_[place_].subspan(place_used_);
    const size_t bytes = std::min(rest.size(), piece.size());
    copy_bytes(rest, piece.first(bytes));
    piece = piece.subspan(bytes);
    place_used_ += bytes;
    if (bytes == rest.size()) {
      place_++;
      place_used_ = 0;
    }
  }
}

}  // namespace firn::net
