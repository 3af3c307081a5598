// Life of a store, and what its operations share; see store_impl.h.
#include "vos/store.h"

#include <algorithm>

#include "base/assert.h"
#include "model/wire.h"
#include "vos/store_impl.h"
#include "vos/wait_watch.h"

namespace firn::vos {

namespace {
// Of the memory for pages.
constexpr uint64_t kGarbageMemoryFraction = 64;
constexpr uint64_t kReplayMemoryFraction = 16;
// A longer one would hold more entries of each page, but they are enough, and take longer to sort.
constexpr uint64_t kReplayMemoryMax = 64 << 20;
}  // namespace

Task<Result<void>> Store::format(Runtime& runtime, BlockDevice& log, BlockDevice& main,
                                 FormatOptions options) {
  return Core::format(runtime, log, main, options);
}

Task<Result<std::unique_ptr<Store>>> Store::open(Runtime& runtime, std::unique_ptr<BlockDevice> log,
                                                 std::unique_ptr<BlockDevice> main, StoreOptions options) {
  FIRN_CO_TRY(auto core, co_await Core::open(runtime, std::move(log), std::move(main), options));
  auto store = std::make_unique<StoreImpl>(std::move(core));
  auto replayed = co_await store->replay();
  if (!replayed) {
    co_await store->quiet();
    co_return std::move(replayed).error();
  }
  co_return std::unique_ptr<Store>(std::move(store));
}

StoreImpl::StoreImpl(std::unique_ptr<Core> core)
    : core_(std::move(core)),
      retention_(core_->options.retention),
      garbage_(core_->options.cache_bytes / kGarbageMemoryFraction),
      share_(core_->runtime.executor(), core_->options.background_percent),
      reclaiming_(core_->runtime.executor(), 1),
      tail_changed_(core_->runtime.executor()),
      gate_(core_->runtime.executor()) {}

Task<Result<void>> StoreImpl::replay() {
  FIRN_CO_CHECK(co_await finish_tail_removals());
  replay_window_.emplace(std::min(core_->options.cache_bytes / kReplayMemoryFraction, kReplayMemoryMax));
  FIRN_CO_CHECK(co_await core_->replay(*this));
  replay_window_.reset();
  // What was read before is not known any more. The clock may have been ahead of what is stored.
  core_->clock.advance_to(epoch_from_wall(core_->runtime.wall_time()));
  read_timestamps_.raise_low_water(core_->clock.last());
  garbage_.begin_walk(core_->clock.last());  // nothing is known of what was there
  start_removals();
  co_return Result<void>();
}

Task<void> StoreImpl::quiet() {
  co_await gate_.close();
  co_await core_->quiet();
}

Task<Result<void>> StoreImpl::close() {
  co_await gate_.close();
  co_return co_await core_->close();
}

Task<Result<void>> StoreImpl::checkpoint() { co_return co_await core_->checkpoint(); }

StoreStats StoreImpl::stats() const {
  StoreStats stats = core_->stats();
  stats.usage = core_->usage.total();
  stats.removals = core_->removals.pending();
  stats.aggregated_entries = aggregated_entries_;
  return stats;
}

Epoch StoreImpl::newest_epoch() const { return core_->clock.last(); }

Task<Result<void>> StoreImpl::wait_durable(Lsn lsn, StoreWaits* waits) {
  const Log& log = core_->log();
  if (log.is_durable(lsn)) co_return Result<void>();
  if (core_->options.durability == Durability::stable) {
    const WaitWatch watch(core_->runtime, waits, &StoreWaits::log_ns);
    co_return co_await core_->log().wait_durable(lsn);
  }
  if (log.failed() != nullptr) co_return log.failed()->clone();
  co_return Result<void>();
}

// A record that had been removed when it came again at its epoch may be back with the checkpoint.
void StoreImpl::insert_entry(const EntryView& entry, Epoch epoch, Lsn lsn) {
  const auto old = core_->tree.find_view(entry.key);
  FIRN_ASSERT(old.has_value());
  std::vector<Run> runs;
  if (*old) {
    core_->usage.left(entry.key, **old);
    const auto record = RecordView::decode(**old);
    if (record) runs = record->runs();  // punches have none
  }
  core_->tree.insert(entry.key, entry.value, epoch, lsn);
  core_->usage.entered(entry.key, entry.value);
  for (const Run run : runs) core_->space.release(run);
}

}  // namespace firn::vos
