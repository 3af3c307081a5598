// Checking and cutting of updates; see update_plan.h.
#include "vos/update_plan.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "codec/crc32c.h"
#include "model/limits.h"
#include "model/pieces.h"
#include "model/wire.h"
#include "vos/payload_reader.h"
#include "vos/record.h"

namespace firn::vos {

namespace {

// Punched extents of up to this many pieces are cut like data, so that a reader meets them where it looks for
// data; longer ones become holes, which every reader of the array looks at.
constexpr uint64_t kPunchedPiecesMax = 16;

constexpr std::array<std::byte, kBlockBytes> kPadding{};

Error wrong_size(std::string what, uint64_t given, uint64_t expected) {
  return fail(Code::invalid, std::move(what)).on("given", given).on("expected", expected);
}

Result<void> check_item(const UpdateItem& item) {
  if (item.kind == ValueKind::single && !item.recxs.empty()) {
    return fail(Code::invalid, "a single value has no extents");
  }
  if (item.punch) {
    if (item.record_bytes != 0) return fail(Code::invalid, "an item that punches has no record size");
    if (!item.checksums.empty()) return fail(Code::invalid, "an item that punches has no checksums");
  } else if (item.record_bytes == 0) {
    return fail(Code::invalid, "the value or record size is 0")
        .remedy("punch the value or the extents instead");
  }
  if (item.kind == ValueKind::single) return {};
  if (item.recxs.empty()) return fail(Code::invalid, "an array item names no extents");
  return check_recxs(item.recxs, false);
}

// The item's data in bytes, or nothing if it is above `bytes_max`.
std::optional<uint64_t> data_bytes(const UpdateItem& item, uint64_t bytes_max) {
  if (item.punch) return 0;
  if (item.kind == ValueKind::single) {
    return item.record_bytes <= bytes_max ? std::optional(item.record_bytes) : std::nullopt;
  }
  uint64_t records = 0;
  uint64_t bytes = 0;
  for (const Recx& recx : item.recxs) {
    if (__builtin_add_overflow(records, recx.count, &records)) return std::nullopt;
  }
  if (__builtin_mul_overflow(records, item.record_bytes, &bytes) || bytes > bytes_max) return std::nullopt;
  return bytes;
}

Result<void> check_akeys_differ(const std::vector<UpdateItem>& items) {
  if (items.size() < 2) return {};
  std::vector<std::string_view> akeys;
  akeys.reserve(items.size());
  for (const UpdateItem& item : items) akeys.emplace_back(item.akey);
  std::sort(akeys.begin(), akeys.end());
  if (std::adjacent_find(akeys.begin(), akeys.end()) == akeys.end()) return {};
  return fail(Code::invalid, "two items of one update name the same akey")
      .remedy("put its extents into one item");
}

Result<void> check_update(const Update& update, uint64_t payload_bytes) {
  FIRN_CHECK(check_dkey(update.dkey));
  if (update.items.empty()) return fail(Code::invalid, "an update without items");
  if (update.items.size() > kItemsPerRequestMax) {
    return fail(Code::too_big, "too many items in one update").on("items_max", kItemsPerRequestMax);
  }
  size_t extents = 0;
  uint64_t bytes = 0;
  for (const UpdateItem& item : update.items) {
    FIRN_CHECK(check_akey(update.dkey, item.akey));
    FIRN_CHECK(check_item(item));
    FIRN_CHECK(check_item_conditions(item.conditions, update.conditions,
                                     Condition::akey_insert | Condition::akey_update));
    extents += item.recxs.size();
    const auto item_bytes = data_bytes(item, kRequestDataBytesMax - bytes);
    if (!item_bytes) {
      return fail(Code::too_big, "too much data in one update").on("bytes_max", kRequestDataBytesMax);
    }
    bytes += *item_bytes;
  }
  if (extents > kExtentsPerRequestMax) {
    return fail(Code::too_big, "too many extents in one update").on("extents_max", kExtentsPerRequestMax);
  }
  if (bytes != payload_bytes)
    return wrong_size("the payload is not as long as the items say", payload_bytes, bytes);
  return check_akeys_differ(update.items);
}

Result<void> check_conditions(Condition conditions) {
  const Condition wrong = Condition::punch | Condition::dkey_fetch | Condition::akey_fetch;
  if (!has(conditions, wrong)) return {};
  return fail(Code::invalid, "an update has a condition of a punch or fetch");
}

Error wrong_checksum(const EntryChange& entry) {
  return fail(Code::corrupt, "the data does not match the client's checksum")
      .on("first_record", entry.start)
      .on("records", entry.count)
      .remedy("send it again; if this repeats, check the network and the client's memory");
}

// Cuts one item into entries and takes their data from the payload.
class ItemCutter {
 public:
  ItemCutter(const UpdateItem& item, PayloadReader& payload, Verify verify)
      : item_(item), payload_(payload), verify_(verify) {}

  Result<void> cut(AkeyChange& akey, BulkItem& bulk) {
    akey.akey = item_.akey;
    if (item_.punch) {
      // The extents' entries wait until the record size is known.
      if (item_.kind == ValueKind::single)
        akey.entries.push_back({.kind = EntryKind::single, .punched = true});
      return {};
    }
    if (item_.kind == ValueKind::single) {
      FIRN_CHECK(add({.kind = EntryKind::single, .record_bytes = item_.record_bytes}, akey, bulk));
    }
    std::optional<Error> error;
    for (const Recx& recx : item_.recxs) {
      for_each_piece(recx, item_.record_bytes, [&](Recx piece) {
        if (error) return;
        auto added = add({.kind = EntryKind::piece,
                          .start = piece.start,
                          .count = piece.count,
                          .record_bytes = item_.record_bytes},
                         akey, bulk);
        if (!added) error = std::move(added).error();
      });
    }
    if (error) return std::move(*error);
    if (!item_.checksums.empty() && item_.checksums.size() != akey.entries.size()) {
      return wrong_size("not one checksum for each piece", item_.checksums.size(), akey.entries.size());
    }
    return {};
  }

 private:
  Result<void> add(EntryChange entry, AkeyChange& akey, BulkItem& bulk) {
    const uint64_t bytes = entry.record_bytes * entry.count;
    if (bytes <= kInlineBytesMax) {
      payload_.take(bytes, entry.inline_bytes);
      const ByteView data = as_bytes(entry.inline_bytes);
      FIRN_TRY(entry.crc, checksum_of({&data, 1}, akey.entries.size(), entry));
    } else {
      std::vector<ByteView> data;
      payload_.take(bytes, data);
      FIRN_TRY(entry.crc, checksum_of(data, akey.entries.size(), entry));
      bulk.blocks += Run{BlockIndex{}, bytes}.blocks();
      bulk.entries.push_back(akey.entries.size());
      bulk.data.push_back(std::move(data));
    }
    akey.entries.push_back(std::move(entry));
    return {};
  }

  // Checksums may be left out altogether: the store's own protect the data from here on.
  Result<uint32_t> checksum_of(std::span<const ByteView> data, size_t index, const EntryChange& entry) {
    const bool given = index < item_.checksums.size();
    const bool later = verify_ == Verify::bulk_later && entry.data_bytes() > kInlineBytesMax;
    if (given && (later || verify_ == Verify::never)) return item_.checksums[index];
    const uint32_t computed = crc32c(data);
    if (!given || computed == item_.checksums[index]) return computed;
    return wrong_checksum(entry);
  }

  const UpdateItem& item_;
  PayloadReader& payload_;
  const Verify verify_;
};

}  // namespace

Result<UpdatePlan> plan_update(const Update& update, std::span<const ByteView> payload, Verify verify) {
  FIRN_CHECK(check_conditions(update.conditions));
  FIRN_CHECK(check_update(update, total_bytes(payload)));
  UpdatePlan plan;
  plan.change.object = update.object;
  plan.change.dkey = update.dkey;
  plan.change.request = update.request;
  plan.change.completed_below = update.completed_below;
  PayloadReader reader(payload);
  plan.change.akeys.reserve(update.items.size());
  for (const UpdateItem& item : update.items) {
    AkeyChange& akey = plan.change.akeys.emplace_back();
    BulkItem bulk{plan.change.akeys.size() - 1, 0, {}, {}};
    auto cut = ItemCutter(item, reader, verify).cut(akey, bulk);
    if (!cut) return std::move(cut).error().on("akey", print(item.akey));
    if (bulk.blocks > 0) plan.bulk.push_back(std::move(bulk));
    plan.punches_extents = plan.punches_extents || (item.punch && item.kind == ValueKind::array);
  }
  plan.bulk_is_unverified = verify == Verify::bulk_later && !plan.bulk.empty();
  return plan;
}

Result<void> verify_bulk(const UpdatePlan& plan) {
  for (const BulkItem& bulk : plan.bulk) {
    const AkeyChange& akey = plan.change.akeys[bulk.akey];
    for (size_t i = 0; i < bulk.entries.size(); i++) {
      const EntryChange& entry = akey.entries[bulk.entries[i]];
      if (crc32c(bulk.data[i]) != entry.crc) return wrong_checksum(entry).on("akey", print(akey.akey));
    }
  }
  return {};
}

Result<void> check_dkey(const Key& dkey) {
  if (dkey.empty()) return fail(Code::invalid, "the dkey is empty");
  if (dkey.size() > kKeyBytesMax) {
    return fail(Code::too_big, "the dkey is too long").on("bytes", dkey.size()).on("bytes_max", kKeyBytesMax);
  }
  return {};
}

Result<void> check_akey(const Key& dkey, const Key& akey) {
  if (akey.size() > kKeyBytesMax) {
    return fail(Code::too_big, "the akey is too long").on("bytes", akey.size()).on("bytes_max", kKeyBytesMax);
  }
  constexpr size_t kOtherBytes = kObjectPrefixBytes + 2 + 17;
  if (kOtherBytes + escaped_bytes(dkey) + escaped_bytes(akey) <= kTreeKeyBytesMax) return {};
  return fail(Code::too_big, "dkey and akey hold too many zero bytes to be stored")
      .remedy("zero bytes count twice; use shorter keys");
}

Result<void> check_item_conditions(Condition of_item, Condition of_request, Condition allowed) {
  if (of_item == Condition::none) return {};
  if ((static_cast<uint32_t>(of_item) & ~static_cast<uint32_t>(allowed)) != 0) {
    return fail(Code::invalid, "an akey has a condition that this operation does not know");
  }
  if (!has(of_request, allowed)) return {};
  return fail(Code::invalid, "conditions for single akeys and for all of them")
      .remedy("give either to the request or to its items");
}

Result<void> check_recxs(const std::vector<Recx>& recxs, bool may_overlap) {
  for (const Recx& recx : recxs) {
    if (recx.count == 0) return fail(Code::invalid, "an extent of no records");
    if (recx.start >= kRecordIndexMax || recx.count > kRecordIndexMax - recx.start) {
      return fail(Code::invalid, "an extent reaches beyond the last record there can be")
          .on("start", recx.start);
    }
  }
  if (may_overlap || recxs.size() < 2) return {};
  std::vector<Recx> sorted = recxs;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 1; i < sorted.size(); i++) {
    if (sorted[i].start < sorted[i - 1].end()) {
      return fail(Code::invalid, "extents of one item overlap").on("start", sorted[i].start);
    }
  }
  return {};
}

std::vector<EntryChange> cut_punch(const std::vector<Recx>& recxs, uint64_t record_bytes) {
  std::vector<EntryChange> entries;
  for (const Recx& recx : recxs) {
    EntryChange entry{.kind = EntryKind::hole, .punched = true, .record_bytes = record_bytes};
    const bool as_pieces =
        record_bytes > 0 && recx.count <= (kPunchedPiecesMax - 1) * unit_records(record_bytes);
    if (!as_pieces) {
      entry.start = recx.start;
      entry.count = recx.count;
      entries.push_back(std::move(entry));
      continue;
    }
    entry.kind = EntryKind::piece;
    for_each_piece(recx, record_bytes, [&](Recx piece) {
      entry.start = piece.start;
      entry.count = piece.count;
      entries.push_back(entry);
    });
  }
  return entries;
}

namespace {

// The first `bytes` bytes of `data` from byte `from` on.
void append_slice(std::vector<ByteView>& out, const std::vector<ByteView>& data, uint64_t from,
                  uint64_t bytes) {
  for (const ByteView part : data) {
    if (from >= part.size()) {
      from -= part.size();
      continue;
    }
    const auto length = static_cast<size_t>(std::min<uint64_t>(bytes, part.size() - from));
    out.push_back(part.subspan(static_cast<size_t>(from), length));
    bytes -= length;
    from = 0;
    if (bytes == 0) return;
  }
}

}  // namespace

void lay_out(const BulkItem& bulk, std::span<const Run> runs, AkeyChange& akey,
             std::vector<DeviceWrite>& writes) {
  size_t run = 0;
  uint64_t used_blocks = 0;  // of runs[run]
  for (size_t i = 0; i < bulk.entries.size(); i++) {
    EntryChange& entry = akey.entries[bulk.entries[i]];
    for (uint64_t done = 0; done < entry.data_bytes();) {
      FIRN_ASSERT(run < runs.size());
      const BlockIndex first{runs[run].first.value + used_blocks};
      const uint64_t room = (runs[run].blocks() - used_blocks) * kBlockBytes;
      const Run part{first, std::min(entry.data_bytes() - done, room)};
      entry.runs.push_back(part);
      if (used_blocks == 0) writes.push_back({first.value * kBlockBytes, {}});
      append_slice(writes.back().parts, bulk.data[i], done, part.bytes);
      done += part.bytes;
      used_blocks += part.blocks();
      const uint64_t padding = part.blocks() * kBlockBytes - part.bytes;
      if (used_blocks == runs[run].blocks()) {
        run++;
        used_blocks = 0;
      } else if (padding > 0) {  // more follows in the same write
        writes.back().parts.push_back(ByteView(kPadding).first(static_cast<size_t>(padding)));
      }
    }
  }
}

Result<void> check_runs(const AkeyChange& akey) {
  for (const EntryChange& entry : akey.entries) {
    if (entry.runs.size() <= kRunsPerRecordMax) continue;
    return fail(Code::no_space, "what is free lies in too many pieces for a value of that size")
        .on("bytes", entry.data_bytes())
        .remedy("remove data, or store it as an array");
  }
  return {};
}

void punch_what_is_empty(Update& update) {
  for (UpdateItem& item : update.items) {
    if (item.record_bytes > 0 || item.punch) continue;
    item.punch = true;
    item.checksums.clear();
  }
}

Result<void> check_punch(const Punch& punch) {
  if ((static_cast<uint32_t>(punch.conditions) & ~static_cast<uint32_t>(Condition::punch)) != 0) {
    return fail(Code::invalid, "a punch has a condition of an update or fetch");
  }
  if (!punch.dkey) {
    if (punch.akeys.empty()) return {};
    return fail(Code::invalid, "a punch names akeys but no dkey");
  }
  FIRN_CHECK(check_dkey(*punch.dkey));
  if (punch.akeys.size() > kItemsPerRequestMax) {
    return fail(Code::too_big, "too many akeys in one punch").on("akeys_max", kItemsPerRequestMax);
  }
  for (const Key& akey : punch.akeys) FIRN_CHECK(check_akey(*punch.dkey, akey));
  return {};
}

Change punch_change(Punch punch) {
  Change change;
  change.object = punch.object;
  change.dkey = std::move(punch.dkey);
  change.request = punch.request;
  change.completed_below = punch.completed_below;
  change.akeys.reserve(punch.akeys.size());
  for (Key& akey : punch.akeys) change.akeys.push_back({std::move(akey), true, {}});
  return change;
}

}  // namespace firn::vos
