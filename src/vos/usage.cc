// What containers take; see usage.h.
#include "vos/usage.h"

#include <algorithm>

#include "vos/key_codec.h"
#include "vos/record.h"

namespace firn::vos {

namespace {

Usage usage_of(std::string_view value) {
  Usage usage{.entries = 1};
  const auto record = RecordView::decode(value);
  if (!record) return usage;  // a punch of an object, dkey or akey
  usage.value_bytes = record->data_bytes();
  for (size_t i = 0; i < record->run_count(); i++) usage.block_bytes += record->run(i).blocks() * kBlockBytes;
  return usage;
}

}  // namespace

void UsageTable::entered(std::string_view key, std::string_view value) {
  const Usage entry = usage_of(value);
  Usage& row = rows_[object_of(key).container];
  row.value_bytes += entry.value_bytes;
  row.block_bytes += entry.block_bytes;
  row.entries += entry.entries;
}

void UsageTable::left(std::string_view key, std::string_view value) {
  const Usage entry = usage_of(value);
  const auto row = rows_.find(object_of(key).container);
  if (row == rows_.end()) return;  // the checkpoint told a lie: better wrong figures than no store
  row->second.value_bytes -= std::min(row->second.value_bytes, entry.value_bytes);
  row->second.block_bytes -= std::min(row->second.block_bytes, entry.block_bytes);
  row->second.entries -= std::min(row->second.entries, entry.entries);
  if (row->second.entries == 0) rows_.erase(row);
}

Usage UsageTable::of(ContainerId container) const {
  const auto row = rows_.find(container);
  return row == rows_.end() ? Usage{} : row->second;
}

Usage UsageTable::total() const {
  Usage sum;
  for (const auto& [container, row] : rows_) {
    sum.value_bytes += row.value_bytes;
    sum.block_bytes += row.block_bytes;
    sum.entries += row.entries;
  }
  return sum;
}

void UsageTable::encode(ReclaimImage& image) const {
  for (const auto& [container, row] : rows_) {
    image.usage.push_back({container, row.value_bytes, row.block_bytes, row.entries});
  }
}

void UsageTable::decode(const ReclaimImage& image) {
  for (const UsageRow& row : image.usage) {
    rows_[row.container] = {row.value_bytes, row.block_bytes, row.entries};
  }
}

}  // namespace firn::vos
