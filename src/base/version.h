// The version of this program and its libraries.
#pragma once

namespace firn {

constexpr const char* kVersion = "0.1.0";

}  // namespace firn
