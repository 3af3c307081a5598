// Writes for which nobody waits; see write_behind.h.
#include "vos/write_behind.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"
#include "vos/lsn.h"

namespace firn::vos {

WriteBehind::WriteBehind(Executor& executor, BlockDevice& device)
    : executor_(executor), device_(device), pass_ended_(executor), gate_(executor) {}

void WriteBehind::hold(uint64_t offset, std::span<const ByteView> parts) {
  FIRN_ASSERT(offset % kBlockBytes == 0);
  const size_t bytes = total_bytes(parts);
  Buffer block((bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
  assert_within(offset, block.size());
  FIRN_ASSERT(!holds_any(offset, block.size()));
  size_t filled = 0;
  for (const ByteView part : parts) {
    copy_bytes(block.bytes().subspan(filled), part);
    filled += part.size();
  }
  std::memset(block.data() + filled, 0, block.size() - filled);
  held_bytes_ += block.size();
  held_.emplace(offset, std::move(block));
  if (held_bytes_ >= kWriteFromBytes) start_writer();
}

// --- reading and writing -------------------------------------------------------------------------

WriteBehind::Held::const_iterator WriteBehind::first_behind(uint64_t offset) const {
  auto found = held_.upper_bound(offset);
  if (found == held_.begin()) return found;
  const auto before = std::prev(found);
  return before->first + before->second.size() > offset ? before : found;
}

bool WriteBehind::holds_any(uint64_t offset, uint64_t length_bytes) const {
  const auto found = first_behind(offset);
  return found != held_.end() && found->first < offset + length_bytes;
}

Task<Result<void>> WriteBehind::read(uint64_t offset, MutableBytes target) {
  assert_within(offset, target.size());
  if (!holds_any(offset, target.size())) return device_.read(offset, target);
  return read_gaps(offset, target);
}

// What is held is copied before the first wait, so it does not matter when it is written.
Task<Result<void>> WriteBehind::read_gaps(uint64_t offset, MutableBytes target) {
  std::vector<Task<Result<void>>> gaps;
  const uint64_t end = offset + target.size();
  uint64_t at = offset;
  const auto read_until = [&](uint64_t until) {
    if (until > at) gaps.push_back(device_.read(at, target.subspan(at - offset, until - at)));
  };
  for (auto held = first_behind(offset); held != held_.end() && held->first < end; ++held) {
    const auto& [first, bytes] = *held;
    read_until(first);
    at = std::max(at, first);
    const uint64_t until = std::min(end, first + bytes.size());
    copy_bytes(target.subspan(at - offset), bytes.bytes().subspan(at - first, until - at));
    at = until;
  }
  read_until(end);
  co_return co_await when_all_ok(std::move(gaps));
}

Task<Result<void>> WriteBehind::write(uint64_t offset, std::span<const ByteView> parts) {
  FIRN_ASSERT(!holds_any(offset, total_bytes(parts)));
  return device_.write(offset, parts);
}

Task<Result<void>> WriteBehind::write_durably(uint64_t offset, std::span<const ByteView> parts) {
  FIRN_ASSERT(!holds_any(offset, total_bytes(parts)));
  return device_.write_durably(offset, parts);
}

Task<Result<void>> WriteBehind::discard(uint64_t offset, uint64_t length_bytes) {
  FIRN_ASSERT(!holds_any(offset, length_bytes));
  return device_.discard(offset, length_bytes);
}

// --- writing what is held ------------------------------------------------------------------------

Task<Result<void>> WriteBehind::write_out() {
  if (held_.empty()) co_return Result<void>();
  const uint64_t pass = passes_begun_ + 1;  // one that begins now has all of it
  passes_wanted_ = pass;
  start_writer();
  while (passes_ended_ < pass) co_await pass_ended_.wait();
  if (last_error_) co_return last_error_->clone();
  co_return Result<void>();
}

void WriteBehind::start_writer() {
  if (writing_ || gate_.closing()) return;
  writing_ = true;
  gate_.spawn(write_passes());
}

Task<void> WriteBehind::write_passes() {
  co_await yield(executor_);
  do {
    passes_begun_++;
    auto written = co_await write_pass();
    passes_ended_ = passes_begun_;
    last_error_.reset();
    if (!written) last_error_ = std::move(written).error();
    pass_ended_.set();
    pass_ended_.reset();
  } while (passes_begun_ < passes_wanted_ || (held_bytes_ >= kWriteFromBytes && !last_error_));
  writing_ = false;
}

Task<Result<void>> WriteBehind::write_pass() {
  if (held_.empty()) co_return Result<void>();
  const uint64_t last = held_.rbegin()->first;  // new blocks are often the next ones: no end without a limit
  std::vector<uint64_t> written;                // offsets
  for (auto at = held_.cbegin(); at != held_.cend() && at->first <= last;) {
    FIRN_CO_TRY(size_t neighbours, co_await write_neighbours(at));
    // What came meanwhile lies before or behind all of these.
    for (; neighbours > 0; neighbours--, ++at) written.push_back(at->first);
  }
  FIRN_CO_CHECK(co_await flush());
  for (const uint64_t offset : written) {
    const auto durable = held_.find(offset);
    held_bytes_ -= durable->second.size();
    held_.erase(durable);
  }
  co_return Result<void>();
}

// Writes the first and those that follow without a gap, at once. How many.
Task<Result<size_t>> WriteBehind::write_neighbours(Held::const_iterator first) {
  std::vector<ByteView> parts;
  uint64_t bytes = 0;
  for (auto at = first; at != held_.cend() && at->first == first->first + bytes; ++at) {
    if (bytes >= kWriteBytesMax || parts.size() >= kWritePartsMax) break;
    parts.push_back(at->second.bytes());
    bytes += parts.back().size();
  }
  FIRN_CO_CHECK(co_await device_.write(first->first, parts));
  co_return parts.size();
}

Task<Result<void>> WriteBehind::flush() {
  if (flush_failed_) co_return flush_failed_->clone();
  auto flushed = co_await device_.flush();
  if (!flushed && !flush_failed_) {
    flush_failed_ =
        fail(Code::io, "a flush of the main device has failed; what was written before may be lost")
            .remedy("check the device, then restart the store")
            .because(std::move(flushed).error());
  }
  if (flush_failed_) co_return flush_failed_->clone();
  co_return Result<void>();
}

}  // namespace firn::vos
