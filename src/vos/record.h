// Record: the value of a tree entry (docs/decisions/0003-vos.md): what a single value, a piece or a hole
// holds.
//
//   flags u8 · record_bytes varint · count varint · crc u32 · the bytes (inline) or runs: block u64 · bytes
//   u64
//
// Punches of objects, dkeys and akeys have an empty value. All little endian. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/varint.h"
#include "vos/lsn.h"
#include "vos/tree.h"

namespace firn::vos {

constexpr uint64_t kInlineBytesMax = 1024;
// Flags: one of them or none, as a punched record has no data.
constexpr uint8_t kRecordPunched = 1;
constexpr uint8_t kRecordInline = 2;
constexpr size_t kRecordHeaderBytesMax = 1 + 2 * kVarintBytesMax + 4;
constexpr size_t kRunsPerRecordMax = (kTreeValueBytesMax - kRecordHeaderBytesMax) / 16;

// A record to be encoded. Data is inline or in runs, never both; a punched record has neither.
struct Record {
  bool punched = false;
  uint64_t record_bytes =
      0;               // single: the value's length; piece, hole: bytes per record, 0: not known (holes)
  uint64_t count = 0;  // records; single: 1
  uint32_t crc = 0;    // CRC32C of the data
  std::string_view inline_bytes = {};
  const std::vector<Run>* runs = nullptr;
};
void encode_record(std::string& out, const Record& record);
// Whether the data of an encoded record lies in runs: without decoding it.
bool is_in_runs(std::string_view value);
// What a record says of itself before its data, for walks over many that look at few. Nothing if that is no
// record's beginning.
struct RecordHead {
  bool punched = false;
  uint64_t record_bytes = 0;
  uint64_t count = 0;
};
inline std::optional<RecordHead> decode_head(std::string_view value) {
  RecordHead head;
  if (value.empty() || static_cast<uint8_t>(value.front()) > kRecordInline) return std::nullopt;
  head.punched = static_cast<uint8_t>(value.front()) == kRecordPunched;
  value.remove_prefix(1);
  if (!take_varint(value, head.record_bytes) || !take_varint(value, head.count)) return std::nullopt;
  return head;
}

// A record where it lies in a page. Valid as long as the page's bytes are.
class RecordView {
 public:
  // Nothing if the bytes are no record: a length is out of bounds or does not fit the data.
  static std::optional<RecordView> decode(std::string_view value);
  // As decode of what encode_record makes of it. Precondition: its data is not in runs.
  static std::optional<RecordView> of(const Record& record);

  bool punched() const { return punched_; }
  bool is_inline() const { return inline_; }
  uint64_t record_bytes() const { return record_bytes_; }
  uint64_t count() const { return count_; }
  uint32_t crc() const { return crc_; }
  uint64_t data_bytes() const { return punched_ ? 0 : record_bytes_ * count_; }
  std::string_view inline_bytes() const { return inline_ ? data_ : std::string_view(); }
  size_t run_count() const { return punched_ || inline_ ? 0 : data_.size() / 16; }
  Run run(size_t index) const;
  std::vector<Run> runs() const;

 private:
  bool data_fits() const;

  bool punched_ = false;
  bool inline_ = false;
  uint64_t record_bytes_ = 0;
  uint64_t count_ = 0;
  uint32_t crc_ = 0;
  std::string_view data_;
};

}  // namespace firn::vos
