// Reading and verifying of stored data; see fetch_data.h.
#include "vos/fetch_data.h"

#include <utility>

#include "base/assert.h"
#include "codec/crc32c.h"
#include "runtime/when_all.h"

namespace firn::vos {

namespace {

Result<void> verify(const Fragment& fragment, const RecordView& record, ByteView bytes) {
  if (crc32c(bytes) == record.crc()) return {};
  auto error = fail(Code::corrupt, "stored data does not match its checksum")
                   .on("first_record", fragment.piece.start)
                   .on("records", fragment.piece.count);
  if (record.run_count() > 0) error = std::move(error).on("block", record.run(0).first.value);
  return std::move(error).remedy("read another replica, or write the data again; check the device");
}

}  // namespace

Task<Result<void>> FetchData::read(BlockDevice& main) {
  memory_ = main.memory();
  while (next_ < fragments_.size()) {
    plan_group();
    FIRN_CO_CHECK(co_await run_reads(main));
    FIRN_CO_CHECK(finish_group());
  }
  co_return Result<void>();
}

Result<void> FetchData::copy_inline() {
  plan_group();
  FIRN_ASSERT(reads_.empty() && next_ == fragments_.size());
  return finish_group();
}

RecordView FetchData::record_of(const Fragment& fragment) const {
  const auto record = RecordView::decode(stored_.substr(fragment.stored_at, fragment.stored_bytes));
  FIRN_ASSERT(record.has_value());
  return *record;
}

void FetchData::plan_group() {
  group_begin_ = next_;
  reads_.clear();
  pieces_.clear();
  piece_bytes_ = 0;
  while (next_ < fragments_.size() && reads_.size() < kReadsInFlightMax && piece_bytes_ < kPieceMemoryMax) {
    add(fragments_[next_++]);
  }
}

Result<void> FetchData::finish_group() {
  for (size_t i = group_begin_; i < next_; i++) FIRN_CHECK(finish(fragments_[i]));
  return {};
}

// Plans the reads of one fragment.
void FetchData::add(const Fragment& fragment) {
  const RecordView record = record_of(fragment);
  const auto target =
      payload_.subspan(static_cast<size_t>(laid_out_), static_cast<size_t>(fragment.data_bytes()));
  laid_out_ += fragment.data_bytes();
  if (record.is_inline()) return;
  MutableBytes memory = target;
  if (!fragment.whole() && !add_piece(record, &memory)) return;
  for (size_t i = 0; i < record.run_count(); i++) {
    const Run run = record.run(i);
    add_read(run, memory.first(static_cast<size_t>(run.bytes)));
    memory = memory.subspan(static_cast<size_t>(run.bytes));
  }
}

// A piece of which only a part is wanted. True if it has to be read, to `target`.
bool FetchData::add_piece(const RecordView& record, MutableBytes* target) {
  const auto [piece, added] = pieces_.try_emplace(record.run(0).first.value);
  if (!added) return false;
  piece_bytes_ += record.data_bytes();
  const auto in_place = record.run_count() == 1 ? view(record.run(0)) : std::nullopt;
  if (!in_place) {
    piece->second.copy = Buffer(static_cast<size_t>(record.data_bytes()));
    *target = piece->second.copy.bytes();
  }
  piece->second.bytes = in_place ? *in_place : ByteView(*target);
  return !in_place;
}

// The run where it lies, if the device is memory.
std::optional<ByteView> FetchData::view(Run run) const {
  if (memory_ == nullptr) return std::nullopt;
  return memory_->view(run.first.value * kBlockBytes, run.bytes);
}

// Pieces that follow each other on the device and in memory are one read.
void FetchData::add_read(Run run, MutableBytes target) {
  if (const auto in_place = view(run)) return copy_bytes(target, *in_place);
  const uint64_t offset = run.first.value * kBlockBytes;
  if (!reads_.empty()) {
    Read& last = reads_.back();
    const bool follows = last.offset + last.target.size() == offset &&
                         last.target.data() + last.target.size() == target.data();
    if (follows) {
      last.target = MutableBytes(last.target.data(), last.target.size() + target.size());
      return;
    }
  }
  reads_.push_back({offset, target});
}

Task<Result<void>> FetchData::run_reads(BlockDevice& main) {
  if (reads_.empty()) co_return Result<void>();
  if (reads_.size() == 1) co_return co_await main.read(reads_[0].offset, reads_[0].target);
  std::vector<Task<Result<void>>> tasks;
  tasks.reserve(reads_.size());
  for (const Read& read : reads_) tasks.push_back(main.read(read.offset, read.target));
  co_return co_await when_all_ok(std::move(tasks));
}

Result<void> FetchData::finish(const Fragment& fragment) {
  const RecordView record = record_of(fragment);
  const auto target =
      payload_.subspan(static_cast<size_t>(finished_), static_cast<size_t>(fragment.data_bytes()));
  finished_ += fragment.data_bytes();
  FetchedItem& item = items_[fragment.item];
  uint32_t checksum = record.crc();
  if (fragment.whole()) {
    if (record.is_inline()) copy_bytes(target, as_bytes(record.inline_bytes()));
    auto verified = verify(fragment, record, target);
    if (!verified) return std::move(verified).error().on("item", fragment.item);
  } else {
    auto copied = copy_part(fragment, record, target);
    if (!copied) return std::move(copied).error().on("item", fragment.item);
    checksum = crc32c(target);
  }
  if (!item.sent) item.extents.push_back({fragment.recx, checksum});
  return {};
}

// The piece is verified as a whole before a part of it gets a checksum of its own.
Result<void> FetchData::copy_part(const Fragment& fragment, const RecordView& record, MutableBytes target) {
  const auto from = static_cast<size_t>((fragment.recx.start - fragment.piece.start) * fragment.record_bytes);
  if (record.is_inline()) {
    const ByteView bytes = as_bytes(record.inline_bytes());
    FIRN_CHECK(verify(fragment, record, bytes));
    copy_bytes(target, bytes.subspan(from, target.size()));
    return {};
  }
  PieceMemory& piece = pieces_.at(record.run(0).first.value);
  if (!piece.verified) FIRN_CHECK(verify(fragment, record, piece.bytes));
  piece.verified = true;
  copy_bytes(target, piece.bytes.subspan(from, target.size()));
  return {};
}

}  // namespace firn::vos
