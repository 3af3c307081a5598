// DeviceKind: how a device's file is read and written. All kinds hold the same bytes; a device may be opened
// as another kind each time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "runtime/block_device.h"
#include "runtime/uring_executor.h"

namespace firn {

enum class DeviceKind {
  automatic,  // mapped where the file system allows it, else direct where it allows that, else buffered
  mapped,     // memory: tmpfs, or persistent memory (DAX)
  direct,     // past the host's page cache (O_DIRECT)
  buffered,   // through the host's page cache
};

struct OpenedDevice {
  std::unique_ptr<BlockDevice> device;
  DeviceKind kind;  // not automatic
};

std::string_view device_kind_name(DeviceKind kind);
std::optional<DeviceKind> device_kind_of_name(std::string_view name);

// The regular file, or the disk (/dev/...), at `path` as a device of its present size. Code::unsupported if
// that kind is not possible there, of a disk all but direct; in_use if the disk is mounted or somebody
// else's; not_found, permission, invalid (neither file nor disk), io.
Result<OpenedDevice> open_device(UringExecutor& executor, std::string path, DeviceKind kind);

}  // namespace firn
