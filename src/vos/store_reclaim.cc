// Aggregation; see store_impl.h.
//
// Removal is not logged: what nobody can see may come back with a crash, and is removed again. Blocks that
// are released become free with the next checkpoint, so until then nothing that may come back has lost its
// data.
#include <algorithm>
#include <string>

#include "base/assert.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {

constexpr size_t kEntriesPerSlice = 64;

// What is worth beginning for: as much garbage in bytes, or in places.
constexpr uint64_t kGarbageBytesMin = 16ull << 20;
constexpr uint64_t kGarbageFraction = 16;  // of the used space
constexpr uint64_t kGarbageWrites = 16384;
constexpr uint64_t kPressureFraction = 8;          // less than this part is free: space is short
constexpr uint64_t kPressureGarbageFraction = 64;  // of all space
constexpr uint64_t kPressureWrites = 1024;

}  // namespace

// --- aggregation ---------------------------------------------------------------------------------

// Reads in progress count as promised, and so does what later reads at the newest epoch see: they begin at or
// above the newest epoch of now.
ReadableEpochs StoreImpl::readable_epochs(Epoch upto) const {
  const Epoch oldest_reader = readers_.empty() ? kEpochMax : *readers_.begin();
  // A prepared transaction may yet be committed at its epoch, beneath what is newer.
  const Epoch below_prepared{core_->versions.prepared.oldest().value - 1};
  return {retention_,
          std::min({upto, retention_.readable_from, core_->clock.last(), oldest_reader, below_prepared})};
}

void StoreImpl::set_retention(Retention retention) {
  for (const auto& [container, snapshots] : retention_.snapshots) {
    const auto left = retention.snapshots.find(container);
    for (const Epoch snapshot : snapshots) {
      if (left == retention.snapshots.end() || !left->second.contains(snapshot)) {
        garbage_.add_all_above(snapshot);
      }
    }
  }
  retention_ = std::move(retention);
}

Task<Result<void>> StoreImpl::aggregate(Epoch upto) {
  const auto turn = co_await reclaiming_.acquire();
  co_return co_await aggregate_in_turn(upto);
}

Task<Result<void>> StoreImpl::aggregate_in_turn(Epoch upto) {
  aggregations_begun_++;
  const ReadableEpochs readable = readable_epochs(upto);
  garbage_.take_amount();
  auto done = garbage_.needs_walk() ? co_await aggregate_changed(&readable)
                                    : co_await aggregate_remembered(&readable);
  if (done)
    garbage_.cleaned(readable.from());
  else
    garbage_.failed(core_->clock.last());
  co_return done;
}

Task<Result<void>> StoreImpl::aggregate_remembered(const ReadableEpochs* readable) {
  std::string position;
  while (auto scope = garbage_.next(position, readable->from())) {
    // Before: what is written meanwhile is remembered again.
    garbage_.looked_at(*scope, readable->from());
    FIRN_CO_CHECK(co_await aggregate_scope(*scope, readable));
    position = *std::move(scope);
  }
  co_return Result<void>();
}

// All that has been written since everything was clean.
Task<Result<void>> StoreImpl::aggregate_changed(const ReadableEpochs* readable) {
  const Epoch since = garbage_.clean_upto();
  garbage_.begin_walk(core_->clock.last());
  if (since == kEpochNone) co_return co_await aggregate_scope({}, readable);
  std::string position;
  while (true) {
    const auto scope = share_.work([&] { return next_changed_scope(position, since, readable->from()); });
    if (!scope) {
      FIRN_CO_TRY(const Loaded loaded, co_await load_or_go_behind(scope.error().page, &position));
      if (loaded == Loaded::end) co_return Result<void>();
      continue;
    }
    if (!*scope) co_return Result<void>();
    if (!(*scope)->empty()) FIRN_CO_CHECK(co_await aggregate_scope(**scope, readable));
    co_await share_.give_way();
  }
}

// The akey, dkey or object of the next entry from `position` on that was written since; behind it the
// position moves. Empty if there is none among the entries that one slice looks at, nothing at the end.
Faultable<std::optional<std::string>> StoreImpl::next_changed_scope(std::string& position, Epoch since,
                                                                    Epoch upto) {
  Tree::Cursor cursor(core_->tree);
  FIRN_TRY(bool at_entry, cursor.seek_newer(position, since));
  for (size_t i = 0; i < kEntriesPerSlice && at_entry; i++) {
    const auto parsed = parse_key(cursor.key());
    FIRN_ASSERT(parsed.has_value());
    if (parsed->epoch > since && parsed->epoch <= upto) {
      std::string scope(cursor.key().substr(0, scope_bytes(*parsed)));
      position = scope + kEntryAfterAll;
      return scope;
    }
    position = cursor.key();
    position += '\0';
    FIRN_TRY(at_entry, cursor.next_newer(since));
  }
  return at_entry ? std::optional(std::string()) : std::nullopt;
}

Task<Result<void>> StoreImpl::aggregate_scope(std::string scope, const ReadableEpochs* readable) {
  Aggregator aggregator(core_->tree, std::move(scope), *readable);
  while (true) {
    if (gate_.closing()) co_return fail(Code::canceled, "the store is being closed");
    aggregator.forget();
    const uint64_t before = aggregator.entries_looked_at();
    const auto more = share_.work([&] { return aggregator.slice(kEntriesPerSlice); });
    aggregated_entries_ += aggregator.entries_looked_at() - before;
    if (!more) {
      std::string position = aggregator.position();
      FIRN_CO_TRY(const Loaded loaded, co_await load_or_go_behind(more.error().page, &position));
      if (loaded == Loaded::behind) aggregator.go_on_from(std::move(position));
      if (loaded == Loaded::end) co_return Result<void>();
    }
    FIRN_CO_CHECK(co_await erase(&aggregator.doomed()));
    for (Merge& job : std::exchange(aggregator.merges(), {})) FIRN_CO_CHECK(co_await merge(std::move(job)));
    if (more && !*more) co_return Result<void>();
  }
}

// For walks over the tree: a page that is damaged costs what is on it, and no more.
Task<Result<StoreImpl::Loaded>> StoreImpl::load_or_go_behind(PageId page, std::string* position) {
  auto loaded = co_await core_->pages.load(page);
  if (loaded) co_return Loaded::page;
  if (loaded.error().code() != Code::corrupt) co_return std::move(loaded).error();
  core_->runtime.log().warning("background work goes behind a damaged page error=\"" +
                               loaded.error().message() + "\"");
  while (true) {
    const auto behind = core_->tree.go_behind(page, *position);
    if (behind) co_return *behind ? Loaded::behind : Loaded::end;
    FIRN_CO_CHECK(co_await core_->pages.load(behind.error().page));
  }
}

// Erases the keys in order, releases what they name, empties the list, and lets others run.
Task<Result<void>> StoreImpl::erase(std::vector<std::string>* keys) {
  for (const std::string& key : *keys) {
    for (auto ready = core_->tree.prepare(key); !ready; ready = core_->tree.prepare(key)) {
      FIRN_CO_CHECK(co_await core_->pages.load(ready.error().page));
    }
    share_.work([&] { return erase_prepared(key); });
    if (!core_->pages.has_room_for_changes()) {
      FIRN_CO_CHECK(co_await core_->admit(0, SpaceUse::checkpoint));
    }
  }
  if (!keys->empty()) core_->start_checkpoint_if_due();
  keys->clear();
  co_await share_.give_way();
  if (const Error* failed = core_->log().failed()) co_return failed->clone();
  co_return Result<void>();
}

bool StoreImpl::erase_prepared(const std::string& key) {
  const auto value = core_->tree.find_view(key);
  FIRN_ASSERT(value.has_value());
  if (!*value) return false;  // removed with its container meanwhile
  const auto record = RecordView::decode(**value);
  const std::vector<Run> runs = record ? record->runs() : std::vector<Run>();  // punches have no record
  core_->usage.left(key, **value);
  if (!record || record->punched()) note_tombstone_gone(key);
  core_->tree.erase(key);
  for (const Run run : runs) core_->space.release(run);
  return true;
}

void StoreImpl::start_aggregation_if_due() {
  if (background_runs_ || gate_.closing() || !aggregation_due()) return;
  background_runs_ = true;
  gate_.spawn(background_aggregation());
}

bool StoreImpl::aggregation_due() const {
  const SpaceStats space = core_->space.stats();
  const uint64_t used = space.used_blocks() * kBlockBytes;
  const Garbage::Amount& garbage = garbage_.amount();
  if (garbage.bytes > std::max(kGarbageBytesMin, used / kGarbageFraction)) return true;
  if (garbage.writes > kGarbageWrites) return true;
  if (space.free_blocks + space.pending_blocks > space.total_blocks / kPressureFraction) return false;
  return garbage.bytes > space.total_blocks * kBlockBytes / kPressureGarbageFraction ||
         garbage.writes > kPressureWrites;
}

Task<void> StoreImpl::background_aggregation() {
  co_await yield(core_->runtime.executor());
  const auto done = co_await aggregate(core_->clock.last());
  if (!done && !gate_.closing()) {
    core_->runtime.log().warning("aggregation failed error=\"" + done.error().message() + "\"");
  }
  core_->start_checkpoint_if_due();
  background_runs_ = false;
}

}  // namespace firn::vos
