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

  // Appends the views that make up [offset, offset + bytes). Offsets must not decrease from call to call.
  // Precondition: the range lies within the buffers.
  void slice(uint64_t offset, uint64_t bytes, std::vector<View>& out) {
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
      out.push_back(buffer.subspan(within, taken));
      offset += taken;
      bytes -= taken;
    }
  }

 private:
  const std::vector<View>& buffers_;
  size_t index_ = 0;
  uint64_t begin_ = 0;  // offset of buffers_[index_]
};

}  // namespace firn::client
