// Errors of the operating system as ours.
#pragma once

#include <string>

#include "base/error.h"

namespace firn {

// `what` plus the text of `error_number` (positive). The code is what a caller can act on: not_found, exists,
// permission, no_space (with a remedy), busy when descriptors ran out; everything else is Code::io.
Error errno_error(int error_number, std::string what);

// For devices: Code::no_space, or else Code::io, because only these two mean something to a device's user;
// e.g. a permission that was taken away is a failing device.
Error device_error(int error_number, const char* what, const std::string& path, uint64_t offset);

// For sockets: everything that says that the peer is not (or no longer) there is Code::unreachable.
Error socket_error(int error_number, std::string what);

}  // namespace firn
