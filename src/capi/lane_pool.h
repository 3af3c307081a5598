// LanePool: the lanes of blocking calls. A call has one for itself while it runs; the one that was given back
// last is taken first, so its connections and memory are warm. Any thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "capi/lane.h"

namespace firn::capi {

class LanePool {
 public:
  // More calls at a time wait for each other.
  static constexpr size_t kLanesMax = 64;

  // A lane, for as long as this lives.
  class Lease {
   public:
    Lease(LanePool& pool, std::unique_ptr<Lane> lane) : pool_(&pool), lane_(std::move(lane)) {}
    Lease(Lease&&) = default;
    ~Lease() {
      if (lane_) pool_->give_back(std::move(lane_));
    }
    Lane& operator*() { return *lane_; }

   private:
    LanePool* pool_;
    std::unique_ptr<Lane> lane_;
  };

  Result<Lease> take();
  // Closes them. None is taken.
  void close() { idle_.clear(); }

 private:
  void give_back(std::unique_ptr<Lane> lane);

  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Lane>> idle_;
  size_t count_ = 0;  // idle and taken
};

}  // namespace firn::capi
