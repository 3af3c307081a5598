// ObjectIds: new object ids for one mount. A number reserved from the container is the low half; below it the
// high half runs through all 2^32 values from a random one on, in steps that spread neighbours over placement
// groups. One reservation thus lasts for 2^32 objects, and a reader that creates nothing makes none. One
// thread.
#pragma once

#include <memory>
#include <optional>

#include "client/client.h"
#include "runtime/sync.h"

namespace firn::dfs {

class ObjectIds {
 public:
  explicit ObjectIds(std::shared_ptr<client::Container> container);

  // A new id's user bits: lo, and the low 32 bits of hi.
  Task<Result<ObjectId>> next();

 private:
  Task<Result<void>> reserve();

  std::shared_ptr<client::Container> container_;
  Semaphore reserving_;  // one at a time, so that parallel first creates share a reservation
  std::optional<uint64_t> lo_;
  uint32_t hi_ = 0;
  uint64_t left_ = 0;  // values of hi not used yet with lo_
};

// The high half after `hi`: visits all 2^32 values.
constexpr uint32_t next_hi(uint32_t hi) { return hi + 999'999'937; }

}  // namespace firn::dfs
