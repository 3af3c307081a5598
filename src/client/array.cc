// Arrays in chunks on objects; see array.h.
#include "client/array.h"

#include <algorithm>

#include "base/assert.h"
#include "base/buffer.h"
#include "client/gather.h"
#include "model/limits.h"
#include "model/object_id.h"
#include "runtime/when_all.h"

namespace firn::client {

namespace {

constexpr char kAkey[] = "0";

// A stretch of cells within one chunk.
struct ChunkRange {
  uint64_t chunk = 0;
  Recx recx;            // within the chunk
  uint64_t offset = 0;  // of its first cell from the start of the whole range
};

Key chunk_key(uint64_t chunk) { return uint64_key(chunk + 1); }

// `cells_max`: what one request may carry; a larger chunk takes several.
std::vector<ChunkRange> chunks_of(Recx range, uint64_t chunk_cells, uint64_t cells_max = UINT64_MAX) {
  const auto [start, count] = range;
  std::vector<ChunkRange> ranges;
  for (uint64_t at = start; at < start + count;) {
    const uint64_t within = at % chunk_cells;
    const uint64_t taken = std::min({chunk_cells - within, start + count - at, cells_max});
    ranges.push_back({at / chunk_cells, {within, taken}, at - start});
    at += taken;
  }
  return ranges;
}

// A larger cell is refused where the request enters.
uint64_t cells_per_request(uint64_t cell_bytes) {
  return std::max<uint64_t>(kRequestDataBytesMax / cell_bytes, 1);
}

Task<Result<void>> write_chunk(Object object, Key dkey, UpdateItem item, std::vector<ByteView> data) {
  std::vector<UpdateItem> items;
  items.push_back(std::move(item));
  FIRN_CO_CHECK(co_await object.update(std::move(dkey), std::move(items), std::move(data)));
  co_return {};
}

Task<Result<void>> punch_chunk(Object object, Key dkey) {
  FIRN_CO_CHECK(co_await object.punch_dkey(std::move(dkey)));
  co_return {};
}

// Zeros what the fetch did not fill.
void zero_holes(Recx recx, uint64_t cell_bytes, const FetchedItem& found,
                const std::vector<MutableBytes>& buffers) {
  Slicer<MutableBytes> slicer(buffers);
  uint64_t at = recx.start;
  auto zero_up_to = [&](uint64_t end) {
    std::vector<MutableBytes> holes;
    if (end > at) slicer.slice((at - recx.start) * cell_bytes, (end - at) * cell_bytes, holes);
    for (const MutableBytes hole : holes) std::ranges::fill(hole, std::byte{0});
  };
  for (const FetchedExtent& extent : found.extents) {
    zero_up_to(extent.recx.start);
    at = extent.recx.end();
  }
  zero_up_to(recx.end());
}

// Gives one past the last cell of the range that is there, counted within the chunk; 0 if none is.
Task<Result<uint64_t>> read_chunk(Object object, ChunkRange range, uint64_t cell_bytes,
                                  std::vector<MutableBytes> buffers) {
  std::vector<FetchTarget> targets;
  targets.push_back({{.akey = kAkey, .kind = ValueKind::array, .recxs = {range.recx}}, buffers});
  FIRN_CO_TRY(auto found, co_await object.fetch(chunk_key(range.chunk), std::move(targets)));
  if (found[0].record_bytes != 0 && found[0].record_bytes != cell_bytes) {
    co_return fail(Code::corrupt, "the array's cells have another size than its attributes say")
        .on("stored_bytes", found[0].record_bytes)
        .on("cell_bytes", cell_bytes);
  }
  zero_holes(range.recx, cell_bytes, found[0], buffers);
  co_return found[0].extents.empty() ? 0 : found[0].extents.back().recx.end();
}

}  // namespace

Task<Result<void>> Array::write(uint64_t start, uint64_t count, std::vector<ByteView> data) {
  return write_range(*this, start, count, std::move(data));
}

Task<Result<void>> Array::write_range(Array self, uint64_t start, uint64_t count,
                                      std::vector<ByteView> data) {
  if (total_bytes(data) != count * self.cell_bytes_) {
    co_return fail(Code::invalid, "the data is not as long as the range of the array");
  }
  Slicer<ByteView> slicer(data);
  std::vector<Task<Result<void>>> writes;
  const uint64_t cells_max = cells_per_request(self.cell_bytes_);
  for (const ChunkRange& range : chunks_of({start, count}, self.chunk_cells_, cells_max)) {
    std::vector<ByteView> part;
    slicer.slice(range.offset * self.cell_bytes_, range.recx.count * self.cell_bytes_, part);
    UpdateItem item{
        .akey = kAkey, .kind = ValueKind::array, .record_bytes = self.cell_bytes_, .recxs = {range.recx}};
    writes.push_back(write_chunk(self.object_, chunk_key(range.chunk), std::move(item), std::move(part)));
  }
  co_return co_await when_all_ok(std::move(writes));
}

Task<Result<uint64_t>> Array::read(uint64_t start, uint64_t count, std::vector<MutableBytes> target) {
  return read_range(*this, start, count, std::move(target));
}

Task<Result<uint64_t>> Array::read_range(Array self, uint64_t start, uint64_t count,
                                         std::vector<MutableBytes> target) {
  if (total_bytes(target) != count * self.cell_bytes_) {
    co_return fail(Code::invalid, "the buffers are not as long as the range of the array");
  }
  Slicer<MutableBytes> slicer(target);
  std::vector<Task<Result<uint64_t>>> reads;
  const auto ranges = chunks_of({start, count}, self.chunk_cells_, cells_per_request(self.cell_bytes_));
  for (const ChunkRange& range : ranges) {
    std::vector<MutableBytes> part;
    slicer.slice(range.offset * self.cell_bytes_, range.recx.count * self.cell_bytes_, part);
    reads.push_back(read_chunk(self.object_, range, self.cell_bytes_, std::move(part)));
  }
  auto results = co_await when_all(std::move(reads));
  uint64_t end = start;
  for (size_t i = 0; i < results.size(); i++) {
    FIRN_CO_TRY(const uint64_t end_in_chunk, std::move(results[i]));
    if (end_in_chunk > 0) end = ranges[i].chunk * self.chunk_cells_ + end_in_chunk;
  }
  co_return end;
}

Task<Result<uint64_t>> Array::size() { return size_of(*this); }

Task<Result<uint64_t>> Array::size_of(Array self) {
  FIRN_CO_TRY(const Stat found, co_await find_size(self, false));
  co_return found.cells;
}

Task<Result<Array::Stat>> Array::stat() { return find_size(*this, true); }

Task<Result<Array::Stat>> Array::find_size(Array self, bool find_newest) {
  QueryRequest request;
  request.find_dkey = true;
  request.find_recx = true;
  request.find_newest = find_newest;
  request.akey = kAkey;
  FIRN_CO_TRY(QueryReply reply, co_await self.object_.query(std::move(request)));
  Stat size{.cells = 0, .newest = reply.newest};
  if (!reply.found) co_return size;
  if (reply.dkey.size() != 8) co_return fail(Code::corrupt, "an array's chunk number is not 8 bytes");
  const uint64_t dkey = uint64_from_key(reply.dkey);
  if (dkey > 0) size.cells = (dkey - 1) * self.chunk_cells_ + reply.recx.end();
  co_return size;
}

Task<Result<void>> Array::punch(uint64_t start, uint64_t count) { return punch_range(*this, start, count); }

Task<Result<void>> Array::punch_range(Array self, uint64_t start, uint64_t count) {
  std::vector<Task<Result<void>>> punches;
  for (const ChunkRange& range : chunks_of({start, count}, self.chunk_cells_)) {
    if (range.recx.count == self.chunk_cells_) {
      punches.push_back(punch_chunk(self.object_, chunk_key(range.chunk)));
      continue;
    }
    UpdateItem item{.akey = kAkey, .kind = ValueKind::array, .punch = true, .recxs = {range.recx}};
    punches.push_back(write_chunk(self.object_, chunk_key(range.chunk), std::move(item), {}));
  }
  co_return co_await when_all_ok(std::move(punches));
}

Task<Result<void>> Array::set_size(uint64_t cells) { return change_size(*this, cells); }

Task<Result<void>> Array::change_size(Array self, uint64_t cells) {
  FIRN_CO_TRY(uint64_t before, co_await self.size());
  if (before == cells) co_return {};
  if (before > cells) {
    FIRN_CO_CHECK(co_await punch_chunks_from(self, (cells + self.chunk_cells_ - 1) / self.chunk_cells_));
    if (const uint64_t within = cells % self.chunk_cells_; within != 0) {
      FIRN_CO_CHECK(co_await self.punch(cells, self.chunk_cells_ - within));
    }
    FIRN_CO_TRY(before, co_await self.size());
  }
  if (before >= cells) co_return {};
  // The last cell is not there: one zero cell makes the size what it shall be.
  const Buffer zero = [&] {
    Buffer buffer(self.cell_bytes_);
    std::ranges::fill(buffer.bytes(), std::byte{0});
    return buffer;
  }();
  co_return co_await self.write(cells - 1, 1, {zero.bytes()});
}

// Only the chunks that are there: a sparse array may span many that are not.
Task<Result<void>> Array::punch_chunks_from(Array self, uint64_t first_chunk) {
  for (uint32_t group = 0; group < group_count(self.object_.id()); group++) {
    ListAnchor anchor{.group = group, .after = uint64_key(first_chunk), .end = false};
    while (!anchor.end && anchor.group == group) {
      FIRN_CO_TRY(auto dkeys, co_await self.object_.list_dkeys(anchor));
      std::vector<Task<Result<void>>> punches;
      for (Key& dkey : dkeys) punches.push_back(punch_chunk(self.object_, std::move(dkey)));
      FIRN_CO_CHECK(co_await when_all_ok(std::move(punches)));
    }
  }
  co_return {};
}

}  // namespace firn::client
