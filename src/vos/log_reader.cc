// Reading the log; see log_reader.h.
#include "vos/log_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/endian.h"
#include "runtime/when_all.h"

namespace firn::vos {

namespace {
Error damaged(std::string what, Lsn lsn, uint64_t offset) {
  return fail(Code::corrupt, std::move(what))
      .on("device", "log")
      .on("lsn", lsn.value)
      .on("offset", offset)
      .remedy("restore the store from its replicas; do not write to it before");
}
}  // namespace

LogReader::LogReader(BlockDevice& device, LogIdentity identity, LogPosition from)
    : device_(device),
      identity_(identity),
      ring_(LogRing::of_device(device)),
      begin_(from.lsn),
      position_(from) {
  FIRN_ASSERT(from.lsn.value % kLogAlignment == 0);
}

LogReader LogReader::fork() const {
  LogReader other(device_, identity_, {begin_});
  other.position_ = position_;
  other.last_ = last_;
  other.last_bytes_ = last_bytes_;
  return other;
}

bool LogReader::is_ours(const LogBatchHeader& header) const {
  return header.magic == kLogBatchMagic && header.salt == identity_.salt;
}

bool LogReader::is_next(const LogBatchHeader& header) const {
  return is_ours(header) && header.lsn == position_.lsn.value && header.sequence == position_.sequence &&
         header.generation >= position_.generation &&
         header.payload_bytes <= ring_.bytes - sizeof(LogBatchHeader);
}

Task<Result<std::optional<LogBatch>>> LogReader::next() {
  FIRN_CO_TRY(const ByteView head, co_await view(position_.lsn, sizeof(LogBatchHeader)));
  const LogBatchHeader header = load_log_batch_header(head.data());
  if (!is_next(header)) co_return std::nullopt;
  FIRN_CO_TRY(const ByteView bytes,
              co_await view(position_.lsn, sizeof(LogBatchHeader) + header.payload_bytes));
  if (log_batch_crc(bytes) != header.crc) co_return std::nullopt;
  FIRN_CO_TRY(LogBatch batch, parse(header, bytes));
  last_ = position_.lsn;
  last_bytes_ = log_align(bytes.size(), kLogAlignment);
  position_ = {Lsn{last_.value + last_bytes_}, header.sequence + 1, header.generation};
  co_return batch;
}

Result<LogBatch> LogReader::parse(const LogBatchHeader& header, ByteView batch) const {
  const Lsn first{header.lsn};
  if (header.version != kLogVersion) {
    return fail(Code::version, "the log holds a batch of a format that this version does not read")
        .on("version", header.version)
        .on("lsn", header.lsn)
        .remedy("use the version of Firn that wrote it, or a newer one");
  }
  LogBatch result = {first, {}};
  size_t at = sizeof(LogBatchHeader);
  while (result.records.size() < header.record_count) {
    const size_t left = batch.size() - at;
    const uint32_t bytes = left < sizeof(LogRecordHeader) ? 0 : load_little<uint32_t>(batch.data() + at);
    if (left < sizeof(LogRecordHeader) || bytes > left - sizeof(LogRecordHeader)) {
      return damaged("a batch of the log ends within a record", first, ring_.offset_of(first));
    }
    at += sizeof(LogRecordHeader);
    result.records.push_back({Lsn{first.value + at + bytes}, as_text(batch.subspan(at, bytes))});
    at += bytes;
  }
  const bool padded = std::ranges::all_of(batch.subspan(at), [](std::byte b) { return b == std::byte{0}; });
  if (!padded || batch.size() - at >= BlockDevice::kAlignmentMax) {
    return damaged("a batch of the log has more than its records", first, ring_.offset_of(first));
  }
  return result;
}

// --- the device ----------------------------------------------------------------------------------

bool LogReader::holds(Lsn lsn, uint64_t bytes) const {
  return lsn >= window_first_ && lsn.value - window_first_.value <= window_bytes_ &&
         bytes <= window_bytes_ - (lsn.value - window_first_.value);
}

ByteView LogReader::held(Lsn lsn, uint64_t bytes) const {
  return window_.bytes().subspan(window_at_ + (lsn.value - window_first_.value), bytes);
}

bool LogReader::holds_next() const {
  if (!holds(position_.lsn, sizeof(LogBatchHeader))) return false;
  const LogBatchHeader header = load_log_batch_header(held(position_.lsn, sizeof(LogBatchHeader)).data());
  return !is_next(header) || holds(position_.lsn, sizeof(LogBatchHeader) + header.payload_bytes);
}

Task<Result<ByteView>> LogReader::view(Lsn lsn, uint64_t bytes) {
  FIRN_ASSERT(bytes <= ring_.bytes);
  if (!holds(lsn, bytes) && !slide(lsn, bytes)) {
    const uint64_t wanted = std::min<uint64_t>(std::max<uint64_t>(bytes, kWindowBytes), ring_.bytes);
    if (window_.size() < wanted) window_ = MappedMemory(wanted);
    window_bytes_ = 0;
    ahead_bytes_ = 0;
    FIRN_CO_CHECK(co_await read(lsn, window_.bytes().first(wanted)));
    window_at_ = 0;
    window_first_ = lsn;
    window_bytes_ = wanted;
  }
  co_return held(lsn, bytes);
}

Task<Result<void>> LogReader::read_ahead() {
  if (window_bytes_ == 0 || ahead_bytes_ > 0) co_return Result<void>();
  const uint64_t wanted = std::min<uint64_t>(kWindowBytes, ring_.bytes);
  if (ahead_.size() < kHeadBytes + wanted) ahead_ = MappedMemory(kHeadBytes + wanted);
  const Lsn window_end{window_first_.value + window_bytes_};
  FIRN_CO_CHECK(co_await read(window_end, ahead_.bytes().subspan(kHeadBytes, wanted)));
  ahead_bytes_ = wanted;
  co_return Result<void>();
}

// What was read ahead becomes the window, with what is left of the one before in front of it. False, and
// nothing changed, if that does not hold the bytes.
bool LogReader::slide(Lsn lsn, uint64_t bytes) {
  if (!holds(lsn, 0)) return false;
  const uint64_t left = window_first_.value + window_bytes_ - lsn.value;
  if (left > kHeadBytes || bytes > left + ahead_bytes_) return false;
  copy_bytes(ahead_.bytes().subspan(kHeadBytes - left, left), held(lsn, left));
  std::swap(window_, ahead_);
  window_at_ = kHeadBytes - left;
  window_first_ = lsn;
  window_bytes_ = left + ahead_bytes_;
  ahead_bytes_ = 0;
  return true;
}

// In parts at the same time: a device that is asked for one thing at a time is not at its best.
Task<Result<void>> LogReader::read(Lsn lsn, MutableBytes target) {
  std::vector<Task<Result<void>>> reads;
  for (size_t at = 0; at < target.size(); at += kReadBytes) {
    const MutableBytes part = target.subspan(at, std::min(kReadBytes, target.size() - at));
    reads.push_back(read_log_ring(device_, Lsn{lsn.value + at}, part));
  }
  co_return co_await when_all_ok(std::move(reads));
}

// --- the end -------------------------------------------------------------------------------------

Task<Result<void>> LogReader::finish() {
  FIRN_CO_CHECK(co_await check_end());
  co_return co_await make_end_durable();
}

// What was accepted needs no second look: its batches have lower sequences.
Task<Result<void>> LogReader::check_end() {
  const uint64_t ring_end = begin_.value + ring_.bytes;
  MappedMemory step(std::min<uint64_t>(kWindowBytes, ring_end - position_.lsn.value));
  for (uint64_t at = position_.lsn.value; at < ring_end; at += step.size()) {
    const MutableBytes bytes = step.bytes().first(std::min<uint64_t>(step.size(), ring_end - at));
    FIRN_CO_CHECK(co_await read(Lsn{at}, bytes));
    FIRN_CO_CHECK(co_await check_part(Lsn{at}, bytes));
  }
  co_return Result<void>();
}

// Looks for batches that begin in `bytes`, which lie at `first`.
Task<Result<void>> LogReader::check_part(Lsn first, ByteView bytes) {
  for (uint64_t at = 0; at + sizeof(LogBatchHeader) <= bytes.size(); at += kLogAlignment) {
    if (load_little<uint32_t>(bytes.data() + at) != kLogBatchMagic) continue;
    const LogBatchHeader header = load_log_batch_header(bytes.data() + at);
    const bool later = is_ours(header) && header.sequence >= position_.sequence;
    const bool fits = ring_.offset_of(Lsn{header.lsn}) == ring_.offset_of(Lsn{first.value + at});
    if (later && fits) FIRN_CO_CHECK(co_await check_candidate(header));
  }
  co_return Result<void>();
}

Task<Result<void>> LogReader::check_candidate(LogBatchHeader header) {
  const Lsn lsn{header.lsn};
  if (header.payload_bytes > ring_.bytes - sizeof(LogBatchHeader)) co_return Result<void>();
  FIRN_CO_TRY(const ByteView batch, co_await view(lsn, sizeof(LogBatchHeader) + header.payload_bytes));
  if (log_batch_crc(batch) != header.crc) co_return Result<void>();
  co_return damaged("the log is damaged in the middle: a later batch is whole", position_.lsn,
                    ring_.offset_of(position_.lsn))
      .on("later_lsn", lsn.value);
}

Task<Result<void>> LogReader::make_end_durable() {
  const uint64_t alignment = log_alignment_of(device_);
  if (position_.lsn.value % alignment != 0 || last_.value % alignment != 0) {
    co_return fail(Code::unsupported, "the log was written in smaller units than this device can write")
        .on("device", "log")
        .on("alignment", alignment)
        .remedy("open the devices as the kind that they were written as (memory: mapped; else: buffered)");
  }
  if (last_bytes_ > 0) {
    FIRN_CO_TRY(const ByteView last, co_await view(last_, last_bytes_));
    FIRN_CO_CHECK(co_await write_log_ring(device_, last_, last));
  }
  // In a full ring what lies behind the end is its beginning.
  if (position_.lsn.value - begin_.value + alignment <= ring_.bytes) {
    static constexpr std::array<std::byte, BlockDevice::kAlignmentMax> kZeros = {};
    FIRN_CO_CHECK(co_await write_log_ring(device_, position_.lsn, ByteView(kZeros).first(alignment)));
  }
  co_return co_await device_.flush();
}

}  // namespace firn::vos
