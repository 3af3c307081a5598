// Addresses of engines on this host: "shm://PATH" of the engine's socket; bytes of the path that are no
// letters, digits or -._~/ are written %XX. An address that an engine gives has a mark behind it that says on
// which host this is, and in which directory of it (containers have their own): "shm://PATH?at=MARK".
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace firn::net {

struct ShmAddress {
  std::string path;
  std::string mark{};  // empty: whoever listens there is meant
};

constexpr std::string_view kShmScheme = "shm://";

// Code::invalid.
Result<ShmAddress> parse_shm_address(std::string_view uri);
std::string shm_uri(const ShmAddress& address);

}  // namespace firn::net
