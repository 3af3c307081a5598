// Encoding of record values; see record.h.
#include "vos/record.h"

#include "base/assert.h"
#include "base/endian.h"

namespace firn::vos {

namespace {

void append(std::string& out, uint64_t value) {
  char bytes[sizeof value];
  store_little(bytes, value);
  out.append(bytes, sizeof bytes);
}

}  // namespace

void encode_record(std::string& out, const Record& record) {
  const bool in_runs = record.runs != nullptr && !record.runs->empty();
  FIRN_ASSERT(!in_runs || record.inline_bytes.empty());
  FIRN_ASSERT(record.inline_bytes.size() <= kInlineBytesMax);
  uint8_t flags = 0;
  if (record.punched)
    flags |= kRecordPunched;
  else if (!in_runs)
    flags |= kRecordInline;
  char header[kRecordHeaderBytesMax];
  char* at = header;
  *at++ = static_cast<char>(flags);
  at = put_varint(at, record.record_bytes);
  at = put_varint(at, record.count);
  store_little(at, record.crc);
  out.append(header, at + sizeof record.crc);
  out.append(record.inline_bytes);
  if (!in_runs) return;
  FIRN_ASSERT(record.runs->size() <= kRunsPerRecordMax);
  for (const Run& run : *record.runs) {
    append(out, run.first.value);
    append(out, run.bytes);
  }
}

bool is_in_runs(std::string_view value) {
  return (static_cast<uint8_t>(value.front()) & (kRecordPunched | kRecordInline)) == 0;
}

std::optional<RecordView> RecordView::decode(std::string_view value) {
  if (value.empty()) return std::nullopt;
  const auto flags = static_cast<uint8_t>(value.front());
  value.remove_prefix(1);
  if (flags > kRecordInline) return std::nullopt;
  RecordView view;
  view.punched_ = flags == kRecordPunched;
  view.inline_ = flags == kRecordInline;
  if (!take_varint(value, view.record_bytes_) || !take_varint(value, view.count_)) return std::nullopt;
  if (value.size() < sizeof view.crc_) return std::nullopt;
  view.crc_ = load_little<uint32_t>(value.data());
  view.data_ = value.substr(sizeof view.crc_);
  if (!view.data_fits()) return std::nullopt;
  return view;
}

std::optional<RecordView> RecordView::of(const Record& record) {
  FIRN_ASSERT(record.runs == nullptr || record.runs->empty());
  RecordView view;
  view.punched_ = record.punched;
  view.inline_ = !record.punched;
  view.record_bytes_ = record.record_bytes;
  view.count_ = record.count;
  view.crc_ = record.crc;
  view.data_ = record.inline_bytes;
  if (!view.data_fits()) return std::nullopt;
  return view;
}

bool RecordView::data_fits() const {
  if (punched_) return data_.empty();
  uint64_t expected = 0;
  if (__builtin_mul_overflow(record_bytes_, count_, &expected)) return false;
  if (inline_) return data_.size() == expected && expected <= kInlineBytesMax;
  if (data_.size() % 16 != 0) return false;
  uint64_t in_runs = 0;
  for (size_t i = 0; i < run_count(); i++) {
    if (__builtin_add_overflow(in_runs, run(i).bytes, &in_runs)) return false;
  }
  return in_runs == expected;
}

Run RecordView::run(size_t index) const {
  const char* at = data_.data() + index * 16;
  return Run{BlockIndex{load_little<uint64_t>(at)}, load_little<uint64_t>(at + 8)};
}

std::vector<Run> RecordView::runs() const {
  std::vector<Run> all;
  all.reserve(run_count());
  for (size_t i = 0; i < run_count(); i++) all.push_back(run(i));
  return all;
}

}  // namespace firn::vos
