// ServedSystem: `firn serve` on a directory of its own, with a pool and a container in it.
#pragma once

#include <string>

#include "object_bench/child_process.h"

namespace firn::bench {

constexpr char kPool[] = "tank";
constexpr char kContainer[] = "bench";

class ServedSystem {
 public:
  ServedSystem(const std::string& directory, int targets);
  const std::string& uri() const { return uri_; }
  const ChildProcess& engine() const { return engine_; }

 private:
  ChildProcess engine_;
  std::string uri_;
};

}  // namespace firn::bench
