// Writing a checkpoint; see checkpoint.h.
#include "vos/checkpoint.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "codec/crc32c.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"

namespace firn::vos {

namespace {
std::vector<BlockRange> ranges_of(const std::vector<Run>& runs) {
  std::vector<BlockRange> ranges;
  ranges.reserve(runs.size());
  for (const Run run : runs) ranges.push_back(range_of(run));
  return ranges;
}
void append(std::vector<Run>& to, const std::vector<Run>& runs) {
  to.insert(to.end(), runs.begin(), runs.end());
}
}  // namespace

Task<Result<void>> CheckpointWriter::write(Log& log) {
  if (log.failed() != nullptr) co_return log.failed()->clone();
  co_return co_await run(log.seal(), &log);
}

Task<Result<void>> CheckpointWriter::write_at(LogPosition point) { co_return co_await run(point, nullptr); }

Task<Result<void>> CheckpointWriter::run(LogPosition point, Log* log) {
  begin(point);
  auto result = co_await write_index();
  if (result) {
    parts_.pages.end_checkpoint();
    result = co_await write_blobs();
  } else {
    parts_.pages.abandon_checkpoint();
  }
  if (result) result = co_await commit(log);
  if (result) {
    finish();
    if (log != nullptr) log->cut(point_.lsn);
  } else {
    undo();
    if (in_doubt_ && log != nullptr) log->fail_for_good(result.error().clone());
  }
  co_return result;
}

void CheckpointWriter::begin(LogPosition point) {
  FIRN_ASSERT(sequence_ == 0);
  point_ = point;
  sequence_ = ++parts_.state.attempts;
  PageCache::Checkpoint checkpoint = parts_.pages.begin_checkpoint();
  pages_ = std::move(checkpoint.pages);
  for (const BlockIndex block : checkpoint.freed_blocks) superseded_.push_back({block, kPageBytes});
  free_ = parts_.space.begin_checkpoint();
  requests_ = parts_.requests.encode();
  ReclaimImage reclaim;
  parts_.removals.encode(reclaim);
  parts_.usage.encode(reclaim);
  reclaim_ = encode_reclaim(reclaim);
  versions_ = parts_.versions.encode();
  root_.log = point;
  root_.newest_epoch = parts_.clock.last();
  root_.tree_root = parts_.tree.root();
}

// --- pages and the page table --------------------------------------------------------------------

Task<Result<void>> CheckpointWriter::write_index() {
  std::vector<Task<Result<void>>> writers;
  for (size_t i = 0; i < writes_max(); i++) writers.push_back(write_pages());
  FIRN_CO_CHECK(co_await when_all_ok(std::move(writers)));
  FIRN_ASSERT(next_page_ == pages_.size());
  // From here on the table is as the checkpoint shall have it.
  parts_.state.chunks.resize(parts_.pages.table().chunk_count());
  writers.clear();
  for (size_t i = 0; i < writes_max(); i++) writers.push_back(write_chunks());
  co_return co_await when_all_ok(std::move(writers));
}

Task<Result<void>> CheckpointWriter::write_pages() {
  while (!failed_ && next_page_ < pages_.size()) {
    auto written = co_await write_page_group();
    failed_ |= !written.has_value();
    FIRN_CO_CHECK(std::move(written));
    co_await yield(parts_.executor);  // a device that is memory never makes it wait, but requests do
  }
  co_return Result<void>();
}

Task<Result<void>> CheckpointWriter::write_page_group() {
  FIRN_CO_TRY(const Run run, allocate_pages(std::min(pages_per_write(), pages_.size() - next_page_)));
  const size_t first = next_page_;
  next_page_ += run.bytes / kPageBytes;
  std::vector<ByteView> images;
  for (size_t i = first; i < first + run.bytes / kPageBytes; i++) {
    images.push_back(parts_.pages.checkpoint_image(pages_[i]));
  }
  auto written = co_await parts_.main.write(run.first.value * kBlockBytes, images);
  if (!written) {
    parts_.space.abandon(run);
    co_return std::move(written).error();
  }
  page_group_written(run, first);
  co_return Result<void>();
}

// In one piece, for as many pages as there is room for; at least one.
Result<Run> CheckpointWriter::allocate_pages(size_t count) {
  FIRN_TRY(Run run, parts_.space.allocate_piece(count * kPageBytes, SpaceUse::checkpoint));
  if (run.bytes >= kPageBytes) return parts_.space.shorten(run, run.bytes / kPageBytes * kPageBytes);
  parts_.space.abandon(run);
  return parts_.space.allocate_page(SpaceUse::checkpoint);
}

void CheckpointWriter::page_group_written(Run run, size_t first) {
  parts_.space.settle(run);
  written_.push_back(run);
  for (size_t i = 0; i < run.bytes / kPageBytes; i++) {
    const BlockIndex place{run.first.value + i * Space::kPageBlocks};
    const auto old = parts_.pages.checkpoint_page_written(pages_[first + i], place);
    if (old) superseded_.push_back({*old, kPageBytes});
  }
}

Task<Result<void>> CheckpointWriter::write_chunks() {
  while (!failed_ && next_chunk_ < parts_.state.chunks.size()) {
    const uint32_t chunk = next_chunk_++;
    if (!parts_.pages.table().chunk_changed(chunk)) continue;
    auto written = co_await write_chunk(chunk);
    failed_ |= !written.has_value();
    FIRN_CO_CHECK(std::move(written));
  }
  co_return Result<void>();
}

Task<Result<void>> CheckpointWriter::write_chunk(uint32_t chunk) {
  static_assert(kPageTableChunkBytes == kPageBytes);  // room for a chunk is room for a page
  FIRN_CO_TRY(const Run run, parts_.space.allocate_page(SpaceUse::checkpoint));
  Buffer image(kPageTableChunkBytes);
  parts_.pages.table().chunk_image(chunk, image.bytes());
  const ByteView part = image.bytes();
  auto written = co_await parts_.main.write(run.first.value * kBlockBytes, {&part, 1});
  if (!written) {
    parts_.space.abandon(run);
    co_return std::move(written).error();
  }
  parts_.space.settle(run);
  written_.push_back(run);
  parts_.pages.table().chunk_written(chunk);
  const ChunkRef old = std::exchange(parts_.state.chunks[chunk], {run.first.value, crc32c(part)});
  if (old.block != 0) superseded_.push_back({BlockIndex{old.block}, kPageTableChunkBytes});
  co_return Result<void>();
}

// --- blobs ---------------------------------------------------------------------------------------

Task<Result<void>> CheckpointWriter::write_blobs() {
  root_.chunks = parts_.state.chunks;
  FIRN_CO_TRY(const auto requests_runs, allocate_blob_runs(requests_.size()));
  FIRN_CO_TRY(const auto reclaim_runs, allocate_blob_runs(reclaim_.size()));
  FIRN_CO_TRY(const auto versions_runs, allocate_blob_runs(versions_.size()));
  FIRN_CO_TRY(const auto root_runs, allocate_blob_runs(CheckpointRoot::encoded_bytes(root_.chunks.size())));
  std::vector<Run> free_runs;
  FIRN_CO_TRY(std::string free_list, make_free_list(free_runs));
  FIRN_CO_TRY(root_.requests,
              co_await write_one_blob(BlobKind::requests, std::move(requests_), requests_runs));
  FIRN_CO_TRY(root_.reclaim, co_await write_one_blob(BlobKind::reclaim, std::move(reclaim_), reclaim_runs));
  FIRN_CO_TRY(root_.versions,
              co_await write_one_blob(BlobKind::versions, std::move(versions_), versions_runs));
  FIRN_CO_TRY(root_.free_list, co_await write_one_blob(BlobKind::free_list, std::move(free_list), free_runs));
  FIRN_CO_TRY(root_ref_, co_await write_one_blob(BlobKind::root, root_.encode(), root_runs));
  co_return Result<void>();
}

Result<std::vector<Run>> CheckpointWriter::allocate_blob_runs(uint64_t bytes) {
  FIRN_TRY(auto runs, allocate_blob(parts_.space, bytes));
  append(blob_runs_, runs);
  return runs;
}

// The list says of its own blocks that they are used, and the more pieces they are in the longer it is.
Result<std::string> CheckpointWriter::make_free_list(std::vector<Run>& runs) {
  free_.adjust(ranges_of(written_), ranges_of(given_up()));
  free_.adjust(ranges_of(blob_runs_), {});
  for (uint64_t bytes = free_.ranges().size() * FreeList::kRangeBytes;; bytes = bytes * 2 + kBlockBytes) {
    FIRN_TRY(runs, allocate_blob(parts_.space, bytes));
    FreeList list = free_;
    list.adjust(ranges_of(runs), {});
    if (list.ranges().size() * FreeList::kRangeBytes <= blob_capacity(runs)) {
      append(blob_runs_, runs);
      return list.encode();
    }
    for (const Run run : runs) parts_.space.abandon(run);
  }
}

Task<Result<BlobRef>> CheckpointWriter::write_one_blob(BlobKind kind, std::string bytes,
                                                       std::vector<Run> runs) {
  const BlobIdentity identity = {kind, parts_.state.superblock.store, sequence_};
  co_return co_await write_blob(parts_.main, identity, bytes, runs);
}

// --- the end -------------------------------------------------------------------------------------

Task<Result<void>> CheckpointWriter::commit(Log* log) {
  // A checkpoint does not make durable what the log has refused.
  if (log != nullptr) FIRN_CO_CHECK(co_await log->wait_durable(point_.lsn));
  FIRN_CO_CHECK(co_await parts_.main.write_out());  // what only the log holds, which will be cut
  in_doubt_ = true;
  FIRN_CO_CHECK(co_await flush_main(log));
  CheckpointState& state = parts_.state;
  Superblock superblock = state.superblock;
  superblock.checkpoint = sequence_;
  superblock.root = root_ref_;
  const uint32_t slot = 1 - state.slot;
  auto written = co_await write_superblock(parts_.main, superblock, slot);
  // A full disk left the old bytes as they were.
  if (!written) in_doubt_ = written.error().code() != Code::no_space;
  FIRN_CO_CHECK(std::move(written));
  FIRN_CO_CHECK(co_await flush_main(log));
  state.superblock = superblock;
  state.slot = slot;
  co_return Result<void>();
}

// The log flushes the device too. If a flush of its failed meanwhile, what the checkpoint has written may be
// lost, and a flush that succeeds later says nothing about it.
Task<Result<void>> CheckpointWriter::flush_main(const Log* log) {
  FIRN_CO_CHECK(co_await parts_.main.flush());
  if (log != nullptr && log->failed() != nullptr) co_return log->failed()->clone();
  co_return Result<void>();
}

// Blocks that belong to the checkpoint before only.
std::vector<Run> CheckpointWriter::given_up() const {
  std::vector<Run> runs = superseded_;
  append(runs, parts_.state.blob_runs);
  return runs;
}

void CheckpointWriter::finish() {
  for (const Run run : blob_runs_) parts_.space.settle(run);
  parts_.space.end_checkpoint(given_up());
  parts_.state.blob_runs = std::move(blob_runs_);
}

void CheckpointWriter::undo() {
  parts_.space.abort_checkpoint();
  for (const Run run : superseded_) parts_.space.release(run);
  if (in_doubt_) return;
  for (const Run run : blob_runs_) parts_.space.abandon(run);
}

}  // namespace firn::vos
