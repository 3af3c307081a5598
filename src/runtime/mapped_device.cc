// A device that is memory; see mapped_device.h.
#include "runtime/mapped_device.h"

#include <libpmem.h>

namespace firn {

namespace {

void copy_parts(MutableBytes target, std::span<const ByteView> parts) {
  for (const ByteView part : parts) {
    copy_bytes(target, part);
    target = target.subspan(part.size());
  }
}

// Past the processor's caches, or flushed from them; in persistent memory when it returns.
void copy_parts_durably(MutableBytes target, std::span<const ByteView> parts) {
  for (const ByteView part : parts) {
    if (part.empty()) continue;
    ::pmem_memcpy(target.data(), part.data(), part.size(), PMEM_F_MEM_NODRAIN);
    target = target.subspan(part.size());
  }
  ::pmem_drain();
}

}  // namespace

std::optional<ByteView> MappedDevice::view(uint64_t offset, uint64_t length_bytes) {
  assert_within(offset, length_bytes);
  if (!file_.readable(offset, length_bytes)) return std::nullopt;
  return ByteView(file_.data() + offset, length_bytes);
}

Result<void> MappedDevice::store(uint64_t offset, std::span<const ByteView> parts) {
  const uint64_t length_bytes = total_bytes(parts);
  assert_within(offset, length_bytes);
  if (medium_ == MappedMedium::memory && file_.is_new(offset, length_bytes)) {
    return file_.write_new(offset, parts);
  }
  FIRN_TRY(const MutableBytes target, file_.writable(offset, length_bytes));
  if (medium_ == MappedMedium::memory) {
    copy_parts(target, parts);
  } else {
    copy_parts_durably(target, parts);
  }
  return {};
}

Task<Result<void>> MappedDevice::read(uint64_t offset, MutableBytes target) {
  assert_within(offset, target.size());
  co_return file_.read(offset, target);
}

Task<Result<void>> MappedDevice::write(uint64_t offset, std::span<const ByteView> parts) {
  co_return store(offset, parts);
}

Task<Result<void>> MappedDevice::flush() { co_return Result<void>(); }

Task<Result<void>> MappedDevice::discard(uint64_t offset, uint64_t length_bytes) {
  assert_within(offset, length_bytes);
  co_return file_.discard(offset, length_bytes);
}

}  // namespace firn
