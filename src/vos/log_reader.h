// LogReader: reads the log's batches from a position to the end, as recovery does. docs/formats/log.md.
//
//   LogReader reader(device, identity, from);
//   while (true) {
//     FIRN_CO_TRY(auto batch, co_await reader.next());
//     if (!batch) break;
//     for (const LogRecord& record : batch->records) ...
//   }
//   FIRN_CO_CHECK(co_await reader.finish());   // the end is the end, and durable; once per opening
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/mapped_memory.h"
#include "runtime/block_device.h"
#include "vos/log_format.h"

namespace firn::vos {

struct LogRecord {
  Lsn end;
  std::string_view bytes;
};

struct LogBatch {
  Lsn first;
  std::vector<LogRecord> records;  // valid until the reader goes on
};

class LogReader {
 public:
  // The device outlives the reader.
  LogReader(BlockDevice& device, LogIdentity identity, LogPosition from);
  // A second reader that goes on from where this one is.
  LogReader fork() const;

  // Nothing at the end: what lies there is not a batch, not whole, or not the next one. Code::corrupt if a
  // batch is whole but makes no sense, Code::version, Code::io.
  Task<Result<std::optional<LogBatch>>> next();
  // Whether next() would not have to wait for the device.
  bool holds_next() const;
  // Reads what follows, for the next() that will want it. Meanwhile next() may be called while holds_next().
  Task<Result<void>> read_ahead();
  // Of the batch that next() will look for.
  LogPosition position() const { return position_; }

  // After the end was met: looks through the rest of the ring for a later batch, which cannot be there unless
  // the one at the end was damaged (Code::corrupt). Writes nothing.
  Task<Result<void>> check_end();
  // check_end(), and then makes durable that this is the end: writes the last
  // batch again, because nobody can tell whether the process that wrote it saw its flush succeed, and zeros
  // behind it, because a write that failed there may still reach the medium; and flushes.
  Task<Result<void>> finish();

 private:
  static constexpr size_t kWindowBytes = 8 << 20;
  static constexpr size_t kReadBytes = 1 << 20;  // of a window, that many at a time
  static constexpr size_t kHeadBytes = 2 << 20;  // in front: for what is left of the window before

  Task<Result<void>> read(Lsn lsn, MutableBytes target);
  Task<Result<ByteView>> view(Lsn lsn, uint64_t bytes);
  bool holds(Lsn lsn, uint64_t bytes) const;
  ByteView held(Lsn lsn, uint64_t bytes) const;
  bool slide(Lsn lsn, uint64_t bytes);
  bool is_ours(const LogBatchHeader& header) const;
  bool is_next(const LogBatchHeader& header) const;
  Result<LogBatch> parse(const LogBatchHeader& header, ByteView batch) const;
  Task<Result<void>> check_part(Lsn first, ByteView bytes);
  Task<Result<void>> check_candidate(LogBatchHeader header);
  Task<Result<void>> make_end_durable();

  BlockDevice& device_;
  const LogIdentity identity_;
  const LogRing ring_;
  const Lsn begin_;
  LogPosition position_;
  Lsn last_;                 // the last batch read,
  uint64_t last_bytes_ = 0;  // and its length; 0: none
  MappedMemory window_;
  size_t window_at_ = 0;  // in it: bytes of the ring from window_first_ on
  Lsn window_first_;
  uint64_t window_bytes_ = 0;
  MappedMemory ahead_;  // from kHeadBytes on: what follows the window
  uint64_t ahead_bytes_ = 0;
};

}  // namespace firn::vos
