// Walking over data that lies in several buffers as if it were one.
#pragma once

#include <vector>

#include "base/assert.h"
#include "base/bytes.h"

namespace firn::client {

// Takes stretches of a list of buffers (ByteView or MutableBytes) in order or by offset, cutting where
// buffers end.
template <class View>
class Slicer {
 public:
  explicit Slicer(const std::vector<View>& buffers) : buffers_(buffers) {}

  // Calls visit(view) for the views that make up [offset, offset + bytes). Offsets must not decrease from
  // call to call. Precondition: the range lies within the buffers.
  template <class Visit>
  void each(uint64_t offset, uint64_t bytes, Visit visit) {
    while (bytes > 0) {
      FIRN_ASSERT(index_ < buffers_.size());
      const View& buffer = buffers_[index_];
      if (offset >= begin_ + buffer.size()) {
        begin_ += buffer.size();
        index_++;
        continue;
      }
      const uint64_t within = offset - begin_;
      const uint64_t taken = bytes < buffer.size() - within ? bytes : buffer.size() - within;
      visit(buffer.subspan(within, taken));
      offset += taken;
      bytes -= taken;
    }
  }
  // Appends those views.
  void slice(uint64_t offset, uint64_t bytes, std::vector<View>& out) {
    each(offset, bytes, [&](View view) { out.push_back(view); });
  }

 private:
  const std::vector<View>& buffers_;
  size_t index_ = 0;
  uint64_t begin_ = 0;  // offset of buffers_[index_]
};

}  // namespace firn::client
