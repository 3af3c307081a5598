// PayloadReader: hands out the bytes of a payload that came in several parts, in order, without copying.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"

namespace firn::vos {

class PayloadReader {
 public:
  explicit PayloadReader(std::span<const ByteView> parts) : parts_(parts) {}

  // Replaces `taken` by the next `bytes` bytes. Precondition: that much is left.
  void take(uint64_t bytes, std::vector<ByteView>& taken) {
    taken.clear();
    while (bytes > 0) {
      const ByteView piece = take_piece(bytes);
      if (!piece.empty()) taken.push_back(piece);
      bytes -= piece.size();
    }
  }
  // The same as a copy.
  void take(uint64_t bytes, std::string& taken) {
    taken.clear();
    taken.reserve(static_cast<size_t>(bytes));
    while (bytes > 0) {
      const ByteView piece = take_piece(bytes);
      taken += as_text(piece);
      bytes -= piece.size();
    }
  }

 private:
  // What is left of the part at hand, at most `bytes_max` bytes.
  ByteView take_piece(uint64_t bytes_max) {
    FIRN_ASSERT(part_ < parts_.size());
    const ByteView rest = parts_[part_].subspan(used_);
    const ByteView piece = rest.first(static_cast<size_t>(std::min<uint64_t>(bytes_max, rest.size())));
    used_ += piece.size();
    if (used_ == parts_[part_].size()) {
      part_++;
      used_ = 0;
    }
    return piece;
  }

  std::span<const ByteView> parts_;
  size_t part_ = 0;
  size_t used_ = 0;
};

}  // namespace firn::vos
