// Prepare plan: what a transaction's writes are before they touch the store: checked, cut, with their data
// laid out for the main device. Pure functions.
#pragma once

#include <span>
#include <vector>

#include "vos/store.h"
#include "vos/update_plan.h"

namespace firn::vos {

struct PreparePlan {
  std::vector<Change> punches;      // first
  std::vector<UpdatePlan> updates;  // one for each of the request
};

constexpr size_t kAkeysPerPrepareMax = 4096;

// Code::invalid, too_big, corrupt.
Result<PreparePlan> plan_prepare(const Prepare& prepare, std::span<const ByteView> payload,
                                 bool verify_checksums);

// Whether one of the punches, which are all of the same transaction, hides the akey.
bool punches_akey(const std::vector<Change>& punches, const Update& update, const Key& akey);

}  // namespace firn::vos
