// Removal of what the members of a group do not share; see store_impl.h.
//
// One log record decides it. Then the group's records are erased in slices while operations on it wait. What
// is not through is part of each checkpoint, and carried to the end when the store is opened.
#include <algorithm>

#include "base/assert.h"
#include "model/wire.h"
#include "vos/newer_walk.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {

constexpr size_t kKeysPerSlice = 64;
constexpr size_t kKeptEpochsMax = 65536;

Faultable<bool> collect_tail(NewerWalk& walk, const TailRemoval& removal, std::vector<std::string>& keys) {
  while (keys.size() < kKeysPerSlice) {
    FIRN_TRY(const bool found, walk.next());
    if (!found) return false;
    if (removal.covers(walk.epoch())) keys.emplace_back(walk.key());
  }
  return true;
}

}  // namespace

Task<Result<void>> StoreImpl::remove_tail(PgIndex pg, Epoch above, std::vector<Epoch> keep) {
  if (keep.size() > kKeptEpochsMax) {
    co_return fail(Code::too_big, "too many epochs are to be kept").on("epochs_max", kKeptEpochsMax);
  }
  std::ranges::sort(keep);
  std::string record(1, static_cast<char>(LogKind::remove_tail));
  TailRemoval removal{pg, above, {}, std::move(keep)};
  const size_t record_bytes = record.size() + encode(removal).size();
  while (true) {
    FIRN_CO_CHECK(co_await wait_for_tail(pg));
    if (has_room(record_bytes, SpaceUse::reserved)) break;
    FIRN_CO_CHECK(co_await admit(record_bytes, SpaceUse::reserved));
  }
  removal.upto = core_->clock.last();
  encode_to(record, removal);
  FIRN_CO_TRY(const Lsn end, core_->log().append(record, false));
  begin_tail_removal(removal);
  auto erased = co_await erase_tail(&removal);
  if (!erased) tail_failure_ = erased.error().clone();
  if (erased) std::erase_if(core_->versions.tail_removals, [&](const auto& open) { return open.pg == pg; });
  tail_changed_.set();
  tail_changed_.reset();
  FIRN_CO_CHECK(std::move(erased));
  co_return co_await wait_durable(end);
}

void StoreImpl::begin_tail_removal(const TailRemoval& removal) {
  core_->requests.forget_tail(removal.pg, removal.above, removal.upto, removal.keep);
  VersionState& versions = core_->versions;
  for (const PreparedId id : versions.prepared.tail(removal.pg, removal.above, removal.upto, removal.keep)) {
    release_data(versions.prepared.take(id));
  }
  versions.tail_removals.push_back(removal);
}

Task<Result<void>> StoreImpl::erase_tail(const TailRemoval* removal) {
  NewerWalk walk(core_->tree, pg_prefix(removal->pg), removal->above);
  while (true) {
    std::vector<std::string> keys;
    const auto more = collect_tail(walk, *removal, keys);
    if (!more) FIRN_CO_CHECK(co_await core_->pages.load(more.error().page));
    FIRN_CO_CHECK(co_await erase(&keys));
    if (more && !*more) co_return Result<void>();
    walk.forget();
  }
}

// Before the store takes part in anything: no log to write, nobody to let run.
Task<Result<void>> StoreImpl::replay_tail_removal(const TailRemoval* removal) {
  NewerWalk walk(core_->tree, pg_prefix(removal->pg), removal->above);
  for (bool more = true; more; walk.forget()) {
    std::vector<std::string> keys;
    const auto collected = collect_tail(walk, *removal, keys);
    if (!collected) FIRN_CO_CHECK(co_await core_->pages.load(collected.error().page));
    for (const std::string& key : keys) {
      for (auto ready = core_->tree.prepare(key); !ready; ready = core_->tree.prepare(key)) {
        FIRN_CO_CHECK(co_await core_->pages.load(ready.error().page));
      }
      erase_prepared(key);
    }
    more = !collected || *collected;
  }
  co_return Result<void>();
}

// What goes with a tail had never come.
void StoreImpl::note_tombstone_gone(std::string_view key) {
  const auto parsed = parse_key(key);
  FIRN_ASSERT(parsed.has_value());
  const PgIndex pg = object_of(key).pg;
  VersionState& versions = core_->versions;
  const bool in_tail = std::ranges::any_of(versions.tail_removals, [&](const TailRemoval& removal) {
    return removal.pg == pg && removal.covers(parsed->epoch);
  });
  if (!in_tail) versions.tombstones_gone = std::max(versions.tombstones_gone, parsed->epoch);
}

Task<Result<void>> StoreImpl::finish_tail_removals() {
  while (!core_->versions.tail_removals.empty()) {
    const TailRemoval removal = core_->versions.tail_removals.back();
    FIRN_CO_CHECK(co_await replay_tail_removal(&removal));
    core_->versions.tail_removals.pop_back();
  }
  co_return Result<void>();
}

Task<Result<void>> StoreImpl::replay_tail(std::string_view record) {
  FIRN_CO_TRY(const auto removal, decode<TailRemoval>(record.substr(1)));
  begin_tail_removal(removal);
  co_return co_await finish_tail_removals();
}

}  // namespace firn::vos
