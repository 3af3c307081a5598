// Room for changes, and what is done when space is short; see store_impl.h.
#include <algorithm>

#include "vos/store_impl.h"

namespace firn::vos {

namespace {

constexpr int kWinSpaceAttemptsMax = 3;  // others may take what was won

// Blocks that the pages take which a change of that length makes or splits, beyond those a checkpoint reckons
// with.
uint64_t growth_blocks(size_t record_bytes) { return record_bytes / (kBlockBytes / 2); }

}  // namespace

bool StoreImpl::has_room(size_t record_bytes, SpaceUse use) {
  return core_->has_room(record_bytes, use) && core_->space.has_room(1 + growth_blocks(record_bytes), use);
}

Task<Result<void>> StoreImpl::admit(size_t record_bytes, SpaceUse use) {
  for (int attempt = 0;; attempt++) {
    auto admitted = co_await admit_once(record_bytes, use);
    if (admitted || admitted.error().code() != Code::no_space) co_return admitted;
    if (attempt == kWinSpaceAttemptsMax || !co_await win_space()) co_return admitted;
  }
}

Task<Result<void>> StoreImpl::admit_once(size_t record_bytes, SpaceUse use) {
  FIRN_CO_CHECK(co_await core_->admit(record_bytes, use));
  const uint64_t blocks = 1 + growth_blocks(record_bytes);
  if (core_->space.has_room(blocks, use)) co_return Result<void>();
  if (core_->space.reclaimable()) FIRN_CO_CHECK(co_await core_->checkpoint());
  if (core_->space.has_room(blocks, use)) co_return Result<void>();
  co_return fail(Code::no_space, "the store has no room for the index entries of the change")
      .on("bytes", blocks * kBlockBytes)
      .remedy("remove data, or give the pool more space");
}

Task<Result<std::vector<Run>>> StoreImpl::allocate(uint64_t bytes) {
  for (int attempt = 0;; attempt++) {
    auto runs = co_await core_->allocate(bytes, SpaceUse::ordinary);
    if (runs || runs.error().code() != Code::no_space) co_return runs;
    if (auto pieces = allocate_pieces(bytes)) co_return pieces;
    if (attempt == kWinSpaceAttemptsMax || !co_await win_space()) co_return runs;
  }
}

// For when there is room but not in few pieces. All or nothing.
Result<std::vector<Run>> StoreImpl::allocate_pieces(uint64_t bytes) {
  std::vector<Run> runs;
  while (bytes > 0) {
    auto run = core_->space.allocate_piece(bytes, SpaceUse::ordinary);
    if (!run) {
      for (const Run taken : runs) core_->space.abandon(taken);
      return std::move(run).error();
    }
    runs.push_back(*run);
    bytes -= std::min(bytes, run->bytes);
  }
  return runs;
}

// Removes what no present reader sees and makes its space free. False if there is nothing to be won. One run
// serves all who were waiting when it began.
Task<bool> StoreImpl::win_space() {
  const BackgroundShare::Hurry hurry(share_);  // whoever is at it now, too
  const uint64_t runs_before = aggregations_begun_;
  const bool others_at_it = reclaiming_.available() == 0;
  {
    const auto turn = co_await reclaiming_.acquire();
    if (aggregations_begun_ > runs_before) co_return true;
    if (!garbage_.amount().any()) co_return others_at_it;
    auto won = co_await aggregate_in_turn(core_->clock.last());
    if (won) won = co_await core_->checkpoint();
    if (won) co_return true;
    core_->runtime.log().warning("reclaiming space failed error=\"" + won.error().message() + "\"");
  }
  co_return false;
}

}  // namespace firn::vos
