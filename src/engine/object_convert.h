// From object messages to what the store understands, and back. Pure functions. Limits are the store's own
// matter (vos/store.h); here are checked the values that a message may carry and no version of ours sends.
#pragma once

#include "base/error.h"
#include "model/object_messages.h"
#include "vos/store.h"

namespace firn::engine {

// The identity of a request, for the store's memory of repeats.
struct RequestOrigin {
  RequestId request;
  RequestSequence completed_below;
};

// Code::invalid if a kind, condition or level does not exist.
Result<vos::Update> to_store(UpdateRequest request, RequestOrigin origin);
Result<vos::Punch> to_store(PunchRequest request, RequestOrigin origin);
Result<vos::Fetch> to_store(FetchRequest request);
Result<vos::List> to_store(ListRequest request);
Result<vos::Query> to_store(QueryRequest request);

// A list's answer is cut so that it fits a message: the caller goes on behind the last key.
constexpr size_t kListBytesMax = 512 * 1024;
ListReply to_message(vos::ListResult result);
QueryReply to_message(vos::QueryResult result);

}  // namespace firn::engine
