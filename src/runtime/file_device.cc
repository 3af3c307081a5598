// Reading and writing files by io_uring; see file_device.h.
#include "runtime/file_device.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <linux/falloc.h>

#include "runtime/errno_error.h"
#include "runtime/io_vector.h"
#include "runtime/uring_operation.h"

namespace firn {

namespace {

// The most that one read moves (the kernel's own limit is a little below 2 GiB).
constexpr size_t kReadBytesMax = 1 << 30;

bool try_again(int result) { return result == -EINTR || result == -EAGAIN; }

}  // namespace

FileDevice::FileDevice(UringExecutor& executor, Descriptor file, std::string path, uint64_t size_bytes)
    : executor_(executor), file_(std::move(file)), path_(std::move(path)), size_bytes_(size_bytes) {}

Task<Result<void>> FileDevice::read(uint64_t offset, MutableBytes target) {
  assert_within(offset, target.size());
  while (!target.empty()) {
    const auto size = static_cast<unsigned>(std::min(target.size(), kReadBytesMax));
    const int result = co_await perform(executor_, [&](io_uring_sqe* entry) {
      io_uring_prep_read(entry, file_.number(), target.data(), size, offset);
    });
    if (try_again(result)) continue;
    if (result < 0) co_return device_error(-result, "reading a device failed", path_, offset);
    if (result ==
        0) {  // behind the end of a file that somebody cut: never written, as far as we are concerned
      std::memset(target.data(), 0, target.size());
      break;
    }
    target = target.subspan(static_cast<size_t>(result));
    offset += static_cast<uint64_t>(result);
  }
  co_return Result<void>();
}

Task<Result<void>> FileDevice::write(uint64_t offset, std::span<const ByteView> parts) {
  return write_parts(offset, parts, 0);
}

Task<Result<void>> FileDevice::write_durably(uint64_t offset, std::span<const ByteView> parts) {
  return write_parts(offset, parts, RWF_DSYNC);
}

Task<Result<void>> FileDevice::write_parts(uint64_t offset, std::span<const ByteView> parts, int flags) {
  PartCursor cursor(parts);
  assert_within(offset, cursor.left_bytes());
  while (cursor.left_bytes() > 0) {
    const std::span<iovec> vectors = cursor.next();
    const int result = co_await perform(executor_, [&](io_uring_sqe* entry) {
      io_uring_prep_writev2(entry, file_.number(), vectors.data(), static_cast<unsigned>(vectors.size()),
                            offset, flags);
    });
    if (try_again(result)) continue;
    if (result <= 0)
      co_return device_error(result == 0 ? EIO : -result, "writing a device failed", path_, offset);
    cursor.advance(static_cast<size_t>(result));
    offset += static_cast<uint64_t>(result);
  }
  co_return Result<void>();
}

Task<Result<void>> FileDevice::flush() {
  while (true) {
    const int result = co_await perform(executor_, [&](io_uring_sqe* entry) {
      io_uring_prep_fsync(entry, file_.number(), IORING_FSYNC_DATASYNC);
    });
    if (result == 0) co_return Result<void>();
    if (!try_again(result)) co_return device_error(-result, "flushing a device failed", path_, 0);
  }
}

Task<Result<void>> FileDevice::discard(uint64_t offset, uint64_t length_bytes) {
  assert_within(offset, length_bytes);
  constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  while (length_bytes > 0) {
    const int result = co_await perform(executor_, [&](io_uring_sqe* entry) {
      io_uring_prep_fallocate(entry, file_.number(), kMode, static_cast<off_t>(offset),
                              static_cast<off_t>(length_bytes));
    });
    if (try_again(result)) continue;
    // A file system without holes keeps the space; the contract allows it.
    if (result < 0 && result != -EOPNOTSUPP)
      co_return device_error(-result, "discarding a range of a device failed", path_, offset);
    break;
  }
  co_return Result<void>();
}

}  // namespace firn
