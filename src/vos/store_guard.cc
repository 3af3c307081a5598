// What keeps operations apart from transactions and from the removal of tails; see store_impl.h. Costs one
// look where there is neither.
#include "vos/store_impl.h"

namespace firn::vos {

namespace {

std::vector<Reach> reaches_of(const Fetch& fetch) {
  std::vector<Reach> reaches;
  if (has(fetch.conditions, Condition::dkey_fetch) || fetch.items.empty()) {
    reaches.push_back({.level = ReachLevel::dkey, .object = fetch.object, .dkey = fetch.dkey});
  }
  for (const FetchItem& item : fetch.items) {
    Reach& reach = reaches.emplace_back();
    reach = {.level = ReachLevel::akey, .object = fetch.object, .dkey = fetch.dkey, .akey = item.akey};
    if (!has(fetch.conditions | item.conditions, Condition::akey_fetch)) reach.recxs = item.recxs;
  }
  return reaches;
}

std::vector<Reach> reaches_of(const List& list) {
  static constexpr ReachLevel kRead[] = {ReachLevel::container, ReachLevel::object, ReachLevel::dkey,
                                         ReachLevel::akey};
  return {{.level = kRead[static_cast<size_t>(list.level)],
           .object = list.object,
           .dkey = list.dkey,
           .akey = list.akey}};
}

std::vector<Reach> reaches_of(const Query& query) {
  ReachLevel level = ReachLevel::akey;
  if (query.find_akey) level = ReachLevel::dkey;
  if (query.find_dkey || (!query.find_akey && !query.find_recx)) level = ReachLevel::object;
  return {{.level = level, .object = query.object, .dkey = query.dkey, .akey = query.akey}};
}

}  // namespace

Error in_doubt(const Prepared& prepared) {
  return fail(Code::in_doubt, "a transaction that is not decided writes there")
      .on("transaction", prepared.id.transaction.uuid.text())
      .on("epoch", prepared.epoch.value)
      .remedy("ask its coordinator how it ended, commit or abort it here, then repeat");
}

template <class Read>
Task<Result<void>> StoreImpl::guard_read(const Read* read) {
  FIRN_CO_CHECK(co_await wait_for_tail(read->object.pg));
  const bool marks = !read->transaction.uuid.is_nil();
  // Later writes shall be above what was read.
  if (marks && read->epoch != kEpochMax) core_->clock.advance_to(read->epoch);
  const Epoch at = read_epoch(read->object, read->epoch);
  for (const Reach& reach : reaches_of(*read)) {
    if (marks) read_timestamps_.mark(reach, at, read->transaction);
    const Prepared* const found = core_->versions.prepared.find_touching(reach, at);
    if (found != nullptr) co_return in_doubt(*found);
  }
  co_return Result<void>();
}

template Task<Result<void>> StoreImpl::guard_read(const Fetch* read);
template Task<Result<void>> StoreImpl::guard_read(const List* read);
template Task<Result<void>> StoreImpl::guard_read(const Query* read);

// What the change writes, and what its conditions read.
std::vector<Reach> StoreImpl::reaches_of_commit(const Commit& commit) {
  if (commit.update == nullptr) return reaches_of(commit.change);
  const Update& update = *commit.update;
  std::vector<Reach> reaches;
  if (has(update.conditions, Condition::dkey_insert | Condition::dkey_update)) {
    reaches.push_back({.level = ReachLevel::dkey, .object = update.object, .dkey = update.dkey});
  }
  constexpr Condition kOfAkeys = Condition::akey_insert | Condition::akey_update;
  for (const UpdateItem& item : update.items) {
    Reach& reach = reaches.emplace_back();
    reach = {.level = ReachLevel::akey, .object = update.object, .dkey = update.dkey, .akey = item.akey};
    const bool whole = has(update.conditions | item.conditions, kOfAkeys);
    if (whole || item.kind == ValueKind::single) continue;
    reach.recxs = item.recxs;
    reach.record_bytes = item.record_bytes;
  }
  return reaches;
}

const Prepared* StoreImpl::find_in_the_way(const Commit& commit) const {
  if (core_->versions.prepared.empty()) return nullptr;
  for (const Reach& reach : reaches_of_commit(commit)) {
    const Prepared* const found = core_->versions.prepared.find_touching(reach, kEpochMax);
    if (found != nullptr) return found;
  }
  return nullptr;
}

Task<Result<void>> StoreImpl::wait_for_tail(PgIndex pg) {
  while (true) {
    const auto removal = std::ranges::find(core_->versions.tail_removals, pg, &TailRemoval::pg);
    if (removal == core_->versions.tail_removals.end()) co_return Result<void>();
    if (tail_failure_) co_return tail_failure_->clone();
    co_await tail_changed_.wait();
  }
}

}  // namespace firn::vos
