// What a caller of daos_obj_update() and _fetch() describes by iods and sgls, checked and as ours.
#pragma once

#include <span>
#include <vector>

#include <daos_obj.h>

#include "client/object.h"

namespace firn::capi {

// The arguments of one call.
struct IoArguments {
  uint64_t flags = 0;
  const daos_key_t* dkey = nullptr;
  unsigned count = 0;
  daos_iod_t* iods = nullptr;
  d_sg_list_t* sgls = nullptr;  // may be nullptr
  daos_iom_t* ioms = nullptr;   // fetch only; may be nullptr
};

struct UpdatePlan {
  Key dkey;
  Condition conditions = Condition::none;
  std::vector<UpdateItem> items;
  std::vector<ByteView> data;
};

struct FetchPlan {
  Key dkey;
  Condition conditions = Condition::none;
  std::vector<client::FetchTarget> targets;
};

// Code::invalid, and too_big where the buffers hold less than the records take.
Result<UpdatePlan> plan_update(ObjectId object, const IoArguments& arguments);
Result<FetchPlan> plan_fetch(ObjectId object, const IoArguments& arguments);

// Tells the caller what was found: sizes, lengths, maps. 0, or -DER_REC2BIG if a value was longer than its
// buffers.
int tell_found(const FetchPlan& plan, const std::vector<FetchedItem>& found, const IoArguments& arguments);

}  // namespace firn::capi
