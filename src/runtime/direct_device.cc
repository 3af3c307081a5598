// Direct input and output; see direct_device.h.
#include "runtime/direct_device.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/buffer.h"
#include "runtime/io_vector.h"

namespace firn {

namespace {

// The most that is copied at a time.
constexpr uint64_t kCopyBytesMax = 1 << 20;

constexpr uint64_t round_down(uint64_t value, uint64_t unit) { return value & ~(unit - 1); }
constexpr uint64_t round_up(uint64_t value, uint64_t unit) { return round_down(value + unit - 1, unit); }

// Buffers are aligned from a page on.
static_assert(Buffer::kAlignment % BlockDevice::kAlignmentMax == 0);
Buffer aligned_buffer(uint64_t bytes) {
  return Buffer(std::clamp<uint64_t>(bytes, Buffer::kAlignment, kCopyBytesMax));
}

// Fills `target` with what comes next.
void take(PartCursor& cursor, MutableBytes target) {
  while (!target.empty()) {
    size_t taken = 0;
    for (const iovec& part : cursor.next()) {
      const size_t bytes = std::min(part.iov_len, target.size());
      copy_bytes(target, {static_cast<const std::byte*>(part.iov_base), bytes});
      target = target.subspan(bytes);
      taken += bytes;
    }
    cursor.advance(taken);
  }
}

}  // namespace

DirectDevice::DirectDevice(UringExecutor& executor, Descriptor file, std::string path, uint64_t size_bytes,
                           DirectAlignment alignment)
    : file_(executor, std::move(file), std::move(path), size_bytes), alignment_(alignment) {
  for (const uint32_t unit : {alignment.memory, alignment.offset})
    FIRN_ASSERT(unit > 0 && (unit & (unit - 1)) == 0 && unit <= BlockDevice::kAlignmentMax);
  FIRN_ASSERT(size_bytes % alignment.offset == 0);
}

bool DirectDevice::is_aligned(ByteView bytes) const {
  return bytes.size() % alignment_.offset == 0 &&
         (bytes.empty() || reinterpret_cast<uintptr_t>(bytes.data()) % alignment_.memory == 0);
}

Task<Result<void>> DirectDevice::read(uint64_t offset, MutableBytes target) {
  assert_within(offset, target.size());
  if (offset % alignment_.offset == 0 && is_aligned(target)) return file_.read(offset, target);
  return read_by_copy(offset, target);
}

Task<Result<void>> DirectDevice::write(uint64_t offset, std::span<const ByteView> parts) {
  return write_aligned(offset, parts, &FileDevice::write);
}

Task<Result<void>> DirectDevice::write_durably(uint64_t offset, std::span<const ByteView> parts) {
  return write_aligned(offset, parts, &FileDevice::write_durably);
}

Task<Result<void>> DirectDevice::write_aligned(uint64_t offset, std::span<const ByteView> parts,
                                               Write write) {
  FIRN_ASSERT(offset % alignment_.offset == 0);
  assert_within(offset, total_bytes(parts));
  if (std::ranges::all_of(parts, [this](ByteView part) { return is_aligned(part); }))
    return (file_.*write)(offset, parts);
  return write_by_copy(offset, parts, write);
}

Task<Result<void>> DirectDevice::read_by_copy(uint64_t offset, MutableBytes target) {
  const uint64_t unit = alignment_.offset;
  Buffer copy = aligned_buffer(round_up(target.size() + unit, unit));
  while (!target.empty()) {
    const uint64_t begin = round_down(offset, unit);
    const uint64_t end = std::min(round_up(offset + target.size(), unit), begin + copy.size());
    const MutableBytes aligned = copy.bytes().first(end - begin);
    FIRN_CO_CHECK(co_await file_.read(begin, aligned));
    const uint64_t taken = std::min<uint64_t>(target.size(), end - offset);
    copy_bytes(target, aligned.subspan(offset - begin, taken));
    target = target.subspan(taken);
    offset += taken;
  }
  co_return Result<void>();
}

Task<Result<void>> DirectDevice::write_by_copy(uint64_t offset, std::span<const ByteView> parts,
                                               Write write) {
  PartCursor cursor(parts);
  Buffer copy = aligned_buffer(round_up(cursor.left_bytes(), alignment_.offset));
  while (cursor.left_bytes() > 0) {
    const uint64_t taken = std::min<uint64_t>(cursor.left_bytes(), copy.size());
    take(cursor, copy.bytes().first(taken));
    const uint64_t padded = round_up(taken, alignment_.offset);
    std::memset(copy.data() + taken, 0, padded - taken);
    const ByteView aligned = copy.bytes().first(padded);
    FIRN_CO_CHECK(co_await (file_.*write)(offset, {&aligned, 1}));
    offset += taken;
  }
  co_return Result<void>();
}

}  // namespace firn
