// Opening a device's file; see device_kind.h.
#include "runtime/device_kind.h"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

#include "runtime/descriptor.h"
#include "runtime/errno_error.h"
#include "runtime/file_device.h"
#include "runtime/mapped_device.h"

namespace firn {

namespace {

constexpr std::array<std::pair<DeviceKind, std::string_view>, 3> kNames = {{
    {DeviceKind::automatic, "auto"},
    {DeviceKind::mapped, "mapped"},
    {DeviceKind::buffered, "buffered"},
}};

using OpenedDevice = Result<std::unique_ptr<BlockDevice>>;

struct OpenedFile {
  Descriptor file;
  uint64_t size_bytes = 0;
};

Result<OpenedFile> open_file(const std::string& path, int flags) {
  OpenedFile opened{Descriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC | flags))};
  struct stat status{};
  if (!opened.file.valid() || ::fstat(opened.file.number(), &status) != 0)
    return errno_error(errno, "a device could not be opened").on("file", path);
  if (!S_ISREG(status.st_mode)) return fail(Code::invalid, "a device is not a regular file").on("file", path);
  opened.size_bytes = static_cast<uint64_t>(status.st_size);
  return opened;
}

OpenedDevice open_mapped(std::string path) {
  FIRN_TRY(OpenedFile opened, open_file(path, 0));
  FIRN_TRY(MappedFile file, MappedFile::map(std::move(opened.file), std::move(path), opened.size_bytes));
  const MappedMedium medium = file.medium();
  return std::make_unique<MappedDevice>(std::move(file), medium);
}

OpenedDevice open_buffered(UringExecutor& executor, std::string path) {
  FIRN_TRY(OpenedFile opened, open_file(path, 0));
  return std::make_unique<FileDevice>(executor, std::move(opened.file), std::move(path), opened.size_bytes);
}

OpenedDevice open_best(UringExecutor& executor, std::string path) {
  OpenedDevice mapped = open_mapped(path);
  if (mapped || mapped.error().code() != Code::unsupported) return mapped;
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

OpenedDevice open_device(UringExecutor& executor, std::string path, DeviceKind kind) {
  switch (kind) {
    case DeviceKind::mapped:
      return open_mapped(std::move(path));
    case DeviceKind::buffered:
      return open_buffered(executor, std::move(path));
    case DeviceKind::automatic:
      break;
  }
  return open_best(executor, std::move(path));
}

}  // namespace firn
