// Which object classes and chunk sizes files and directories may have. Pure functions.
#pragma once

#include <cstdint>

#include "base/error.h"
#include "model/ids.h"

namespace firn::dfs {

// Code::unsupported if this version cannot store objects of the class.
Result<void> check_class(ObjectClassId object_class);
// Code::invalid unless 1 … kRequestDataBytesMax: a chunk is written and read as a whole.
Result<void> check_chunk_bytes(uint64_t chunk_bytes);

}  // namespace firn::dfs
