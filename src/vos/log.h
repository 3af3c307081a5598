// Log: the store's write-ahead log, a ring of batches on its own device; docs/formats/log.md.
//
// append() puts a record into the open batch, in memory. A batch is written when the one before is durable;
// all that is appended meanwhile gathers in the next (group commit). If a record of the batch names data on
// the main device, that device is flushed first: a durable record never names data that is not. When all is
// written nothing runs. On a device that is memory a record is durable when append() returns.
//
// After an error of a write or a flush nobody knows what the devices hold: the log has failed for good,
// everybody who waits gets the error, and later appends are refused. The store has to be opened anew.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "base/buffer.h"
#include "runtime/gate.h"
#include "runtime/runtime.h"
#include "runtime/sync.h"
#include "vos/log_format.h"
#include "vos/lsn.h"

namespace firn::vos {

struct LogStats {
  uint64_t records = 0;
  uint64_t batches = 0;  // written and durable
  uint64_t main_flushes = 0;
};

class Log {
 public:
  static constexpr size_t kBatchBytesMax = 1 << 20;  // a batch this long takes no further record

  // Goes on at `end`, where nothing valid lies. `begin`: what is from there on must be kept (see cut()).
  // Batches carry the generation `end.generation`. Everything given outlives the log.
  struct Options {
    Runtime& runtime;
    BlockDevice& log_device;
    BlockDevice& main_device;
    LogIdentity identity;
    Lsn begin;
    LogPosition end;
    Duration gather_time = 0ns;  // a batch is not begun to be written before, so that more gathers in it
  };
  explicit Log(Options options);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  // close() has ended, or nothing was appended.
  ~Log();

  // The record's end: durable when durable() >= it. The record is copied. Code::io if the log has failed;
  // no_space if not has_room(record.size()).
  Result<Lsn> append(std::string_view record, bool needs_main_flush);
  // Whether a record of that size fits between the end and what is not cut yet.
  bool has_room(size_t record_bytes) const;
  // Longer records are refused whatever is cut.
  size_t record_bytes_max() const;

  // Until all up to `lsn` is durable; lsn <= end(). Fails with the log.
  Task<Result<void>> wait_durable(Lsn lsn);
  bool is_durable(Lsn lsn) const { return lsn <= durable_; }
  Lsn durable() const { return durable_; }
  // Behind the last record.
  Lsn end() const { return end_; }

  // Closes the open batch, so that what is appended from now on lies behind the position it gives.
  LogPosition seal();
  // What lies before `begin` (from seal(), and durable) is not needed any more.
  void cut(Lsn begin);
  // Bytes of the ring that are in use.
  uint64_t bytes_used() const;
  uint64_t capacity_bytes() const { return ring_.bytes; }

  // For errors that others met on the devices and after which nothing may be relied on (a flush that failed).
  void fail_for_good(Error cause);
  // Why it failed, or nullptr.
  const Error* failed() const { return failed_ ? &*failed_ : nullptr; }
  LogStats stats() const { return stats_; }
  // Waits until what was appended is written (or the log failed). Nothing is appended afterwards.
  Task<void> close() { return gate_.close(); }

 private:
  struct Batch {
    Batch(Executor& executor, Lsn at, Buffer memory)
        : durable(executor), first(at), bytes(std::move(memory)) {}
    Event durable;  // or failed
    Lsn first;
    Buffer bytes;  // header, records; [0, used) is filled
    size_t used = sizeof(LogBatchHeader);
    uint32_t records = 0;
    bool needs_main_flush = false;
    uint64_t sequence = 0;  // when closed
  };

  // As the device needs it.
  uint64_t align(uint64_t bytes) const { return log_align(bytes, alignment_); }
  Lsn end_of(const Batch& batch) const { return Lsn{batch.first.value + align(batch.used)}; }
  // Behind the open batch as it is now.
  Lsn used_to() const { return open_->records > 0 ? end_of(*open_) : open_->first; }
  void add_record(Batch& batch, std::string_view record);
  void close_open_batch();
  void seal_header(Batch& batch);
  Task<void> write_batches();
  Task<Result<void>> write_batch(Batch& batch);
  Task<Result<void>> lay_out(Lsn until);
  void finish_batch();
  void start_writer();
  bool may_store_at_once() const;
  Result<void> store_open_batch();
  Event& event_of(Lsn lsn);

  Runtime& runtime_;
  BlockDevice& log_device_;
  BlockDevice& main_device_;
  const LogIdentity identity_;
  DeviceMemory* const log_memory_;  // or nullptr
  const LogRing ring_;
  const uint64_t alignment_;
  const uint32_t generation_;
  const Duration gather_time_;
  uint64_t next_sequence_;
  Lsn begin_;
  Lsn laid_out_;  // up to here the device has its space, and is only overwritten
  Lsn durable_;
  Lsn end_;
  std::unique_ptr<Batch> open_;                // always there
  std::deque<std::unique_ptr<Batch>> closed_;  // to be written, the first perhaps being written
  Buffer spare_;                               // of the last batch, for the next
  bool writing_ = false;
  std::optional<Error> failed_;
  LogStats stats_;
  Gate gate_;
};

}  // namespace firn::vos
