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
  automatic,  // mapped where the file system allows it, else buffered
  mapped,     // memory: tmpfs, or persistent memory (DAX)
  buffered,   // through the host's page cache
};

std::string_view device_kind_name(DeviceKind kind);
std::optional<DeviceKind> device_kind_of_name(std::string_view name);

// The regular file at `path` as a device of its present size. Code::unsupported if the file system does not
// allow that kind; not_found, permission, invalid (not a regular file), io.
Result<std::unique_ptr<BlockDevice>> open_device(UringExecutor& executor, std::string path, DeviceKind kind);

}  // namespace firn
