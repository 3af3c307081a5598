// The stores of one target; see store_table.h.
#include "engine/store_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "runtime/when_all.h"

namespace firn::engine {

namespace {

// Half of the log may be written before a checkpoint begins, the other half while it runs.
vos::StoreOptions fitted(vos::StoreOptions options, uint64_t log_bytes) {
  options.log_bytes_per_checkpoint = std::min(options.log_bytes_per_checkpoint, log_bytes / 2);
  return options;
}

Error explained(Error error, const char* what, const PoolMap& map, TargetPlace place) {
  return fail(error.code(), what)
      .on("pool", map.pool.uuid.text())
      .on("target", place.engine_target)
      .because(std::move(error));
}

Task<void> close_store(Runtime* runtime, PoolStore* store) {
  const auto closed = co_await store->close();
  if (!closed) runtime->log().warning("store not closed cleanly: " + closed.error().message());
}

StoreCounts counts_of(PoolId pool, const vos::Store* store) {
  StoreCounts counts{.pool = pool};
  if (store == nullptr) return counts;
  const vos::StoreStats stats = store->stats();
  counts.open = true;
  counts.space_bytes = stats.space_bytes;
  counts.free_bytes = stats.free_bytes;
  counts.reserve_bytes = stats.reserve_bytes;
  counts.value_bytes = stats.usage.value_bytes;
  counts.entries = stats.usage.entries;
  counts.index_pages = stats.pages;
  counts.cache_pages = stats.cache_pages;
  counts.cache_dirty_pages = stats.dirty_pages;
  counts.cache_lookups = stats.page_lookups;
  counts.cache_misses = stats.page_loads;
  counts.log_bytes = stats.log_bytes;
  counts.checkpoints = stats.checkpoints;
  counts.aggregated_entries = stats.aggregated_entries;
  counts.removals_pending = stats.removals;
  return counts;
}

}  // namespace

uint64_t log_bytes_for(uint64_t capacity_bytes) {
  return std::clamp<uint64_t>(capacity_bytes / 8 / 4096 * 4096, 4 << 20, 1 << 30);
}

StoreTable::StoreTable(Runtime& runtime, TargetPlace place, vos::StoreOptions options)
    : runtime_(runtime), place_(place), options_(options) {}

StoreTable::Names StoreTable::names(PoolId pool) const {
  const std::string folder = fmt::format("pools/{}/{}/", pool.uuid.text(), place_.engine_target);
  return {folder + "log", folder + "main"};
}

Task<Result<void>> StoreTable::create(PoolMap map, uint64_t capacity_bytes) {
  if (stores_.contains(map.pool)) co_return Result<void>();
  FIRN_CO_TRY(PoolShare share, PoolShare::of(map, place_));
  auto store = co_await make_store(names(map.pool), capacity_bytes);
  if (!store) co_return explained(std::move(store).error(), "the pool's store cannot be made", map, place_);
  stores_[map.pool] = std::make_unique<PoolStore>(runtime_.executor(), std::move(share), *std::move(store));
  co_return Result<void>();
}

Task<Result<std::unique_ptr<vos::Store>>> StoreTable::make_store(Names names, uint64_t capacity_bytes) {
  Storage& storage = runtime_.storage();
  FIRN_CO_CHECK(co_await remove_devices(names));
  const uint64_t log_bytes = log_bytes_for(capacity_bytes);
  FIRN_CO_TRY(auto log, co_await storage.create(names.log, log_bytes));
  FIRN_CO_TRY(auto main, co_await storage.create(names.main, capacity_bytes));
  const vos::FormatOptions format{.store = Uuid::random(runtime_.rng())};
  FIRN_CO_CHECK(co_await vos::Store::format(runtime_, *log, *main, format));
  co_return co_await vos::Store::open(runtime_, std::move(log), std::move(main), fitted(options_, log_bytes));
}

Task<Result<void>> StoreTable::open(PoolMap map) {
  FIRN_ASSERT(!stores_.contains(map.pool));
  FIRN_CO_TRY(PoolShare share, PoolShare::of(map, place_));
  Executor& executor = runtime_.executor();
  auto store = co_await open_store(names(map.pool));
  if (store) {
    stores_[map.pool] = std::make_unique<PoolStore>(executor, std::move(share), *std::move(store));
    co_return Result<void>();
  }
  Error reason = explained(std::move(store).error(), "the pool's store does not open", map, place_);
  stores_[map.pool] = std::make_unique<PoolStore>(executor, std::move(share), reason.clone());
  co_return reason;
}

Task<Result<std::unique_ptr<vos::Store>>> StoreTable::open_store(Names names) {
  FIRN_CO_TRY(auto log, co_await runtime_.storage().open(names.log));
  FIRN_CO_TRY(auto main, co_await runtime_.storage().open(names.main));
  const vos::StoreOptions options = fitted(options_, log->size_bytes());
  co_return co_await vos::Store::open(runtime_, std::move(log), std::move(main), options);
}

Task<Result<void>> StoreTable::destroy(PoolId pool) {
  // Out of the table first: no use begins while those that are there end.
  auto node = stores_.extract(pool);
  latest_ = nullptr;
  if (!node.empty()) co_await close_store(&runtime_, node.mapped().get());
  co_return co_await remove_devices(names(pool));
}

Task<Result<void>> StoreTable::remove_devices(Names names) {
  for (const std::string& name : {names.log, names.main}) {
    auto removed = co_await runtime_.storage().remove(name);
    if (!removed && removed.error().code() != Code::not_found) co_return removed;
  }
  co_return Result<void>();
}

Task<Result<void>> StoreTable::remove_container(PoolId pool, ContainerId container) {
  FIRN_CO_TRY(PoolStore * store, find(pool));
  co_return co_await store->remove_container(container);
}

Task<Result<control::TargetSpace>> StoreTable::space(PoolId pool) {
  FIRN_CO_TRY(PoolStore * store, find(pool));
  FIRN_CO_TRY(const auto use, store->use());
  const vos::StoreStats stats = use.store().stats();
  co_return control::TargetSpace{stats.space_bytes, stats.free_bytes};
}

Result<PoolStore::Use> StoreTable::use(const ObjectAddress& address) {
  FIRN_TRY(PoolStore * store, find(address.pool));
  FIRN_CHECK(store->share().check(address.map_version, address.pg));
  return store->use(address.container);
}

OperationTable* StoreTable::operations_of(PoolId pool) {
  PoolStore* const store = look_up(pool);
  return store == nullptr ? nullptr : &store->operations();
}

void StoreTable::describe_operations(std::vector<OperationCounts>& lines) const {
  for (const auto& [pool, store] : stores_) store->operations().describe(pool, lines);
}

OperationTable StoreTable::all_operations() const {
  OperationTable all;
  for (const auto& [pool, store] : stores_) all.merge(store->operations());
  return all;
}

std::vector<StoreCounts> StoreTable::describe_stores() const {
  std::vector<StoreCounts> all;
  for (const auto& [pool, store] : stores_) all.push_back(counts_of(pool, store->store()));
  return all;
}

PoolStore* StoreTable::look_up(PoolId pool) const {
  if (latest_ != nullptr && latest_pool_ == pool) return latest_;
  const auto found = stores_.find(pool);
  if (found == stores_.end()) return nullptr;
  latest_ = found->second.get();
  latest_pool_ = pool;
  return latest_;
}

Result<PoolStore*> StoreTable::find(PoolId pool) const {
  if (PoolStore* const store = look_up(pool)) return store;
  return fail(Code::not_found, "this target does not have the pool")
      .on("pool", pool.uuid.text())
      .on("target", place_.engine_target)
      .remedy("connect to the pool again; if that fails it was destroyed");
}

Task<void> StoreTable::close() {
  const auto stores = std::exchange(stores_, {});
  latest_ = nullptr;
  std::vector<Task<void>> closing;
  for (const auto& [pool, store] : stores) closing.push_back(close_store(&runtime_, store.get()));
  co_await when_all(std::move(closing));
}

}  // namespace firn::engine
