// Looking up what changed; see diff_scan.h.
#include "vos/diff_scan.h"

#include "base/assert.h"
#include "base/error.h"
#include "vos/apply_plan.h"

namespace firn::vos {

namespace {

StoreRecord record_of(std::string_view key, const ParsedKey& parsed, const RecordView* value) {
  StoreRecord record;
  record.object = object_of(key);
  record.kind = parsed.kind;
  record.epoch = parsed.epoch;
  if (parsed.dkey_prefix_bytes > 0) record.dkey = dkey_of(key.substr(0, parsed.dkey_prefix_bytes));
  if (parsed.akey_prefix_bytes > 0) {
    record.akey = akey_of(key.substr(0, parsed.akey_prefix_bytes), parsed.dkey_prefix_bytes);
  }
  if (value == nullptr) return record;
  record.punched = value->punched();
  record.start = parsed.start;
  record.count = value->count();
  record.record_bytes = value->record_bytes();
  record.checksum = value->crc();
  return record;
}

uint64_t answer_bytes(const StoreRecord& record, bool with_data) {
  return sizeof(StoreRecord) + record.dkey.size() + record.akey.size() +
         (with_data ? record.data_bytes() : 0);
}

bool is_punch(EntryKind kind) {
  return kind == EntryKind::object_punch || kind == EntryKind::dkey_punch || kind == EntryKind::akey_punch;
}

}  // namespace

DiffScan::DiffScan(Tree& tree, const Diff& diff) : walk_(tree, pg_prefix(diff.pg), diff.since), diff_(diff) {
  FIRN_ASSERT(diff.upto != kEpochMax);
  walk_.start_at(diff.position);
  result.upto = diff.upto;
}

Faultable<void> DiffScan::run() {
  while (true) {
    FIRN_TRY(const bool found, walk_.next());
    if (!found) break;
    if (walk_.epoch() > diff_.upto || take()) continue;
    result.position = walk_.key();
    return {};
  }
  result.end = true;
  return {};
}

bool DiffScan::take() {
  const auto parsed = parse_key(walk_.key());
  FIRN_ASSERT(parsed.has_value());
  std::optional<RecordView> value;
  if (!is_punch(parsed->kind)) {
    value = RecordView::decode(walk_.value());
    FIRN_ASSERT(value.has_value());
  }
  StoreRecord record = record_of(walk_.key(), *parsed, value ? &*value : nullptr);
  const uint64_t bytes = answer_bytes(record, diff_.with_data);
  const bool full = bytes_ + bytes > diff_.bytes_max || result.records.size() == kRecordsPerApplyMax;
  if (!result.records.empty() && full) return false;
  bytes_ += bytes;
  if (diff_.with_data && record.data_bytes() > 0) {
    payload_bytes += record.data_bytes();
    const Recx whole{record.start, record.count};
    fragments.push_back(
        {result.records.size(), whole, whole, record.record_bytes, stored.size(), walk_.value().size()});
    stored += walk_.value();
  }
  result.records.push_back(std::move(record));
  return true;
}

}  // namespace firn::vos
