// Encoding of record values; see record.h.
#include "vos/record.h"

#include "base/assert.h"
#include "base/endian.h"

namespace firn::vos {

namespace {

constexpr uint8_t kFlagPunched = 1;
constexpr uint8_t kFlagInline = 2;

template <class T>
void append(std::string& out, T value) {
  char bytes[sizeof(T)];
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
    flags |= kFlagPunched;
  else if (!in_runs)
    flags |= kFlagInline;
  append(out, flags);
  append(out, record.record_bytes);
  append(out, record.count);
  append(out, record.crc);
  out.append(record.inline_bytes);
  if (!in_runs) return;
  FIRN_ASSERT(record.runs->size() <= kRunsPerRecordMax);
  for (const Run& run : *record.runs) {
    append(out, run.first.value);
    append(out, run.bytes);
  }
}

std::optional<RecordView> RecordView::decode(std::string_view value) {
  if (value.size() < kRecordHeaderBytes) return std::nullopt;
  const char* at = value.data();
  const auto flags = load_little<uint8_t>(at);
  if (flags > kFlagInline) return std::nullopt;  // a punched record has no data, so never both
  RecordView view;
  view.punched_ = flags == kFlagPunched;
  view.inline_ = flags == kFlagInline;
  view.record_bytes_ = load_little<uint64_t>(at + 1);
  view.count_ = load_little<uint64_t>(at + 9);
  view.crc_ = load_little<uint32_t>(at + 17);
  view.data_ = value.substr(kRecordHeaderBytes);
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
