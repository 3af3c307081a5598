// Updates and punches; see store_impl.h.
//
// An update writes its bulk data first, unless it is so little that it goes into the log record. Then comes
// one synchronous step, begun anew after each wait: judge the change by what is there, make the pages of all
// its keys resident, take the epoch, append the log record, change the tree.
#include <algorithm>

#include "base/assert.h"
#include "model/pieces.h"
#include "model/wire.h"
#include "runtime/sleep.h"
#include "runtime/when_all.h"
#include "vos/store_impl.h"
#include "vos/wait_watch.h"

namespace firn::vos {

namespace {

uint64_t stored_bytes(const RecordView& record) {
  return record.is_inline() ? record.data_bytes()
                            : Run{BlockIndex{}, record.data_bytes()}.blocks() * kBlockBytes;
}

std::optional<Error> kind_conflict(const AkeyState& akey, const UpdateItem& wanted) {
  if (akey.exists && akey.kind != wanted.kind) {
    const char* what =
        akey.kind == ValueKind::single ? "the akey holds a single value" : "the akey holds an array";
    return fail(Code::invalid, what)
        .on("akey", print(wanted.akey))
        .remedy("punch the akey first to make it hold another kind of value");
  }
  if (akey.record_bytes == 0 || wanted.punch || wanted.record_bytes == akey.record_bytes) return std::nullopt;
  return fail(Code::invalid, "the array's records have another size")
      .on("akey", print(wanted.akey))
      .on("record_bytes", akey.record_bytes)
      .on("given", wanted.record_bytes);
}

Error on_dkey(Error error, const Update& update) {
  return std::move(error).on("object", update.object.object.text()).on("dkey", print(update.dkey));
}

// A cheap guess at what a write to an array hides: whether earlier pieces are near, or begin where it does.
enum class Overlap : uint8_t { none, likely, same_start };
Faultable<Overlap> find_overlap(Probe& probe, std::string_view akey_prefix, Recx recx,
                                uint64_t record_bytes) {
  std::string key(akey_prefix);
  const uint64_t unit = unit_records(record_bytes);
  for (const bool exact : {true, false}) {
    const uint64_t from = exact ? recx.start : recx.start / unit * unit;
    set_extent_entry(key, akey_prefix.size(), kEntryPiece, from, kEpochMax);
    FIRN_TRY(const bool found, probe.seek(key));
    if (!found || !probe.key().starts_with(akey_prefix)) continue;
    const auto parsed = parse_key(probe.key());
    FIRN_ASSERT(parsed.has_value());
    if (exact && parsed->start == recx.start) return Overlap::same_start;
    if (parsed->start < recx.end()) return Overlap::likely;
  }
  return Overlap::none;
}

}  // namespace

Task<Result<Epoch>> StoreImpl::update(Update update, std::span<const ByteView> payload) {
  punch_what_is_empty(update);
  std::string dkey = dkey_prefix(update.object, update.dkey);
  core_->tree.prefetch(dkey);
  auto planned = plan_update(update, payload, when_to_verify());
  if (!planned) co_return remember_refusal(update.request, on_dkey(std::move(planned).error(), update));
  if (auto answer = answered(update.request)) co_return co_await answer_again(std::move(*answer));
  Allocation allocation(core_->space);
  Commit change{.conditions = update.conditions,
                .update = &update,
                .punches_extents = planned->punches_extents,
                .allocation = &allocation,
                .dkey_prefix = std::move(dkey),
                .waits = update.waits};
  if (!planned->bulk.empty()) {
    auto done = belongs_in_log(*planned) ? co_await attach_data(&*planned, &change)
                                         : co_await write_data(&*planned, &change);
    if (!done) co_return remember_refusal(update.request, on_dkey(std::move(done).error(), update));
  }
  change.change = std::move(planned->change);
  auto done = co_await commit(&change);
  if (!done) co_return remember_refusal(update.request, std::move(done).error());
  co_return done;
}

Task<Result<Epoch>> StoreImpl::punch(Punch punch) {
  const RequestId request = punch.request;
  if (auto checked = check_punch(punch); !checked)
    co_return remember_refusal(request, std::move(checked).error());
  if (auto answer = answered(request)) co_return co_await answer_again(std::move(*answer));
  const Condition conditions = punch.conditions;
  const Epoch unchanged_since = punch.unchanged_since;
  StoreWaits* const waits = punch.waits;
  Commit change{.change = punch_change(std::move(punch)),
                .conditions = conditions,
                .unchanged_since = unchanged_since,
                .use = SpaceUse::reserved,
                .waits = waits};
  auto done = co_await commit(&change);
  if (!done) co_return remember_refusal(request, std::move(done).error());
  co_return done;
}

// A duplicate of a refused request may arrive when it would be carried out; its client knows it as refused.
// After a device error the outcome is not known to anybody, and the store refuses all changes anyway.
// A client that is told "busy" or "in doubt" sends the same request again: that is no answer to keep.
Error StoreImpl::remember_refusal(RequestId request, Error reason) {
  const Code code = reason.code();
  if (code != Code::io && code != Code::busy && code != Code::in_doubt)
    core_->requests.remember_refusal(request, reason);
  return reason;
}

// --- requests that are sent again ----------------------------------------------------------------

std::optional<Result<Epoch>> StoreImpl::answered(RequestId request) const {
  if (core_->requests.is_new(request)) return std::nullopt;
  if (const auto epoch = core_->requests.find(request)) return Result<Epoch>(*epoch);
  if (const Error* const refusal = core_->requests.find_refusal(request))
    return Result<Epoch>(refusal->clone());
  if (!core_->requests.is_stale(request)) return std::nullopt;
  return Result<Epoch>(fail(Code::invalid, "the request was answered before, or is too old to be known")
                           .on("client", request.client.value)
                           .on("sequence", request.sequence.value));
}

// The first answer may not have been durable yet.
Task<Result<Epoch>> StoreImpl::answer_again(Result<Epoch> answer) {
  FIRN_CO_CHECK(co_await wait_durable(core_->log().end()));
  co_return answer;
}

// --- bulk data -----------------------------------------------------------------------------------

// What a device takes its time to write can be verified meanwhile.
Verify StoreImpl::when_to_verify() const {
  if (!core_->options.verify_checksums_on_update) return Verify::never;
  return core_->main_device->memory() == nullptr ? Verify::bulk_later : Verify::now;
}

// Written twice, but waited for once.
bool StoreImpl::belongs_in_log(const UpdatePlan& plan) const {
  constexpr uint64_t kBytesMax = 32 << 10;
  constexpr uint64_t kLogFraction = 64;
  uint64_t blocks = 0;
  for (const BulkItem& bulk : plan.bulk) blocks += bulk.blocks;
  const uint64_t bytes_max = std::min(kBytesMax, core_->log().capacity_bytes() / kLogFraction);
  return blocks * kBlockBytes <= bytes_max && core_->main_device->memory() == nullptr &&
         core_->main_device->has_room();
}

Task<Result<void>> StoreImpl::attach_data(UpdatePlan* plan, Commit* commit) {
  if (plan->bulk_is_unverified) FIRN_CO_CHECK(verify_bulk(*plan));
  FIRN_CO_TRY(commit->data.writes, co_await place_data(plan, commit));
  for (const BulkItem& bulk : plan->bulk) {
    for (const std::vector<ByteView>& entry : bulk.data) {
      commit->data.parts.insert(commit->data.parts.end(), entry.begin(), entry.end());
    }
  }
  commit->data.bytes = total_bytes(commit->data.parts);
  co_return Result<void>();
}

Task<Result<std::vector<DeviceWrite>>> StoreImpl::place_data(UpdatePlan* plan, const Commit* commit) {
  const WaitWatch watch(core_->runtime, commit->waits, &StoreWaits::room_ns);
  // Nothing is written for a store that is known to refuse changes.
  FIRN_CO_CHECK(co_await admit(0, SpaceUse::ordinary));
  std::vector<DeviceWrite> writes;
  for (const BulkItem& bulk : plan->bulk) {
    FIRN_CO_TRY(const auto runs, co_await allocate(bulk.blocks * kBlockBytes));
    commit->allocation->add(runs);
    lay_out(bulk, runs, plan->change.akeys[bulk.akey], writes);
    FIRN_CO_CHECK(check_runs(plan->change.akeys[bulk.akey]));
  }
  co_return writes;
}

Task<Result<void>> StoreImpl::write_data(UpdatePlan* plan, const Commit* commit) {
  FIRN_CO_TRY(const auto writes, co_await place_data(plan, commit));
  const WaitWatch watch(core_->runtime, commit->waits, &StoreWaits::data_ns);
  std::vector<Task<Result<void>>> tasks;
  tasks.reserve(writes.size() + 1);
  for (const DeviceWrite& write : writes)
    tasks.push_back(core_->main_device->write(write.offset, write.parts));
  if (plan->bulk_is_unverified) tasks.push_back(verify_meanwhile(plan));
  co_return co_await when_all_ok(std::move(tasks));
}

Task<Result<void>> StoreImpl::verify_meanwhile(const UpdatePlan* plan) {
  co_await yield(core_->runtime.executor());  // the writes are on their way
  co_return verify_bulk(*plan);
}

// --- the synchronous step ------------------------------------------------------------------------

Task<Result<Epoch>> StoreImpl::commit(Commit* commit) {
  if (commit->change.dkey && commit->dkey_prefix.empty())
    commit->dkey_prefix = dkey_prefix(commit->change.object, *commit->change.dkey);
  commit->writes = tree_writes(commit->change, commit->dkey_prefix);
  while (true) {
    if (!core_->versions.tail_removals.empty())
      FIRN_CO_CHECK(co_await wait_for_tail(commit->change.object.pg));
    // Another attempt of the same request may have got here first.
    if (auto answer = answered(commit->change.request)) co_return co_await answer_again(std::move(*answer));
    const size_t record_bytes = encoded_bytes_max(commit->change) + commit->data.bytes;
    if (!has_room(record_bytes, commit->use)) {
      const WaitWatch watch(core_->runtime, commit->waits, &StoreWaits::room_ns);
      FIRN_CO_CHECK(co_await admit(record_bytes, commit->use));
      continue;
    }
    const auto done = attempt(*commit);
    if (!done) {
      const WaitWatch watch(core_->runtime, commit->waits, &StoreWaits::pages_ns);
      FIRN_CO_CHECK(co_await core_->pages.load(done.error().page));
    } else if (*done) {
      break;
    }
  }
  if (commit->refused) {
    // What it was refused for must be true after a crash, too.
    FIRN_CO_CHECK(co_await wait_durable(core_->log().end(), commit->waits));
    co_return std::move(*commit->refused);
  }
  core_->start_checkpoint_if_due();
  start_aggregation_if_due();
  if (!core_->log().is_durable(commit->end)) {
    FIRN_CO_CHECK(co_await wait_durable(commit->end, commit->waits));
  } else if (background_wants_a_turn()) {
    co_await yield(core_->runtime.executor());
  }
  co_return commit->change.epoch;
}

// Where the log is memory nothing makes a change wait: a caller that sends one after the other would keep
// checkpoint and aggregation from ever running, until the log is full and all wait for them.
bool StoreImpl::background_wants_a_turn() {
  constexpr uint32_t kChangesPerTurn = 8;
  if (!core_->checkpoint_runs() && !background_runs_) return false;
  if (++changes_since_turn_ < kChangesPerTurn) return false;
  changes_since_turn_ = 0;
  return true;
}

// True when the change is applied or refused; false if it needs more room in the log than was made sure of.
Faultable<bool> StoreImpl::attempt(Commit& commit) {
  commit.garbage_bytes = 0;
  commit.lands_on.clear();
  const size_t room = encoded_bytes_max(commit.change);
  FIRN_CHECK(judge(commit));
  if (commit.refused) return true;
  if (commit.punches_extents) commit.writes = tree_writes(commit.change, commit.dkey_prefix);
  if (encoded_bytes_max(commit.change) > room) return false;
  commit.change.epoch = core_->clock.next(core_->runtime.wall_time());
  set_epoch(commit.writes, commit.change.epoch);
  FIRN_CHECK(prepare_writes(commit));
  if (auto appended = append(commit); !appended) {
    commit.refused = std::move(appended).error();
    return true;
  }
  apply_writes(commit);
  return true;
}

// The first pass goes on where a fault ended it; if one did, all must be made sure of in one go.
Faultable<void> StoreImpl::prepare_writes(Commit& commit) {
  const size_t begin = commit.warmed;
  for (; commit.warmed < commit.writes.size(); commit.warmed++) {
    FIRN_CHECK(core_->tree.prepare(commit.writes[commit.warmed].key));
  }
  commit.warmed = 0;
  if (begin == 0) return {};
  for (const TreeWrite& write : commit.writes) FIRN_CHECK(core_->tree.prepare(write.key));
  return {};
}

Result<void> StoreImpl::append(Commit& commit) {
  log_record_.clear();
  const bool attached = !commit.data.parts.empty();
  if (attached) {
    encode_change_with_data(commit.change, commit.data.parts, log_record_);
  } else {
    encode_change(commit.change, log_record_);
  }
  FIRN_TRY(commit.end, core_->log().append(log_record_, !attached && commit.change.has_runs()));
  for (const DeviceWrite& write : commit.data.writes) core_->main_device->hold(write.offset, write.parts);
  return {};
}

void StoreImpl::apply_writes(Commit& commit) {
  const Change& change = commit.change;
  for (const TreeWrite& write : commit.writes) {  // no entry has this epoch yet
    core_->tree.insert(write.key, write.value, change.epoch, commit.end);
    core_->usage.entered(write.key, write.value);
  }
  if (commit.allocation != nullptr) commit.allocation->settle();
  core_->requests.forget_below(change.request.client, change.completed_below);
  core_->requests.remember(change.request, change.epoch, change.object.pg);
  for (const std::string& prefix : commit.lands_on) {
    garbage_.add(prefix, change.epoch, std::exchange(commit.garbage_bytes, 0));
  }
  if (!change.dkey) core_->punches.forget(change.object);
}

// --- judging -------------------------------------------------------------------------------------

Faultable<void> StoreImpl::judge(Commit& commit) {
  if (auto allowed = core_->removals.check_write(commit.change.object); !allowed) {
    commit.refused = std::move(allowed).error();
    return {};
  }
  if (const Prepared* const other = find_in_the_way(commit)) {
    commit.refused = in_doubt(*other);
    return {};
  }
  probe_.forget();
  return commit.update != nullptr ? judge_update(commit, probe_) : judge_punch(commit, probe_);
}

Faultable<void> StoreImpl::judge_update(Commit& commit, Probe& probe) {
  const Epoch now = core_->clock.last();
  const std::string& dkey = commit.dkey_prefix;
  FIRN_TRY(const Floors floors, find_floors(probe, core_->punches, dkey, now, now));
  if (has(commit.conditions, Condition::dkey_insert | Condition::dkey_update)) {
    EntryScan entries(probe, dkey, now);
    entries.assume(dkey, floors);
    FIRN_TRY(const bool exists, entries.next());
    refuse_by_existence(commit, {exists, commit.conditions, Condition::dkey_insert, Condition::dkey_update},
                        "dkey", *commit.change.dkey);
  }
  for (size_t i = 0; i < commit.change.akeys.size() && !commit.refused; i++) {
    FIRN_CHECK(judge_item(commit, i, floors, probe));
  }
  return {};
}

// Conditions, kind and record size; and what depends on them.
Faultable<void> StoreImpl::judge_item(Commit& commit, size_t item, Floors floors, Probe& probe) {
  const UpdateItem& wanted = commit.update->items[item];
  if (commit.own_punches != nullptr && punches_akey(*commit.own_punches, *commit.update, wanted.akey)) {
    return judge_absent(commit, item);
  }
  std::string& key = akey_key_;
  set_akey_prefix(key, commit.dkey_prefix, wanted.akey);
  const size_t prefix_bytes = key.size();
  FIRN_TRY(auto akey, find_single_state(probe, key, prefix_bytes, floors, core_->clock.last()));
  if (!akey) {
    key.resize(prefix_bytes);
    EntryScan entries(probe, key, core_->clock.last());
    entries.assume(commit.dkey_prefix, floors);
    FIRN_TRY(akey, find_akey_state(entries));
  }
  refuse_by_existence(commit, akey_existence(commit, wanted, akey->exists), "akey", wanted.akey);
  if (!commit.refused) commit.refused = kind_conflict(*akey, wanted);
  if (commit.refused) return {};
  key.resize(prefix_bytes);
  FIRN_CHECK(count_garbage(commit, *akey, wanted, key, probe));
  if (wanted.punch && wanted.kind == ValueKind::array) {
    commit.change.akeys[item].entries = cut_punch(wanted.recxs, akey->record_bytes);
  }
  return {};
}

// The akey is punched by the transaction that the update is part of.
Faultable<void> StoreImpl::judge_absent(Commit& commit, size_t item) {
  const UpdateItem& wanted = commit.update->items[item];
  refuse_by_existence(commit, akey_existence(commit, wanted, false), "akey", wanted.akey);
  if (wanted.punch && wanted.kind == ValueKind::array) {
    commit.change.akeys[item].entries = cut_punch(wanted.recxs, 0);
  }
  return {};
}

// The probe is at the single value, if the akey holds one.
Faultable<void> StoreImpl::count_garbage(Commit& commit, const AkeyState& akey, const UpdateItem& wanted,
                                         std::string_view akey_prefix, Probe& probe) {
  if (akey.exists && akey.kind == ValueKind::single) {
    const auto hidden = RecordView::decode(probe.value());
    FIRN_ASSERT(hidden.has_value());  // the page's checksum was right
    commit.garbage_bytes += stored_bytes(*hidden);
    commit.lands_on.emplace_back(akey_prefix);
  } else if (akey.exists && (wanted.punch || akey.record_bytes == 0)) {
    commit.lands_on.emplace_back(akey_prefix);
  } else if (akey.exists) {
    FIRN_TRY(const bool hides, hides_pieces(commit, wanted, akey_prefix, probe));
    if (hides) commit.lands_on.emplace_back(akey_prefix);
  }
  return {};
}

Faultable<bool> StoreImpl::hides_pieces(Commit& commit, const UpdateItem& wanted,
                                        std::string_view akey_prefix, Probe& probe) {
  bool any = false;
  for (const Recx recx : wanted.recxs) {
    FIRN_TRY(const Overlap overlap, find_overlap(probe, akey_prefix, recx, wanted.record_bytes));
    if (overlap == Overlap::same_start) commit.garbage_bytes += recx.count * wanted.record_bytes;
    any |= overlap != Overlap::none;
  }
  return any;
}

StoreImpl::Existence StoreImpl::akey_existence(const Commit& commit, const UpdateItem& wanted, bool exists) {
  return {exists, commit.conditions | wanted.conditions, Condition::akey_insert, Condition::akey_update};
}

void StoreImpl::refuse_by_existence(Commit& commit, Existence found, const char* what, const Key& key) {
  if (found.exists && has(found.conditions, found.if_exists)) {
    commit.refused = fail(Code::exists, std::string("the ") + what + " exists").on(what, print(key));
  } else if (!found.exists && has(found.conditions, found.if_missing)) {
    commit.refused =
        fail(Code::not_found, std::string("the ") + what + " does not exist").on(what, print(key));
  }
}

Faultable<void> StoreImpl::judge_punch(Commit& commit, Probe& probe) {
  const Epoch now = core_->clock.last();
  const Change& change = commit.change;
  std::vector<std::string>& wanted = commit.lands_on;
  if (!change.dkey)
    wanted.push_back(object_prefix(change.object));
  else if (change.akeys.empty())
    wanted.push_back(dkey_prefix(change.object, *change.dkey));
  for (const AkeyChange& akey : change.akeys)
    wanted.push_back(akey_prefix(change.object, *change.dkey, akey.akey));
  const bool any_will_do = !has(commit.conditions, Condition::punch) && commit.unchanged_since == kEpochMax;
  for (size_t i = 0; i < wanted.size() && !any_will_do && !commit.refused; i++) {
    EntryScan entries(probe, wanted[i], now);
    FIRN_CHECK(judge_punched(commit, entries));
  }
  return {};
}

Faultable<void> StoreImpl::judge_punched(Commit& commit, EntryScan& entries) {
  const Change& change = commit.change;
  FIRN_TRY(bool found, entries.next());
  if (!found && has(commit.conditions, Condition::punch)) {
    const char* what = !change.dkey           ? "the object does not exist"
                       : change.akeys.empty() ? "the dkey does not exist"
                                              : "an akey to be punched does not exist";
    commit.refused = fail(Code::not_found, what).on("object", change.object.object.text());
    return {};
  }
  while (found && commit.unchanged_since != kEpochMax) {
    if (entries.entry().epoch > commit.unchanged_since) {
      commit.refused = fail(Code::restart, "what is to be punched has changed since it was looked at")
                           .on("object", change.object.object.text());
      return {};
    }
    FIRN_TRY(found, entries.next());
  }
  return {};
}

}  // namespace firn::vos
