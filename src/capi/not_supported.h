// What the functions of not_supported.inc answer. Names of the C API are no types here: the file that expands
// the list includes no public header.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string_view>

namespace firn::capi {

inline constexpr int kNotSupported = -2037;  // -DER_NOTSUPPORTED

// In the convention of the name's library: dfs_* and duns_* answer errno, ds3_* its negative, others DER
// numbers.
constexpr int not_supported_answer(std::string_view name) {
  if (name.starts_with("dfs_") || name.starts_with("duns_")) return ENOTSUP;
  if (name.starts_with("ds3_")) return -ENOTSUP;
  return kNotSupported;
}

// Logs, the first time for each `logged`, that a program called what is not there.
void log_not_supported(const char* name, std::atomic<bool>& logged);

}  // namespace firn::capi
