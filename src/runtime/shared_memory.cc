// Shared memory by memfd; see shared_memory.h.
#include "runtime/shared_memory.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "runtime/errno_error.h"

namespace firn {

namespace {

constexpr int kSizeSeals = F_SEAL_SHRINK | F_SEAL_GROW;

}  // namespace

Result<SharedMemory> SharedMemory::create(size_t bytes, Descriptor& descriptor) {
  descriptor = Descriptor(::memfd_create("firn-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!descriptor.valid()) return errno_error(errno, "shared memory could not be made");
  if (::ftruncate(descriptor.number(), static_cast<off_t>(bytes)) != 0 ||
      ::fcntl(descriptor.number(), F_ADD_SEALS, kSizeSeals | F_SEAL_SEAL) != 0) {
    return errno_error(errno, "shared memory could not be made").on("bytes", bytes);
  }
  return map_all(descriptor, bytes);
}

Result<SharedMemory> SharedMemory::map(const Descriptor& descriptor, size_t bytes) {
  struct stat status{};
  const bool known = ::fstat(descriptor.number(), &status) == 0;
  const int seals = ::fcntl(descriptor.number(), F_GET_SEALS);
  if (!known || status.st_size != static_cast<off_t>(bytes) || seals < 0 ||
      (seals & kSizeSeals) != kSizeSeals) {
    return fail(Code::corrupt, "the peer's shared memory is not what it says, or could be cut")
        .on("bytes", bytes);
  }
  return map_all(descriptor, bytes);
}

Result<SharedMemory> SharedMemory::map_all(const Descriptor& descriptor, size_t bytes) {
  void* const data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number(), 0);
  if (data == MAP_FAILED) return errno_error(errno, "shared memory could not be mapped").on("bytes", bytes);
  return SharedMemory(static_cast<std::byte*>(data), bytes);
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace firn
