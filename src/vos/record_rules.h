// What must be true of a record beyond that it decodes: docs/formats/records.md, Rules. Pure functions.
#pragma once

#include <string_view>

#include "vos/key_codec.h"
#include "vos/record.h"

namespace firn::vos {

// Which rule the record of an entry breaks, as the end of a sentence ("is longer than its unit"); empty:
// none.
std::string_view broken_rule(EntryKind kind, uint64_t start, const RecordView& record);

}  // namespace firn::vos
