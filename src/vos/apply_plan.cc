// Checking records that come from another store; see apply_plan.h.
#include "vos/apply_plan.h"

#include "codec/crc32c.h"
#include "model/limits.h"
#include "model/pieces.h"
#include "model/wire.h"
#include "vos/payload_reader.h"
#include "vos/record.h"
#include "vos/update_plan.h"

namespace firn::vos {

namespace {

bool holds_value(EntryKind kind) {
  return kind == EntryKind::single || kind == EntryKind::hole || kind == EntryKind::piece;
}

Result<void> check_keys(const StoreRecord& record) {
  const bool has_akey = holds_value(record.kind) || record.kind == EntryKind::akey_punch;
  if (record.kind == EntryKind::object_punch) {
    if (record.dkey.empty() && record.akey.empty()) return {};
    return fail(Code::invalid, "the punch of an object has no keys");
  }
  FIRN_CHECK(check_dkey(record.dkey));
  if (has_akey) return check_akey(record.dkey, record.akey);
  if (record.akey.empty()) return {};
  return fail(Code::invalid, "the punch of a dkey has no akey");
}

// What the record says of its value, as the rules of docs/formats/records.md have it.
bool value_makes_sense(const StoreRecord& record) {
  const uint64_t size = record.record_bytes;
  switch (record.kind) {
    case EntryKind::single:
      return record.start == 0 && record.count == 1 && record.punched == (size == 0);
    case EntryKind::hole:
      return record.punched;
    case EntryKind::piece:
      return size > 0 && size <= kRequestDataBytesMax &&
             record.start % unit_records(size) + record.count <= unit_records(size);
    default:
      return !record.punched && record.start == 0 && record.count == 0 && size == 0;
  }
}

Result<void> check_record(const StoreRecord& record) {
  if (record.kind > EntryKind::piece) return fail(Code::invalid, "there is no such kind of record");
  FIRN_CHECK(check_keys(record));
  if (record.epoch == kEpochNone || record.epoch == kEpochMax) {
    return fail(Code::invalid, "a record has no epoch");
  }
  if (record.kind == EntryKind::hole || record.kind == EntryKind::piece) {
    FIRN_CHECK(check_recxs({{record.start, record.count}}, false));
  }
  if (!value_makes_sense(record)) return fail(Code::invalid, "a record holds a value that makes no sense");
  if (record.data_bytes() <= kRequestDataBytesMax) return {};
  return fail(Code::too_big, "a record's data is too long").on("bytes_max", kRequestDataBytesMax);
}

Result<void> check_all(const std::vector<StoreRecord>& records, uint64_t payload_bytes) {
  if (records.size() > kRecordsPerApplyMax) {
    return fail(Code::too_big, "too many records at once").on("records_max", kRecordsPerApplyMax);
  }
  uint64_t bytes = 0;
  for (const StoreRecord& record : records) {
    if (auto checked = check_record(record); !checked) {
      return std::move(checked)
          .error()
          .on("object", record.object.object.text())
          .on("dkey", print(record.dkey))
          .on("akey", print(record.akey))
          .on("epoch", record.epoch.value);
    }
    bytes += record.data_bytes();
  }
  if (bytes > kRequestDataBytesMax) {
    return fail(Code::too_big, "too much data at once").on("bytes_max", kRequestDataBytesMax);
  }
  if (bytes == payload_bytes) return {};
  return fail(Code::invalid, "the payload is not as long as the records say")
      .on("given", payload_bytes)
      .on("expected", bytes);
}

Result<PlannedRecord> plan_record(const StoreRecord& record, PayloadReader& payload, bool verify) {
  PlannedRecord planned;
  Change& change = planned.change;
  change.object = record.object;
  change.epoch = record.epoch;
  change.request = record.request;
  if (record.kind == EntryKind::object_punch) return planned;
  change.dkey = record.dkey;
  if (record.kind == EntryKind::dkey_punch) return planned;
  AkeyChange& akey = change.akeys.emplace_back();
  akey.akey = record.akey;
  akey.punched = record.kind == EntryKind::akey_punch;
  if (akey.punched) return planned;
  EntryChange& entry = akey.entries.emplace_back();
  entry.kind = record.kind;
  entry.punched = record.punched;
  entry.start = record.start;
  entry.count = record.count;
  entry.record_bytes = record.record_bytes;
  if (record.punched) return planned;
  entry.crc = record.checksum;
  std::vector<ByteView> data;
  payload.take(record.data_bytes(), data);
  if (verify && crc32c(data) != entry.crc) {
    return fail(Code::corrupt, "a record's data does not match its checksum")
        .on("object", record.object.object.text())
        .on("dkey", print(record.dkey))
        .on("akey", print(record.akey))
        .remedy("send it again; if this repeats, check the network and the memory of both sides");
  }
  if (record.data_bytes() > kInlineBytesMax) {
    planned.data = std::move(data);
  } else {
    for (const ByteView part : data) entry.inline_bytes.append(as_text(part));
  }
  return planned;
}

}  // namespace

Result<std::vector<PlannedRecord>> plan_apply(const std::vector<StoreRecord>& records,
                                              std::span<const ByteView> payload, bool verify_checksums) {
  FIRN_CHECK(check_all(records, total_bytes(payload)));
  PayloadReader reader(payload);
  std::vector<PlannedRecord> plan;
  plan.reserve(records.size());
  for (const StoreRecord& record : records) {
    FIRN_TRY(PlannedRecord planned, plan_record(record, reader, verify_checksums));
    plan.push_back(std::move(planned));
  }
  return plan;
}

}  // namespace firn::vos
