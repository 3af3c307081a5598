// A file in memory; see mapped_file.h.
#include "runtime/mapped_file.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/assert.h"
#include "runtime/errno_error.h"
#include "runtime/io_vector.h"

namespace firn {

namespace {

// Reserving a step of tmpfs takes as long as the host needs to clear its pages, while other requests wait; a
// file system on persistent memory gives pages of 2 MiB if it is asked for as much at once.
constexpr uint64_t kMemoryStepBytes = 256 << 10;
constexpr uint64_t kPersistentStepBytes = 2 << 20;
constexpr uint64_t kPageBytes = 4096;

Result<MappedMedium> medium_of(const Descriptor& file, const std::string& path) {
  struct statfs status{};
  if (::fstatfs(file.number(), &status) != 0)
    return errno_error(errno, "a device's file system is not known").on("file", path);
  return status.f_type == TMPFS_MAGIC ? MappedMedium::memory : MappedMedium::persistent;
}

Result<void> check_size(const Descriptor& file, const std::string& path, uint64_t size_bytes) {
  struct stat status{};
  if (::fstat(file.number(), &status) != 0)
    return errno_error(errno, "a device could not be opened").on("file", path);
  if (size_bytes > 0 && static_cast<uint64_t>(status.st_size) >= size_bytes) return {};
  return fail(Code::invalid, "a device's file is too short to be mapped")
      .on("file", path)
      .on("bytes", static_cast<uint64_t>(status.st_size))
      .on("wanted", size_bytes);
}

}  // namespace

Result<MappedFile> MappedFile::map(Descriptor file, std::string path, uint64_t size_bytes) {
  FIRN_CHECK(check_size(file, path, size_bytes));
  FIRN_TRY(const MappedMedium medium, medium_of(file, path));
  MappedFile mapped(std::move(file), std::move(path), size_bytes, medium);
  FIRN_CHECK(mapped.map_memory());
  return mapped;
}

MappedFile::MappedFile(Descriptor file, std::string path, uint64_t size_bytes, MappedMedium medium)
    : file_(std::move(file)),
      path_(std::move(path)),
      size_bytes_(size_bytes),
      medium_(medium),
      step_bytes_(medium == MappedMedium::memory ? kMemoryStepBytes : kPersistentStepBytes),
      reserved_((size_bytes + step_bytes_ - 1) / step_bytes_) {}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      size_bytes_(other.size_bytes_),
      medium_(other.medium_),
      step_bytes_(other.step_bytes_),
      data_(std::exchange(other.data_, nullptr)),
      reserved_(std::move(other.reserved_)) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_bytes_);
}

Result<void> MappedFile::map_memory() {
  // The kernel grants MAP_SYNC only where the file's blocks are the memory that is mapped, and where its own
  // records of them are durable before a page can be written.
  const int flags = medium_ == MappedMedium::memory ? MAP_SHARED : MAP_SHARED_VALIDATE | MAP_SYNC;
  void* const memory = ::mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, flags, file_.number(), 0);
  if (memory == MAP_FAILED && medium_ == MappedMedium::persistent &&
      (errno == EOPNOTSUPP || errno == EINVAL)) {
    return fail(Code::unsupported, "the file system is neither in memory nor on persistent memory (DAX)")
        .on("file", path_)
        .remedy("use another kind of device");
  }
  if (memory == MAP_FAILED) return device_error(errno, "mapping a device failed", path_, 0);
  data_ = static_cast<std::byte*>(memory);
  (void)::madvise(data_, size_bytes_, MADV_HUGEPAGE);  // a wish; not all kernels and mounts have them
  return {};
}

Result<MutableBytes> MappedFile::writable(uint64_t offset, uint64_t length_bytes) {
  for (uint64_t step = offset / step_bytes_; step * step_bytes_ < offset + length_bytes; step++) {
    if (!reserved_[step]) [[unlikely]]
      FIRN_CHECK(reserve(step));
  }
  return MutableBytes(data_ + offset, length_bytes);
}

bool MappedFile::is_new(uint64_t offset, uint64_t length_bytes) {
  FIRN_ASSERT(medium_ == MappedMedium::memory);
  if (length_bytes < step_bytes_) return false;
  const uint64_t step = (offset + step_bytes_ - 1) / step_bytes_;  // begins within the range
  return !reserved_[step] && !touch(step);
}

Result<void> MappedFile::write_new(uint64_t offset, std::span<const ByteView> parts) {
  const uint64_t begin = offset;
  for (PartCursor cursor(parts); cursor.left_bytes() > 0;) {
    const std::span<iovec> vectors = cursor.next();
    const ssize_t written = ::pwritev(file_.number(), vectors.data(), static_cast<int>(vectors.size()),
                                      static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return device_error(errno, "writing to a device failed", path_, offset);
    cursor.advance(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  // Steps at either end may still have holes.
  uint64_t step = (begin + step_bytes_ - 1) / step_bytes_;
  for (; step < reserved_.size() && step_end(step) <= offset; step++) reserved_[step] = true;
  return {};
}

bool MappedFile::readable(uint64_t offset, uint64_t length_bytes) {
  for (uint64_t step = offset / step_bytes_; step * step_bytes_ < offset + length_bytes; step++) {
    if (reserved_[step]) [[likely]]
      continue;
    // Data of an earlier process may have holes beside it.
    if (!holds_data(step) || !reserve(step)) return false;
  }
  return true;
}

Result<void> MappedFile::read(uint64_t offset, MutableBytes target) {
  if (readable(offset, target.size())) {
    copy_bytes(target, {data_ + offset, target.size()});
    return {};
  }
  while (!target.empty()) {
    const ssize_t bytes = ::pread(file_.number(), target.data(), target.size(), static_cast<off_t>(offset));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return device_error(bytes < 0 ? errno : EIO, "reading a device failed", path_, offset);
    target = target.subspan(static_cast<size_t>(bytes));
    offset += static_cast<uint64_t>(bytes);
  }
  return {};
}

Result<void> MappedFile::discard(uint64_t offset, uint64_t length_bytes) {
  const uint64_t first = (offset + step_bytes_ - 1) / step_bytes_;
  const uint64_t end =
      offset + length_bytes == size_bytes_ ? reserved_.size() : (offset + length_bytes) / step_bytes_;
  if (first >= end) return {};
  constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  const uint64_t begin_bytes = first * step_bytes_;
  std::fill(reserved_.begin() + static_cast<ptrdiff_t>(first),
            reserved_.begin() + static_cast<ptrdiff_t>(end), false);
  const int result = ::fallocate(file_.number(), kMode, static_cast<off_t>(begin_bytes),
                                 static_cast<off_t>(step_end(end - 1) - begin_bytes));
  if (result == 0 || errno == EOPNOTSUPP) return {};
  return device_error(errno, "discarding a range of a device failed", path_, offset);
}

Result<void> MappedFile::reserve(uint64_t step) {
  const uint64_t begin = step * step_bytes_;
  const uint64_t bytes = step_end(step) - begin;
  if (medium_ == MappedMedium::memory) (void)touch(step);  // large pages come first, if there are any
  while (::fallocate(file_.number(), 0, static_cast<off_t>(begin), static_cast<off_t>(bytes)) != 0) {
    if (errno != EINTR) return device_error(errno, "a device could not get more space", path_, begin);
  }
  reserved_[step] = true;
  // All its page faults at once; without this they come one by one.
  (void)::madvise(data_ + begin, bytes, MADV_POPULATE_WRITE);
  return {};
}

// Whether more than one page is there once the first is touched: a large one, or what was written before. On
// tmpfs mounted with huge=advise only a touch gets large pages: fallocate() and write() take small ones,
// unless they find others there.
bool MappedFile::touch(uint64_t step) {
  std::byte* const begin = data_ + step * step_bytes_;
  unsigned char resident[2] = {};
  return ::madvise(begin, kPageBytes, MADV_POPULATE_WRITE) == 0 &&
         step_end(step) >= step * step_bytes_ + sizeof resident * kPageBytes &&
         ::mincore(begin, sizeof resident * kPageBytes, resident) == 0 && (resident[1] & 1) != 0;
}

bool MappedFile::holds_data(uint64_t step) const {
  const off_t at = ::lseek(file_.number(), static_cast<off_t>(step * step_bytes_), SEEK_DATA);
  return at >= 0 && static_cast<uint64_t>(at) < step_end(step);
}

uint64_t MappedFile::step_end(uint64_t step) const { return std::min((step + 1) * step_bytes_, size_bytes_); }

}  // namespace firn
