// PartCursor: walks a gather list for system calls that may take only some of it: at most IOV_MAX parts per
// call, and short writes.
#pragma once

#include <algorithm>
#include <climits>
#include <cstddef>
#include <span>
#include <vector>

#include <sys/uio.h>

#include "base/assert.h"
#include "base/bytes.h"

namespace firn {

class PartCursor {
 public:
  // What `parts` refers to lives as long as the cursor.
  explicit PartCursor(std::span<const ByteView> parts) : parts_(parts), left_bytes_(total_bytes(parts)) {}

  size_t left_bytes() const { return left_bytes_; }

  // The next parts, as many as one call takes. Valid until the next call.
  std::span<iovec> next() {
    vectors_.clear();
    vectors_.reserve(std::min<size_t>(parts_.size() - index_, IOV_MAX));
    size_t skip = offset_;
    for (size_t i = index_; i < parts_.size() && vectors_.size() < IOV_MAX; i++, skip = 0) {
      const ByteView part = parts_[i].subspan(skip);
      if (!part.empty()) vectors_.push_back({const_cast<std::byte*>(part.data()), part.size()});
    }
    return vectors_;
  }

  // That many bytes have been taken.
  void advance(size_t bytes) {
    FIRN_ASSERT(bytes <= left_bytes_);
    left_bytes_ -= bytes;
    while (bytes > 0) {
      const size_t step = std::min(bytes, parts_[index_].size() - offset_);
      bytes -= step;
      offset_ += step;
      if (offset_ < parts_[index_].size()) continue;
      index_++;
      offset_ = 0;
    }
  }

 private:
  std::span<const ByteView> parts_;
  size_t left_bytes_;
  size_t index_ = 0;   // the part that comes next
  size_t offset_ = 0;  // what has been taken of it
  std::vector<iovec> vectors_;
};

}  // namespace firn
