// Whether a device may be formatted: so that a disk that was named by mistake keeps what it holds.
#pragma once

#include <string_view>

#include "base/error.h"
#include "runtime/block_device.h"

namespace firn::vos {

// Code::exists, with a remedy, if the device's first MiB holds anything but zeros and does not begin as a
// store's device does. `name` is for the message.
Task<Result<void>> check_replaceable(BlockDevice& device, std::string_view name);

}  // namespace firn::vos
