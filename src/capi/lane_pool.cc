// Lanes of blocking calls; see lane_pool.h.
#include "capi/lane_pool.h"

namespace firn::capi {

Result<LanePool::Lease> LanePool::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return !idle_.empty() || count_ < kLanesMax; });
  if (idle_.empty()) {
    FIRN_TRY(auto lane, Lane::create());
    count_++;
    return Lease(*this, std::move(lane));
  }
  auto lane = std::move(idle_.back());
  idle_.pop_back();
  return Lease(*this, std::move(lane));
}

void LanePool::give_back(std::unique_ptr<Lane> lane) {
  const std::scoped_lock lock(mutex_);
  idle_.push_back(std::move(lane));
  returned_.notify_one();
}

}  // namespace firn::capi
