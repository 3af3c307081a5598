// FaultPlan: a fault at the Nth I/O of one node, for loops over all N:
//
//   for (uint64_t nth = 1;; nth++) {
//     World world(seed, options);
//     ...
//     world.disk(node).plan().at_nth(nth, FaultAction::crash);
//     ... run the scenario, check ...
//     if (!world.disk(node).plan().triggered()) break;  // the scenario has fewer than N
//   }
#pragma once

#include <cstdint>
#include <optional>

namespace firn::sim {

enum class IoKind : uint8_t { read, write, flush, discard, create, open, remove, list };
inline constexpr uint32_t kIoKindCount = 8;

enum class FaultAction : uint8_t {
  none,
  fail,          // this I/O: Code::io
  fail_onwards,  // this I/O and all that follow
  crash,         // the node is killed while this I/O is in progress
};

class FaultPlan {
 public:
  // The I/Os so far, over all lives of the node, all kinds or one.
  uint64_t io_count() const { return count_; }
  uint64_t io_count(IoKind kind) const { return count_by_kind_[static_cast<uint32_t>(kind)]; }

  // The `nth` I/O from now on, counted from 1, has the fault. `only` counts I/Os of that kind alone. One plan
  // at a time.
  void at_nth(uint64_t nth, FaultAction action, std::optional<IoKind> only = std::nullopt) {
    left_ = nth;
    action_ = action;
    only_ = only;
    triggered_ = false;
  }
  void cancel() { action_ = FaultAction::none; }
  // The fault has happened.
  bool triggered() const { return triggered_; }

  // Counts an I/O that begins and says what happens to it.
  FaultAction begin(IoKind kind) {
    count_++;
    count_by_kind_[static_cast<uint32_t>(kind)]++;
    if (action_ == FaultAction::none || (only_ && *only_ != kind)) return FaultAction::none;
    if (triggered_) return action_ == FaultAction::fail_onwards ? action_ : FaultAction::none;
    if (--left_ > 0) return FaultAction::none;
    triggered_ = true;
    return action_;
  }

 private:
  uint64_t count_ = 0;
  uint64_t count_by_kind_[kIoKindCount] = {};
  uint64_t left_ = 0;
  FaultAction action_ = FaultAction::none;
  std::optional<IoKind> only_;
  bool triggered_ = false;
};

}  // namespace firn::sim
