// Apply plan: what records are before they touch the store: checked, each with its data cut from the payload,
// small data inline and the rest to be laid out on the main device. Pure functions.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"
#include "vos/change.h"
#include "vos/store_record.h"

namespace firn::vos {

constexpr size_t kRecordsPerApplyMax = 65536;

// One record as a change of its own.
struct PlannedRecord {
  Change change;
  std::vector<ByteView> data;  // for the main device; empty: none or inline
};

// Code::invalid, too_big, corrupt (a record's data does not match its checksum).
Result<std::vector<PlannedRecord>> plan_apply(const std::vector<StoreRecord>& records,
                                              std::span<const ByteView> payload, bool verify_checksums);

}  // namespace firn::vos
