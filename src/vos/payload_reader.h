// PayloadReader: hands out the bytes of a payload that came in several parts, in order, without copying.
#pragma once

#include <algorithm>
#include <span>
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
      FIRN_ASSERT(part_ < parts_.size());
      const ByteView rest = parts_[part_].subspan(used_);
      const auto length = static_cast<size_t>(std::min<uint64_t>(bytes, rest.size()));
      if (length > 0) taken.push_back(rest.first(length));
      bytes -= length;
      used_ += length;
      if (used_ == parts_[part_].size()) {
        part_++;
        used_ = 0;
      }
    }
  }

 private:
  std::span<const ByteView> parts_;
  size_t part_ = 0;
  size_t used_ = 0;
};

}  // namespace firn::vos
