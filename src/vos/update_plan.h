// Update plan: what an update is before it touches anything: checked against the limits, cut into pieces, its
// checksums compared, small data inline and the rest laid out for the main device. Pure functions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "vos/change.h"
#include "vos/store.h"

namespace firn::vos {

// An item's data that goes to the main device.
struct BulkItem {
  size_t akey = 0;                          // index in Change::akeys
  uint64_t blocks = 0;                      // of all its bulk entries
  std::vector<size_t> entries;              // which of the akey's entries
  std::vector<std::vector<ByteView>> data;  // of each of them, in the caller's payload
};

struct UpdatePlan {
  Change change;
  std::vector<BulkItem> bulk;
  // Items that punch extents: their entries depend on what the akey holds, see cut_punch().
  bool punches_extents = false;
  bool bulk_is_unverified = false;  // until verify_bulk()
};

// When the client's checksums are compared with the data. Those that it left out are always computed.
enum class Verify : uint8_t { never, now, bulk_later };

// Code::invalid, too_big, corrupt (a checksum of the client does not match the data).
Result<UpdatePlan> plan_update(const Update& update, std::span<const ByteView> payload, Verify verify);
// What Verify::bulk_later has put off. Code::corrupt.
Result<void> verify_bulk(const UpdatePlan& plan);

// A value or record of no bytes is a punched one (DAOS: iod_size 0).
void punch_what_is_empty(Update& update);
Result<void> check_punch(const Punch& punch);
Change punch_change(Punch punch);

// The limits that updates, punches and reads share.
Result<void> check_dkey(const Key& dkey);
Result<void> check_akey(const Key& dkey, const Key& akey);
// Conditions of one akey: only those of `allowed`, and only if the request has none of these for all akeys.
Result<void> check_item_conditions(Condition of_item, Condition of_request, Condition allowed);
Result<void> check_recxs(const std::vector<Recx>& recxs, bool may_overlap);

// The entries that punch these extents of an array whose records have that size (0: not known).
std::vector<EntryChange> cut_punch(const std::vector<Recx>& recxs, uint64_t record_bytes);

// Writes to the main device, each one contiguous.
struct DeviceWrite {
  uint64_t offset = 0;
  std::vector<ByteView> parts;
};
// Gives `runs`, together at least bulk.blocks blocks, to the entries of the item, piece after piece, each
// from a block's start; and appends what has to be written where.
void lay_out(const BulkItem& bulk, std::span<const Run> runs, AkeyChange& akey,
             std::vector<DeviceWrite>& writes);
// Code::no_space if an entry has more runs than a record can name.
Result<void> check_runs(const AkeyChange& akey);

}  // namespace firn::vos
