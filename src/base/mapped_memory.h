// MappedMemory: memory that comes from the kernel and goes back to it at the end. For what is large and lives
// either long or shortly: the allocator leaves holes beside the one, and keeps as much as it was given of the
// other. Zeros at first, other than with the address sanitizer, which has it from the allocator in order to
// watch its ends.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"

namespace firn {

class MappedMemory {
 public:
  static constexpr size_t kPageBytes = 4096;

  MappedMemory() : memory_(nullptr, Unmap{0}) {}
  // `alignment` is a power of two from kPageBytes on. Pieces made one after the other, as long as
  // they are aligned, touch where they can and are one mapping to the kernel.
  explicit MappedMemory(size_t size, size_t alignment = kPageBytes);

  size_t size() const { return memory_ ? memory_.get_deleter().size : 0; }
  std::byte* data() { return memory_.get(); }
  MutableBytes bytes() { return {memory_.get(), size()}; }
  ByteView bytes() const { return {memory_.get(), size()}; }

 private:
  struct Unmap {
    size_t size;
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Unmap> memory_;
};

}  // namespace firn
