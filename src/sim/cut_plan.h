// CutPlan: a channel breaks at the Nth frame that is sent in the network, for loops over all N:
//
//   for (uint64_t nth = 1;; nth++) {
//     World world(seed, options);
//     world.network().cut_plan().at_frame(nth, CutPoint::inside);
//     ... run the scenario, check ...
//     if (!world.network().cut_plan().triggered()) break;  // the scenario has fewer than N
//   }
#pragma once

#include <cstdint>
#include <optional>

namespace firn::sim {

enum class CutPoint : uint8_t {
  before,  // the frame does not arrive
  inside,  // while its payload lands; as `before` if it has none
  behind,  // it arrives as the last one
};

class CutPlan {
 public:
  // The `nth` frame from now on, counted from 1. One plan at a time.
  void at_frame(uint64_t nth, CutPoint point) {
    left_ = nth;
    point_ = point;
  }
  bool triggered() const { return left_ == 0; }

  // A frame is sent: where its channel breaks, if it does.
  std::optional<CutPoint> next_frame() {
    if (left_ == 0) return std::nullopt;
    if (--left_ > 0) return std::nullopt;
    return point_;
  }

 private:
  uint64_t left_ = 0;
  CutPoint point_ = CutPoint::before;
};

}  // namespace firn::sim
