// Memory of the kernel; see mapped_memory.h.
#include "base/mapped_memory.h"

#include <cstdint>
#include <cstdlib>

#include <sys/mman.h>

#include "base/assert.h"

namespace firn {

namespace {

constexpr size_t round_up(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

#if __has_feature(address_sanitizer)

std::byte* map(size_t size, size_t alignment) {
  return static_cast<std::byte*>(std::aligned_alloc(alignment, round_up(size, alignment)));
}
void unmap(std::byte* memory, size_t) { std::free(memory); }

#else

void unmap(std::byte* memory, size_t size) {
  if (size > 0) ::munmap(memory, round_up(size, MappedMemory::kPageBytes));
}

// Maps more, and gives back what lies before and behind the last aligned piece of that size in it.
std::byte* map(size_t size, size_t alignment) {
  const size_t whole = round_up(size, MappedMemory::kPageBytes);
  const size_t more = alignment > MappedMemory::kPageBytes ? alignment : 0;
  void* const mapped =
      ::mmap(nullptr, whole + more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  std::byte* const begin = static_cast<std::byte*>(mapped);
  const size_t before = more == 0 ? 0 : alignment - reinterpret_cast<uintptr_t>(begin) % alignment;
  unmap(begin, before);
  unmap(begin + before + whole, more - before);
  return begin + before;
}

#endif

}  // namespace

MappedMemory::MappedMemory(size_t size, size_t alignment) : memory_(nullptr, Unmap{size}) {
  FIRN_ASSERT(alignment >= kPageBytes && (alignment & (alignment - 1)) == 0);
  if (size == 0) return;
  memory_.reset(map(size, alignment));
  if (memory_ == nullptr) std::abort();
}

void MappedMemory::Unmap::operator()(std::byte* memory) const { unmap(memory, size); }

}  // namespace firn
