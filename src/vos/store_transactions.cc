// Transactions: prepare, commit, abort; see store_impl.h and docs/decisions/0007-store-complete.md.
//
// A transaction in doubt has, where it writes, nothing newer than itself above it, no reader that would have
// to have seen it, and no other prepared write. Nobody gets there before it is decided: update and punch
// refuse what it writes. So what was judged at prepare still holds at commit, which only inserts.
#include <algorithm>

#include "base/assert.h"
#include "model/wire.h"
#include "vos/newer_walk.h"
#include "vos/prepare_plan.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {

template <class T>
std::string encode_record(LogKind kind, const T& value) {
  std::string record(1, static_cast<char>(kind));
  encode_to(record, value);
  return record;
}

Error too_late(std::string what, Epoch above) {
  return fail(Code::restart, std::move(what))
      .on("above", above.value)
      .remedy("begin the transaction again at a later epoch");
}

size_t encoded_bytes_max(const std::vector<Change>& changes) {
  size_t bytes = 64;
  for (const Change& change : changes) bytes += encoded_bytes_max(change);
  return bytes;
}

}  // namespace

// --- prepare -------------------------------------------------------------------------------------

Task<Result<void>> StoreImpl::prepare(Prepare prepare, std::span<const ByteView> payload) {
  for (Update& update : prepare.updates) punch_what_is_empty(update);
  FIRN_CO_TRY(PreparePlan plan, plan_prepare(prepare, payload, core_->options.verify_checksums_on_update));
  Allocation allocation(core_->space);
  const Commit target{.allocation = &allocation};
  for (UpdatePlan& update : plan.updates) {
    if (!update.bulk.empty()) FIRN_CO_CHECK(co_await write_data(&update, &target));
  }
  Preparing work{.request = &prepare, .plan = std::move(plan), .result = {prepare.id, prepare.epoch, {}}};
  size_t record_bytes = 0;
  while (true) {
    FIRN_CO_CHECK(co_await wait_for_tail(prepare.id.pg));
    if (core_->versions.prepared.find(prepare.id) != nullptr) break;
    const auto verdict = judge_prepare(work);
    if (!verdict) {
      FIRN_CO_CHECK(co_await core_->pages.load(verdict.error().page));
      continue;
    }
    if (work.refused) {
      FIRN_CO_CHECK(co_await wait_durable(core_->log().end()));
      co_return std::move(*work.refused);
    }
    record_bytes = encoded_bytes_max(work.result.changes);
    if (!has_room(record_bytes, SpaceUse::ordinary)) {
      FIRN_CO_CHECK(co_await admit(record_bytes, SpaceUse::ordinary));
      continue;
    }
    FIRN_CO_CHECK(add_prepared(work, allocation));
    break;
  }
  core_->start_checkpoint_if_due();
  co_return co_await wait_durable(core_->log().end());
}

Result<void> StoreImpl::add_prepared(Preparing& work, Allocation& allocation) {
  const auto has_runs = [](const Change& change) { return change.has_runs(); };
  const std::string record = encode_record(LogKind::prepare, work.result);
  if (!core_->versions.prepared.has_room(record.size())) {
    return fail(Code::busy, "too many transactions are prepared and not decided").remedy("try again later");
  }
  FIRN_CHECK(core_->log().append(record, std::ranges::any_of(work.result.changes, has_runs)));
  allocation.settle();
  core_->clock.advance_to(work.result.epoch);
  core_->versions.prepared.add(std::move(work.result));
  return {};
}

// Sets work.refused, or work.result.changes.
Faultable<void> StoreImpl::judge_prepare(Preparing& work) {
  work.refused.reset();
  if (const Decision* const decided = core_->versions.prepared.decision(work.request->id)) {
    work.refused = fail(Code::invalid, decided->committed ? "the transaction was committed before"
                                                          : "the transaction was aborted before");
    return {};
  }
  if (work.result.epoch <= core_->versions.tombstones_gone) {
    work.refused = too_late("punches that would hide the writes are gone", core_->versions.tombstones_gone);
    return {};
  }
  work.result.changes = work.plan.punches;
  for (size_t i = 0; i < work.plan.punches.size() && !work.refused; i++) {
    const Punch& punch = work.request->punches[i];
    Commit commit{.change = work.plan.punches[i],
                  .conditions = punch.conditions,
                  .unchanged_since = punch.unchanged_since};
    FIRN_CHECK(judge_part(work, commit));
  }
  for (size_t i = 0; i < work.plan.updates.size() && !work.refused; i++) {
    Commit commit{.change = work.plan.updates[i].change,
                  .conditions = work.request->updates[i].conditions,
                  .update = &work.request->updates[i],
                  .own_punches = &work.plan.punches};
    commit.dkey_prefix = dkey_prefix(commit.change.object, *commit.change.dkey);
    FIRN_CHECK(judge_part(work, commit));
    work.result.changes.push_back(std::move(commit.change));
  }
  for (Change& change : work.result.changes) {
    change.epoch = work.result.epoch;
    change.request = {};
    change.completed_below = {};
  }
  return {};
}

Faultable<void> StoreImpl::judge_part(Preparing& work, Commit& commit) {
  const Epoch epoch = work.result.epoch;
  for (const Reach& reach : reaches_of_commit(commit)) {
    if (const Prepared* const other = core_->versions.prepared.find_touching(reach, kEpochMax)) {
      work.refused = in_doubt(*other);
      return {};
    }
    if (const auto read = read_timestamps_.conflict(reach, epoch, work.result.id.transaction)) {
      work.refused = too_late("another transaction has read what this one writes", *read);
      return {};
    }
    FIRN_TRY(const Epoch newest, find_not_older(reach, epoch));
    if (newest == kEpochNone) continue;
    work.refused = too_late("something newer is written where the transaction writes", newest);
    return {};
  }
  FIRN_CHECK(judge(commit));
  work.refused = std::move(commit.refused);
  return {};
}

// An epoch, not below the given one, of something in the reach or of a punch of what it lies in; kEpochNone
// if there is none. Of arrays the whole akey counts.
Faultable<Epoch> StoreImpl::find_not_older(const Reach& reach, Epoch epoch) {
  Probe probe(core_->tree);
  for (std::string outer : outer_prefixes(reach)) {
    FIRN_TRY(const Epoch punch, newest_punch(probe, outer, outer.size(), kEpochMax));
    if (punch >= epoch) return punch;
  }
  NewerWalk walk(core_->tree, prefix_of(reach), Epoch{epoch.value - 1});
  FIRN_TRY(const bool found, walk.next());
  return found ? walk.epoch() : kEpochNone;
}

// --- the decision --------------------------------------------------------------------------------

Task<Result<Epoch>> StoreImpl::commit(PreparedId id) {
  std::vector<TreeWrite> writes;
  while (true) {
    FIRN_CO_CHECK(co_await wait_for_tail(id.pg));
    const Prepared* const prepared = core_->versions.prepared.find(id);
    if (prepared == nullptr) break;
    const Decision decision{id, true, prepared->epoch};
    const std::string record = encode_record(LogKind::decide, decision);
    if (!has_room(record.size(), SpaceUse::reserved)) {
      FIRN_CO_CHECK(co_await admit(record.size(), SpaceUse::reserved));
      continue;
    }
    if (writes.empty()) writes = writes_of(*prepared);
    const auto ready = prepare_keys(writes);
    if (!ready) {
      FIRN_CO_CHECK(co_await core_->pages.load(ready.error().page));
      continue;
    }
    FIRN_CO_TRY(const Lsn end, core_->log().append(record, false));
    show(decision, writes, end);
    break;
  }
  core_->start_checkpoint_if_due();
  start_aggregation_if_due();
  FIRN_CO_CHECK(co_await wait_durable(core_->log().end()));
  const Decision* const decided = core_->versions.prepared.decision(id);
  if (decided != nullptr && decided->committed) co_return decided->epoch;
  co_return fail(Code::not_found,
                 decided == nullptr ? "the transaction is not known here" : "the transaction was aborted")
      .on("transaction", id.transaction.uuid.text());
}

std::vector<TreeWrite> StoreImpl::writes_of(const Prepared& prepared) {
  std::vector<TreeWrite> all;
  for (const Change& change : prepared.changes) {
    std::vector<TreeWrite> writes = tree_writes(change);
    std::ranges::move(writes, std::back_inserter(all));
  }
  return all;
}

Faultable<void> StoreImpl::prepare_keys(const std::vector<TreeWrite>& writes) {
  for (const TreeWrite& write : writes) FIRN_CHECK(core_->tree.prepare(write.key));
  return {};
}

// Precondition: the writes' keys are prepared in this synchronous step.
void StoreImpl::show(const Decision& decision, const std::vector<TreeWrite>& writes, Lsn end) {
  const Prepared prepared = core_->versions.prepared.take(decision.id);
  core_->versions.prepared.decide(decision);
  // Its container or group may have been removed meanwhile: nobody would erase what came now.
  if (core_->removals.hides(prepared.changes.front().object)) return release_data(prepared);
  for (const TreeWrite& write : writes) {
    insert_entry(write, decision.epoch, end);
    note_arrival(write.key);
  }
  for (const Change& change : prepared.changes) {
    if (!change.dkey) core_->punches.forget(change.object);
  }
}

Task<Result<void>> StoreImpl::abort(PreparedId id) {
  const std::string record = encode_record(LogKind::decide, Decision{id, false, {}});
  while (true) {
    FIRN_CO_CHECK(co_await wait_for_tail(id.pg));
    const Decision* const decided = core_->versions.prepared.decision(id);
    if (decided != nullptr && decided->committed) {
      co_return fail(Code::invalid, "the transaction was committed before")
          .on("transaction", id.transaction.uuid.text());
    }
    if (decided != nullptr) break;
    if (!has_room(record.size(), SpaceUse::reserved)) {
      FIRN_CO_CHECK(co_await admit(record.size(), SpaceUse::reserved));
      continue;
    }
    FIRN_CO_CHECK(core_->log().append(record, false));
    drop(id);
    break;
  }
  co_return co_await wait_durable(core_->log().end());
}

void StoreImpl::drop(PreparedId id) {
  PreparedTable& prepared = core_->versions.prepared;
  if (prepared.find(id) != nullptr) release_data(prepared.take(id));
  prepared.decide({id, false, {}});
}

void StoreImpl::release_data(const Prepared& prepared) {
  for (const Change& change : prepared.changes) {
    for_each_run(change, [this](Run run) { core_->space.release(run); });
  }
}

std::vector<PreparedInfo> StoreImpl::prepared() const { return core_->versions.prepared.list(); }

// --- replay --------------------------------------------------------------------------------------

Result<void> StoreImpl::replay_prepare(std::string_view record) {
  FIRN_TRY(auto prepared, decode<Prepared>(record.substr(1)));
  for (const Change& change : prepared.changes) {
    for_each_run(change, [this](Run run) { core_->space.settle(run); });
  }
  core_->clock.advance_to(prepared.epoch);
  core_->versions.prepared.add(std::move(prepared));
  return {};
}

Task<Result<void>> StoreImpl::replay_decision(std::string_view record, Lsn end) {
  FIRN_CO_TRY(const auto decision, decode<Decision>(record.substr(1)));
  if (!decision.committed) {
    drop(decision.id);
    co_return Result<void>();
  }
  const Prepared* const prepared = core_->versions.prepared.find(decision.id);
  if (prepared == nullptr) co_return fail(Code::corrupt, "the log commits what it has not prepared");
  const std::vector<TreeWrite> writes = writes_of(*prepared);
  for (auto ready = prepare_keys(writes); !ready; ready = prepare_keys(writes)) {
    FIRN_CO_CHECK(co_await core_->pages.load(ready.error().page));
  }
  show(decision, writes, end);
  co_return Result<void>();
}

}  // namespace firn::vos
