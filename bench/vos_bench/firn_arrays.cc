#include "vos_bench/firn_arrays.h"

#include "codec/crc32c.h"
#include "model/pieces.h"
#include "runtime/when_all.h"

namespace firn::bench {

namespace {

constexpr uint64_t kChunkBytes = 1 << 20;
constexpr uint64_t kFillBytesInFlight = 16 << 20;

vos::ObjectRef object() { return {PgIndex{3}, ContainerId{}, ObjectId{.hi = 1, .lo = 2}}; }

}  // namespace

FirnArrays::FirnArrays(FirnSetup setup, size_t extent_bytes, uint64_t bytes)
    : firn_(std::move(setup)), data_(extent_bytes) {
  std::memset(data_.data(), 1, data_.size());
  for_each_piece({0, extent_bytes}, 1, [&](Recx piece) {
    checksums_.push_back(crc32c(ByteView(data_.bytes()).subspan(piece.start, piece.count)));
  });
  std::vector<uint64_t> offsets;
  for (uint64_t at = 0; at < bytes; at += extent_bytes) offsets.push_back(at);
  prepare_writes(offsets);
  run_writes(kFillBytesInFlight / extent_bytes);
}

void FirnArrays::prepare_writes(std::span<const uint64_t> offsets) {
  writes_.clear();
  for (const uint64_t offset : offsets) {
    vos::Update& update = writes_.emplace_back(object(), uint64_key(offset / kChunkBytes));
    update.items.push_back({.akey = "a",
                            .kind = ValueKind::array,
                            .record_bytes = 1,
                            .recxs = {{offset % kChunkBytes, data_.size()}},
                            .checksums = checksums_});
  }
}

void FirnArrays::prepare_reads(std::span<const uint64_t> offsets) {
  reads_.clear();
  for (const uint64_t offset : offsets) {
    vos::Fetch& fetch = reads_.emplace_back(object(), uint64_key(offset / kChunkBytes));
    fetch.items.push_back(
        {.akey = "a", .kind = ValueKind::array, .recxs = {{offset % kChunkBytes, data_.size()}}});
  }
}

Task<Result<void>> FirnArrays::write_the_next() {
  const ByteView data = data_.bytes();
  while (next_ < writes_.size()) {
    FIRN_CO_CHECK(co_await firn_.store().update(std::move(writes_[next_++]), {&data, 1}));
  }
  co_return {};
}

Task<Result<void>> FirnArrays::read_the_next() {
  while (next_ < reads_.size()) {
    FIRN_CO_TRY(const auto found, co_await firn_.store().fetch(std::move(reads_[next_++])));
    if (found.payload.size() != data_.size()) co_return fail(Code::corrupt, "firn: an extent is not there");
  }
  co_return {};
}

void FirnArrays::run_writes(size_t in_flight) {
  next_ = 0;
  std::vector<Task<Result<void>>> loops;
  for (size_t i = 0; i < in_flight; i++) loops.push_back(write_the_next());
  firn_.run(when_all_ok(std::move(loops)));
}

void FirnArrays::run_reads(size_t in_flight) {
  next_ = 0;
  std::vector<Task<Result<void>>> loops;
  for (size_t i = 0; i < in_flight; i++) loops.push_back(read_the_next());
  firn_.run(when_all_ok(std::move(loops)));
}

}  // namespace firn::bench
