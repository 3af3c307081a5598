// Space: aggregation, removal of containers, and what is done when space is short; see store_impl.h.
//
// Removal is not logged: what nobody can see may come back with a crash, and is removed again. Blocks that
// are released become free with the next checkpoint, so until then nothing that may come back has lost its
// data.
#include <algorithm>
#include <string>

#include "base/assert.h"
#include "runtime/sleep.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {

// Work between two turns of the loop.
constexpr size_t kEntriesPerSlice = 256;
constexpr size_t kKeysPerSlice = 64;

constexpr uint64_t kGarbageBytesMin = 64ull << 20;  // less is not worth a walk over the whole index
constexpr uint64_t kGarbageFraction = 8;            // of the used space
constexpr uint64_t kPressureFraction = 8;           // less than this part is free: space is short
constexpr uint64_t kPressureGarbageFraction = 64;   // of all space: what is worth a walk then
constexpr uint64_t kPressurePunches = 1024;         // likewise

// Blocks that the pages take which a change of that length makes or splits, beyond those a checkpoint reckons
// with.
uint64_t growth_blocks(size_t record_bytes) { return record_bytes / (kBlockBytes / 2); }

}  // namespace

// --- room for changes ----------------------------------------------------------------------------

bool StoreImpl::has_room(size_t record_bytes, SpaceUse use) {
  return core_->has_room(record_bytes, use) && core_->space.has_room(1 + growth_blocks(record_bytes), use);
}

Task<Result<void>> StoreImpl::admit(size_t record_bytes, SpaceUse use) {
  auto admitted = co_await admit_once(record_bytes, use);
  if (admitted || admitted.error().code() != Code::no_space) co_return admitted;
  if (!co_await win_space()) co_return admitted;
  co_return co_await admit_once(record_bytes, use);
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
  auto runs = co_await core_->allocate(bytes, SpaceUse::ordinary);
  if (runs || runs.error().code() != Code::no_space) co_return runs;
  if (auto pieces = allocate_pieces(bytes)) co_return pieces;
  if (!co_await win_space()) co_return runs;
  runs = co_await core_->allocate(bytes, SpaceUse::ordinary);
  if (runs || runs.error().code() != Code::no_space) co_return runs;
  if (auto pieces = allocate_pieces(bytes)) co_return pieces;
  co_return runs;
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

// Removes what no present reader sees and makes its space free. False if there is nothing to be won.
Task<bool> StoreImpl::win_space() {
  if (reclaiming_.available() == 0) {  // somebody is at it
    const auto waited = co_await reclaiming_.acquire();
    co_return true;
  }
  if (!garbage_.any()) co_return false;
  garbage_ = {};
  auto won = co_await aggregate(core_->clock.last());
  if (won) won = co_await core_->checkpoint();
  if (!won) core_->runtime.log().warning("reclaiming space failed error=\"" + won.error().message() + "\"");
  co_return won.has_value();
}

// --- aggregation ---------------------------------------------------------------------------------

// Reads in progress count as promised, and so does what later reads at the newest epoch see: they begin at or
// above the newest epoch of now.
ReadableEpochs StoreImpl::readable_epochs(Epoch upto) const {
  const Epoch oldest_reader = readers_.empty() ? kEpochMax : *readers_.begin();
  return {retention_, std::min({upto, retention_.readable_from, core_->clock.last(), oldest_reader})};
}

Task<Result<void>> StoreImpl::aggregate(Epoch upto) {
  const auto turn = co_await reclaiming_.acquire();
  Aggregator aggregator(core_->tree, {}, readable_epochs(upto));
  while (true) {
    aggregator.forget();
    const auto more = aggregator.slice(kEntriesPerSlice);
    if (!more) FIRN_CO_CHECK(co_await core_->pages.load(more.error().page));
    FIRN_CO_CHECK(co_await erase(&aggregator.doomed()));
    if (more && !*more) co_return Result<void>();
  }
}

// Erases the keys in order, releases what they name, empties the list, and lets others run.
Task<Result<void>> StoreImpl::erase(std::vector<std::string>* keys) {
  for (const std::string& key : *keys) {
    for (auto ready = core_->tree.prepare(key); !ready; ready = core_->tree.prepare(key)) {
      FIRN_CO_CHECK(co_await core_->pages.load(ready.error().page));
    }
    erase_prepared(key);
    if (core_->pages.dirty_pages() >= core_->pages.limit_pages()) {
      FIRN_CO_CHECK(co_await core_->admit(0, SpaceUse::checkpoint));
    }
  }
  if (!keys->empty()) core_->start_checkpoint_if_due();
  keys->clear();
  co_await yield(core_->runtime.executor());
  if (const Error* failed = core_->log().failed()) co_return failed->clone();
  co_return Result<void>();
}

void StoreImpl::erase_prepared(const std::string& key) {
  const auto value = core_->tree.find_view(key);
  FIRN_ASSERT(value.has_value());
  if (!*value) return;  // removed with its container meanwhile
  const auto record = RecordView::decode(**value);
  const std::vector<Run> runs = record ? record->runs() : std::vector<Run>();  // punches have no record
  core_->tree.erase(key);
  for (const Run run : runs) core_->space.release(run);
}

void StoreImpl::start_aggregation_if_due() {
  if (background_runs_ || gate_.closing() || !aggregation_due()) return;
  background_runs_ = true;
  gate_.spawn(background_aggregation());
}

bool StoreImpl::aggregation_due() const {
  const SpaceStats space = core_->space.stats();
  const uint64_t used = space.used_blocks() * kBlockBytes;
  if (garbage_.bytes > std::max(kGarbageBytesMin, used / kGarbageFraction)) return true;
  if (space.free_blocks + space.pending_blocks > space.total_blocks / kPressureFraction) return false;
  return garbage_.bytes > space.total_blocks * kBlockBytes / kPressureGarbageFraction ||
         garbage_.punches > kPressurePunches;
}

Task<void> StoreImpl::background_aggregation() {
  co_await yield(core_->runtime.executor());
  garbage_ = {};
  const auto done = co_await aggregate(core_->clock.last());
  if (!done) {
    core_->runtime.log().warning("aggregation failed error=\"" + done.error().message() + "\"");
  }
  core_->start_checkpoint_if_due();
  background_runs_ = false;
}

// --- removal of containers -----------------------------------------------------------------------

Task<Result<void>> StoreImpl::remove_container(ContainerId container) {
  const auto turn = co_await reclaiming_.acquire();
  std::string position = container_prefix(PgIndex{0}, container);
  while (true) {
    std::vector<std::string> keys;
    const auto more = collect_container(container, position, keys);
    if (!more) FIRN_CO_CHECK(co_await core_->pages.load(more.error().page));
    FIRN_CO_CHECK(co_await erase(&keys));
    if (more && !*more) co_return Result<void>();
  }
}

// Keys of the container from `position` on, which moves behind them. False behind the last placement group.
Faultable<bool> StoreImpl::collect_container(ContainerId container, std::string& position,
                                             std::vector<std::string>& keys) {
  Probe probe(core_->tree);
  while (keys.size() < kKeysPerSlice) {
    FIRN_TRY(const bool at_entry, probe.seek(position));
    if (!at_entry) return false;
    const std::string_view key = probe.key();
    const PgIndex pg = object_of(key).pg;
    const std::string prefix = container_prefix(pg, container);
    if (key.starts_with(prefix)) {
      keys.emplace_back(key);
      position = key;
      position += '\0';
    } else if (key < prefix) {
      position = prefix;
    } else if (pg.value == UINT32_MAX) {
      return false;
    } else {
      position = container_prefix(PgIndex{pg.value + 1}, container);
    }
  }
  return true;
}

}  // namespace firn::vos
