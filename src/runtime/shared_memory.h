// SharedMemory: pages that two processes of one host map. Made by one of them, which passes the descriptor to
// the other (runtime/local_socket.h). Its size is sealed: nobody can cut it, so touching it never kills.
// What the peer does to the bytes is another matter: it may change any of them at any time.
#pragma once

#include <cstddef>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "runtime/descriptor.h"

namespace firn {

class SharedMemory {
 public:
  // Zeros, mapped; takes pages as they are touched. `descriptor` is for the peer. Code::busy (no descriptor
  // left), io.
  static Result<SharedMemory> create(size_t bytes, Descriptor& descriptor);
  // Maps what a peer has created. Code::corrupt if it is not of this size, or its size could change.
  static Result<SharedMemory> map(const Descriptor& descriptor, size_t bytes);

  SharedMemory(SharedMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory();

  MutableBytes bytes() { return {data_, size_}; }

 private:
  SharedMemory(std::byte* data, size_t size) : data_(data), size_(size) {}
  static Result<SharedMemory> map_all(const Descriptor& descriptor, size_t bytes);

  std::byte* data_;
  size_t size_;
};

}  // namespace firn
