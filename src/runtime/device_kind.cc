// Opening a device's file; see device_kind.h.
#include "runtime/device_kind.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "runtime/descriptor.h"
#include "runtime/direct_device.h"
#include "runtime/errno_error.h"
#include "runtime/file_device.h"
#include "runtime/mapped_device.h"

namespace firn {

namespace {

constexpr std::array<std::pair<DeviceKind, std::string_view>, 4> kNames = {{
    {DeviceKind::automatic, "auto"},
    {DeviceKind::mapped, "mapped"},
    {DeviceKind::direct, "direct"},
    {DeviceKind::buffered, "buffered"},
}};

Error not_opened(int error_number, const std::string& path) {
  return errno_error(error_number, "a device could not be opened").on("file", path);
}

Error not_direct(const std::string& path) {
  return fail(Code::unsupported, "direct input and output is not possible here")
      .on("file", path)
      .remedy("use another kind of device");
}

Result<struct stat> look_at(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return not_opened(errno, path);
  if (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode)) return status;
  return fail(Code::invalid, "a device is neither a regular file nor a disk").on("file", path);
}

Result<uint64_t> size_of(const Descriptor& file, const std::string& path) {
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return not_opened(errno, path);
  if (!S_ISBLK(status.st_mode)) return static_cast<uint64_t>(status.st_size);
  uint64_t size_bytes = 0;
  if (::ioctl(file.number(), BLKGETSIZE64, &size_bytes) != 0) return not_opened(errno, path);
  return size_bytes;
}

Result<Descriptor> open_file(const std::string& path, int flags = 0) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | flags));
  if (file.valid()) return file;
  if (errno == EINVAL && (flags & O_DIRECT) != 0) return not_direct(path);
  if (errno != EBUSY) return not_opened(errno, path);
  return fail(Code::in_use, "the disk is mounted, or in use by another program")
      .on("file", path)
      .remedy("unmount it, or name another one");
}

Result<OpenedDevice> open_mapped(std::string path) {
  FIRN_TRY(Descriptor file, open_file(path));
  FIRN_TRY(const uint64_t size_bytes, size_of(file, path));
  FIRN_TRY(MappedFile mapped, MappedFile::map(std::move(file), std::move(path), size_bytes));
  const MappedMedium medium = mapped.medium();
  return OpenedDevice{std::make_unique<MappedDevice>(std::move(mapped), medium), DeviceKind::mapped};
}

Result<OpenedDevice> open_buffered(UringExecutor& executor, std::string path) {
  FIRN_TRY(Descriptor file, open_file(path));
  FIRN_TRY(const uint64_t size_bytes, size_of(file, path));
  auto device = std::make_unique<FileDevice>(executor, std::move(file), std::move(path), size_bytes);
  return OpenedDevice{std::move(device), DeviceKind::buffered};
}

// What the file needs; {0, 0} if it says that it cannot do direct transfers. Where it does not say, a page is
// enough for every disk.
DirectAlignment alignment_of(const Descriptor& file) {
  constexpr DirectAlignment kPage = {BlockDevice::kAlignmentMax, BlockDevice::kAlignmentMax};
  struct statx status{};
  if (::statx(file.number(), "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) != 0) return kPage;
  if ((status.stx_mask & STATX_DIOALIGN) == 0) return kPage;
  return {status.stx_dio_mem_align, status.stx_dio_offset_align};
}

Result<OpenedDevice> open_direct(UringExecutor& executor, std::string path, int flags = 0) {
  FIRN_TRY(Descriptor file, open_file(path, O_DIRECT | flags));
  FIRN_TRY(const uint64_t size_bytes, size_of(file, path));
  const auto [memory, offset] = alignment_of(file);
  const bool possible = memory > 0 && memory <= BlockDevice::kAlignmentMax && offset > 0 &&
                        offset <= BlockDevice::kAlignmentMax && size_bytes % offset == 0;
  if (!possible) return not_direct(path);
  auto device = std::make_unique<DirectDevice>(executor, std::move(file), std::move(path), size_bytes,
                                               DirectAlignment{memory, offset});
  return OpenedDevice{std::move(device), DeviceKind::direct};
}

Result<OpenedDevice> open_best(UringExecutor& executor, std::string path) {
  Result<OpenedDevice> mapped = open_mapped(path);
  if (mapped || mapped.error().code() != Code::unsupported) return mapped;
  Result<OpenedDevice> direct = open_direct(executor, path);
  if (direct || direct.error().code() != Code::unsupported) return direct;
  return open_buffered(executor, std::move(path));
}

}  // namespace

std::string_view device_kind_name(DeviceKind kind) { return kNames[static_cast<size_t>(kind)].second; }

std::optional<DeviceKind> device_kind_of_name(std::string_view name) {
  for (const auto& [kind, known] : kNames) {
    if (name == known) return kind;
  }
  return std::nullopt;
}

Result<OpenedDevice> open_device(UringExecutor& executor, std::string path, DeviceKind kind) {
  FIRN_TRY(const struct stat status, look_at(path));
  if (S_ISBLK(status.st_mode)) {
    // O_EXCL: it is not mounted, and nobody else has it so.
    if (kind == DeviceKind::automatic || kind == DeviceKind::direct)
      return open_direct(executor, std::move(path), O_EXCL);
    return fail(Code::unsupported, "a disk is used by direct input and output only").on("file", path);
  }
  switch (kind) {
    case DeviceKind::mapped:
      return open_mapped(std::move(path));
    case DeviceKind::direct:
      return open_direct(executor, std::move(path));
    case DeviceKind::buffered:
      return open_buffered(executor, std::move(path));
    case DeviceKind::automatic:
      break;
  }
  return open_best(executor, std::move(path));
}

}  // namespace firn
