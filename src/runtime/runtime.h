// Runtime: everything that is not deterministic, handed to product code by whoever starts it. One per thread
// (target). The real one is runtime/real_runtime.h, the simulated one sim/world.h. The network has its own
// interface, runtime/transport.h, because one process may use several.
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "base/time.h"
#include "runtime/block_device.h"
#include "runtime/executor.h"

namespace firn {

class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual Executor& executor() = 0;
  virtual WallTime wall_time() const = 0;
  virtual Rng& rng() = 0;
  virtual Storage& storage() = 0;
  virtual Log& log() = 0;

  MonotonicTime now() { return executor().now(); }
};

}  // namespace firn
