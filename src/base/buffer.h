// Buffer: owned bytes, aligned to 4 KiB when large so that devices can transfer to and from them directly.
// Not zeroed.
#pragma once

#include <cstdlib>
#include <memory>
#include <utility>

#include "base/bytes.h"

namespace firn {

class Buffer {
 public:
  static constexpr size_t kAlignment = 4096;

  Buffer() = default;
  explicit Buffer(size_t size) : data_(allocate(size)), size_(size) {}
  Buffer(Buffer&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  static Buffer copy_of(ByteView bytes) {
    Buffer buffer(bytes.size());
    copy_bytes(buffer.bytes(), bytes);
    return buffer;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  MutableBytes bytes() { return {data_.get(), size_}; }
  ByteView bytes() const { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  static std::byte* allocate(size_t size) {
    if (size == 0) return nullptr;
    const size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
    void* memory = size < kAlignment ? std::malloc(size) : std::aligned_alloc(kAlignment, rounded);
    if (memory == nullptr) std::abort();
    return static_cast<std::byte*>(memory);
  }

  std::unique_ptr<std::byte, Free> data_;
  size_t size_ = 0;
};

}  // namespace firn
