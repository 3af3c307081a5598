// Group commit to the log's ring; see log.h.
#include "vos/log.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "base/endian.h"
#include "runtime/sleep.h"

namespace firn::vos {

namespace {
constexpr size_t kBatchBytesInitial = 16384;
constexpr size_t kSpareBytesMax = 2 * Log::kBatchBytesMax;
constexpr uint64_t kLayOutBytes = 8 << 20;
constexpr uint64_t kLayOutPartBytes = 1 << 20;
}  // namespace

Log::Log(Options options)
    : runtime_(options.runtime),
      log_device_(options.log_device),
      main_device_(options.main_device),
      identity_(options.identity),
      log_memory_(options.log_device.memory()),
      ring_(LogRing::of_device(options.log_device)),
      alignment_(log_alignment_of(options.log_device)),
      generation_(options.end.generation),
      gather_time_(options.gather_time),
      next_sequence_(options.end.sequence),
      begin_(options.begin),
      laid_out_(options.end.lsn),
      durable_(options.end.lsn),
      end_(options.end.lsn),
      gate_(options.runtime.executor()) {
  FIRN_ASSERT(begin_ <= durable_);
  FIRN_ASSERT(durable_.value % alignment_ == 0);
  FIRN_ASSERT(durable_.value - begin_.value <= ring_.bytes);
  open_ = std::make_unique<Batch>(runtime_.executor(), durable_, Buffer(kBatchBytesInitial));
}

Log::~Log() = default;

// --- appending -----------------------------------------------------------------------------------

size_t Log::record_bytes_max() const {
  constexpr uint64_t kRecordBytesMax = 256 << 20;  // a batch's length is a u32
  return std::min(ring_.bytes / 2, kRecordBytesMax);
}

bool Log::has_room(size_t record_bytes) const {
  // As if the record needed a batch of its own, which is the most it can take.
  const uint64_t batch_bytes = align(sizeof(LogBatchHeader) + sizeof(LogRecordHeader) + record_bytes);
  return used_to().value + batch_bytes - begin_.value <= ring_.bytes;
}

uint64_t Log::bytes_used() const { return used_to().value - begin_.value; }

Result<Lsn> Log::append(std::string_view record, bool needs_main_flush) {
  if (failed_) return failed_->clone();
  if (record.size() > record_bytes_max() || !has_room(record.size())) {
    return fail(Code::no_space, "the log has no room for the record")
        .on("record_bytes", record.size())
        .on("log_bytes", ring_.bytes)
        .on("used_bytes", bytes_used());
  }
  const size_t bytes = sizeof(LogRecordHeader) + record.size();
  if (open_->records > 0 && open_->used + bytes > kBatchBytesMax) close_open_batch();
  open_->needs_main_flush |= needs_main_flush;
  add_record(*open_, record);
  end_ = Lsn{open_->first.value + open_->used};
  stats_.records++;
  const Lsn end = end_;
  if (may_store_at_once()) {
    FIRN_CHECK(store_open_batch());
  } else {
    start_writer();
  }
  return end;
}

bool Log::may_store_at_once() const {
  return log_memory_ != nullptr && !writing_ && closed_.empty() &&
         (!open_->needs_main_flush || main_device_.memory() != nullptr);
}

// In memory a batch is stored faster than anybody could wait for others to share it.
Result<void> Log::store_open_batch() {
  Batch& batch = *open_;
  batch.sequence = next_sequence_++;
  seal_header(batch);
  auto stored =
      store_log_ring(*log_memory_, ring_, batch.first, batch.bytes.bytes().first(align(batch.used)));
  if (!stored) {
    fail_for_good(std::move(stored).error());
    return failed_->clone();
  }
  stats_.batches++;
  durable_ = end_of(batch);
  end_ = durable_;
  batch.first = durable_;
  batch.used = sizeof(LogBatchHeader);
  batch.records = 0;
  batch.needs_main_flush = false;
  return {};
}

void Log::add_record(Batch& batch, std::string_view record) {
  const size_t used = batch.used + sizeof(LogRecordHeader) + record.size();
  if (align(used) > batch.bytes.size()) {
    Buffer larger(std::max(batch.bytes.size() * 2, align(used)));
    copy_bytes(larger.bytes(), batch.bytes.bytes().first(batch.used));
    batch.bytes = std::move(larger);
  }
  store_little(batch.bytes.data() + batch.used, static_cast<uint32_t>(record.size()));
  copy_bytes(batch.bytes.bytes().subspan(batch.used + sizeof(LogRecordHeader)), as_bytes(record));
  batch.used = used;
  batch.records++;
}

void Log::close_open_batch() {
  open_->sequence = next_sequence_++;
  const Lsn next = end_of(*open_);
  closed_.push_back(std::move(open_));
  Buffer memory = spare_.empty() ? Buffer(kBatchBytesInitial) : std::move(spare_);
  open_ = std::make_unique<Batch>(runtime_.executor(), next, std::move(memory));
  end_ = next;
}

LogPosition Log::seal() {
  if (open_->records > 0) close_open_batch();
  return {open_->first, next_sequence_, generation_};
}

void Log::cut(Lsn begin) {
  FIRN_ASSERT(begin >= begin_);
  FIRN_ASSERT(begin <= durable_);
  begin_ = begin;
}

// --- waiting -------------------------------------------------------------------------------------

Task<Result<void>> Log::wait_durable(Lsn lsn) {
  FIRN_ASSERT(lsn <= end_);
  while (!is_durable(lsn)) {
    if (failed_) co_return failed_->clone();
    co_await event_of(lsn).wait();
  }
  co_return Result<void>();
}

Event& Log::event_of(Lsn lsn) {
  for (const auto& batch : closed_) {
    if (lsn <= end_of(*batch)) return batch->durable;
  }
  return open_->durable;
}

void Log::fail_for_good(Error cause) {
  if (failed_) return;
  failed_ = fail(Code::io, "the store's log has failed; changes are refused")
                .on("store", identity_.store.text())
                .remedy("check the device, then restart the store")
                .because(std::move(cause));
  for (const auto& batch : closed_) batch->durable.set();
  open_->durable.set();
}

// --- writing -------------------------------------------------------------------------------------

void Log::start_writer() {
  if (writing_) return;
  writing_ = true;
  gate_.spawn(write_batches());
}

Task<void> Log::write_batches() {
  // What others append in this turn of the loop belongs to the same batch.
  co_await yield(runtime_.executor());
  while (!failed_ && (!closed_.empty() || open_->records > 0)) {
    if (closed_.empty() && gather_time_ > 0ns) co_await sleep_for(runtime_.executor(), gather_time_);
    if (closed_.empty()) close_open_batch();
    auto written = co_await write_batch(*closed_.front());
    if (!written) {
      fail_for_good(std::move(written).error());
    } else if (!failed_) {
      finish_batch();
    }
  }
  writing_ = false;
}

Task<Result<void>> Log::write_batch(Batch& batch) {
  if (batch.needs_main_flush) {
    FIRN_CO_CHECK(co_await main_device_.flush());
    stats_.main_flushes++;
  }
  const Lsn end = end_of(batch);
  if (end > laid_out_ && laid_out_.value < ring_.bytes) FIRN_CO_CHECK(co_await lay_out(end));
  seal_header(batch);
  const ByteView bytes = batch.bytes.bytes().first(align(batch.used));
  co_return co_await write_log_ring_durably(log_device_, batch.first, bytes);
}

// On its first way around the ring, writes zeros ahead. A durable write that takes new space of the file
// waits for the file system's own log; one that only overwrites does not, and takes a fraction of the time.
Task<Result<void>> Log::lay_out(Lsn until) {
  const uint64_t step = std::min(kLayOutBytes, ring_.bytes / 8);
  const Lsn end{std::min(ring_.bytes, align(std::max(until.value, laid_out_.value + step)))};
  Buffer zeros(std::min(kLayOutPartBytes, end.value - laid_out_.value));
  std::memset(zeros.data(), 0, zeros.size());
  std::vector<ByteView> parts;
  for (uint64_t at = laid_out_.value; at < end.value; at += parts.back().size()) {
    parts.push_back(std::as_const(zeros).bytes().first(std::min(zeros.size(), end.value - at)));
  }
  FIRN_CO_CHECK(co_await log_device_.write(ring_.offset_of(laid_out_), parts));
  laid_out_ = end;
  co_return Result<void>();
}

void Log::seal_header(Batch& batch) {
  const size_t bytes = align(batch.used);
  std::memset(batch.bytes.data() + batch.used, 0, bytes - batch.used);
  LogBatchHeader header = {};
  header.magic = kLogBatchMagic;
  header.version = kLogVersion;
  header.payload_bytes = static_cast<uint32_t>(bytes - sizeof(LogBatchHeader));
  header.record_count = batch.records;
  header.generation = generation_;
  header.sequence = batch.sequence;
  header.lsn = batch.first.value;
  header.salt = identity_.salt;
  store_log_batch_header(batch.bytes.data(), header);
  store_little(batch.bytes.data() + offsetof(LogBatchHeader, crc),
               log_batch_crc(batch.bytes.bytes().first(bytes)));
}

void Log::finish_batch() {
  Batch& batch = *closed_.front();
  durable_ = end_of(batch);
  stats_.batches++;
  batch.durable.set();
  if (batch.bytes.size() <= kSpareBytesMax) spare_ = std::move(batch.bytes);
  closed_.pop_front();
}

}  // namespace firn::vos
