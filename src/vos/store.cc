// Life of a store, replay, and what its operations share; see store_impl.h.
#include "vos/store.h"

#include "base/assert.h"
#include "model/wire.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {
constexpr uint64_t kGarbageMemoryFraction = 64;  // of the memory for pages
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
  FIRN_CO_CHECK(co_await core_->replay(*this));
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

Task<Result<void>> StoreImpl::wait_durable(Lsn lsn) {
  const Log& log = core_->log();
  if (log.is_durable(lsn)) co_return Result<void>();
  if (core_->options.durability == Durability::stable) co_return co_await core_->log().wait_durable(lsn);
  if (log.failed() != nullptr) co_return log.failed()->clone();
  co_return Result<void>();
}

// A record that had been removed when it came again at its epoch may be back with the checkpoint.
void StoreImpl::insert_entry(const TreeWrite& write, Epoch epoch, Lsn lsn) {
  const auto old = core_->tree.find_view(write.key);
  FIRN_ASSERT(old.has_value());
  std::vector<Run> runs;
  if (*old) {
    core_->usage.left(write.key, **old);
    const auto record = RecordView::decode(**old);
    if (record) runs = record->runs();  // punches have none
  }
  core_->tree.insert(write.key, write.value, epoch, lsn);
  core_->usage.entered(write.key, write.value);
  for (const Run run : runs) core_->space.release(run);
}

// --- replay --------------------------------------------------------------------------------------

Result<void> StoreImpl::claim(std::string_view record) {
  if (record.empty()) return fail(Code::corrupt, "a log record is empty");
  if (is_removal(record) || log_kind(record) == LogKind::inline_change) return {};
  FIRN_TRY(const auto changes, logged_changes(record));
  Result<void> claimed;
  for (const Change& change : changes) {
    for_each_run(change, [&](Run run) {
      if (claimed) claimed = core_->space.claim(run);
    });
  }
  return claimed;
}

Task<Result<void>> StoreImpl::apply(std::string_view record, Lsn end) {
  if (is_removal(record)) {
    FIRN_CO_TRY(const RemovalRecord removal, decode_removal(record));
    note_removal(removal);
    co_return Result<void>();
  }
  switch (log_kind(record)) {
    case LogKind::prepare:
      co_return replay_prepare(record);
    case LogKind::decide:
      co_return co_await replay_decision(record, end);
    case LogKind::remove_tail:
      co_return co_await replay_tail(record);
    default:
      break;
  }
  FIRN_CO_TRY(auto changes, decode_changes(record));
  if (log_kind(record) == LogKind::change_with_data) {
    FIRN_CO_CHECK(co_await replay_data(&changes.front(), attached_data(changes.front(), record)));
  }
  for (Change& change : changes) FIRN_CO_CHECK(co_await replay_change(std::move(change), end));
  co_return Result<void>();
}

// Nobody knows whether it came to its place before the crash.
Task<Result<void>> StoreImpl::replay_data(const Change* change, ByteView data) {
  if (!core_->main_device->has_room()) FIRN_CO_CHECK(co_await core_->main_device->write_out());
  for_each_run(*change, [&](Run run) {
    const ByteView part = data.first(static_cast<size_t>(run.bytes));
    data = data.subspan(part.size());
    core_->main_device->hold(run.first.value * kBlockBytes, {&part, 1});
  });
  co_return Result<void>();
}

Task<Result<void>> StoreImpl::replay_change(Change change, Lsn end) {
  const std::vector<TreeWrite> writes = tree_writes(change);
  // No other change is in progress: what was prepared once is inserted at once.
  for (const TreeWrite& write : writes) {
    for (auto ready = core_->tree.prepare(write.key); !ready; ready = core_->tree.prepare(write.key)) {
      FIRN_CO_CHECK(co_await core_->pages.load(ready.error().page));
    }
    insert_entry(write, change.epoch, end);
  }
  for_each_run(change, [this](Run run) { core_->space.settle(run); });
  core_->clock.advance_to(change.epoch);
  core_->requests.forget_below(change.request.client, change.completed_below);
  core_->requests.remember(change.request, change.epoch, change.object.pg);
  co_return Result<void>();
}

}  // namespace firn::vos
