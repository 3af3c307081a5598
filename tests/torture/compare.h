// Compares what a store answers with what the reference model says.
#pragma once

#include "base/error.h"
#include "reference_store.h"
#include "runtime/task.h"

namespace firn::torture {

// All keys and values that the model has ever seen, as of that epoch. Code::corrupt with the first
// difference.
Task<Result<void>> compare_all(vos::Store* store, const model::ReferenceStore* reference, Epoch epoch);

}  // namespace firn::torture
