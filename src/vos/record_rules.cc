// Rules of records; see record_rules.h.
#include "vos/record_rules.h"

#include "model/limits.h"
#include "model/pieces.h"

namespace firn::vos {

namespace {

std::string_view broken_rule_of_runs(const RecordView& record) {
  for (size_t i = 0; i < record.run_count(); i++) {
    const Run run = record.run(i);
    if (run.bytes == 0) return "has an empty run";
    if (i + 1 < record.run_count() && run.bytes % kBlockBytes != 0)
      return "has a run that ends within a block";
  }
  return {};
}

std::string_view broken_rule_of_extent(EntryKind kind, uint64_t start, const RecordView& record) {
  const uint64_t count = record.count();
  if (count == 0) return "has no records";
  if (start >= kRecordIndexMax || count > kRecordIndexMax - start) return "reaches beyond the last record";
  if (kind == EntryKind::hole) return record.punched() ? std::string_view() : "is a hole with data";
  if (record.record_bytes() == 0) return "is a piece without a record size";
  const uint64_t unit = unit_records(record.record_bytes());
  if (start / unit != (start + count - 1) / unit) return "is a piece that crosses the border of a unit";
  return {};
}

}  // namespace

std::string_view broken_rule(EntryKind kind, uint64_t start, const RecordView& record) {
  if (const auto broken = broken_rule_of_runs(record); !broken.empty()) return broken;
  if (kind == EntryKind::hole || kind == EntryKind::piece) return broken_rule_of_extent(kind, start, record);
  if (kind != EntryKind::single) return "is a punch with a record";
  if (record.count() != 1) return "is a single value that is not one record";
  const bool empty = record.record_bytes() == 0;
  return empty == record.punched() ? std::string_view() : "is a single value of an impossible length";
}

}  // namespace firn::vos
