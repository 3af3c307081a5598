// Records at given epochs; see store_impl.h and apply_plan.h.
//
// Bulk data first. Then group after group, in one synchronous step each, begun anew after each wait: make the
// pages of all keys resident, drop what is there already, append one log record, change the tree. The blocks
// of what was dropped go back when the call ends.
#include <algorithm>

#include "base/assert.h"
#include "runtime/when_all.h"
#include "vos/store_impl.h"

namespace firn::vos {

namespace {

// Pages of that many keys have to be in memory at the same time.
constexpr size_t kWritesPerGroup = 32;

}  // namespace

Task<Result<void>> StoreImpl::apply(std::vector<StoreRecord> records, std::span<const ByteView> payload) {
  FIRN_CO_TRY(auto plan, plan_apply(records, payload, core_->options.verify_checksums_on_update));
  std::deque<Arrival> arrivals;
  for (PlannedRecord& planned : plan) arrivals.emplace_back(std::move(planned), core_->space);
  FIRN_CO_CHECK(co_await write_data(&arrivals));
  for (size_t begin = 0; begin < arrivals.size();) {
    size_t end = begin + 1;
    while (end < arrivals.size() &&
           (end - begin < kWritesPerGroup || arrivals[end].change.epoch == arrivals[end - 1].change.epoch)) {
      end++;
    }
    FIRN_CO_CHECK(co_await apply_group(&arrivals, begin, end));
    begin = end;
  }
  // What was there already may not be durable yet either.
  co_return co_await wait_durable(core_->log().end());
}

Task<Result<void>> StoreImpl::write_data(std::deque<Arrival>* arrivals) {
  FIRN_CO_CHECK(co_await admit(0, SpaceUse::ordinary));
  std::vector<DeviceWrite> writes;
  for (Arrival& arrival : *arrivals) {
    if (arrival.data.empty()) continue;
    const uint64_t blocks = Run{BlockIndex{}, total_bytes(arrival.data)}.blocks();
    FIRN_CO_TRY(const auto runs, co_await allocate(blocks * kBlockBytes));
    arrival.allocation.add(runs);
    AkeyChange& akey = arrival.change.akeys.front();
    lay_out({.blocks = blocks, .entries = {0}, .data = {arrival.data}}, runs, akey, writes);
    FIRN_CO_CHECK(check_runs(akey));
    arrival.write = std::move(tree_writes(arrival.change).front());
  }
  std::vector<Task<Result<void>>> tasks;
  tasks.reserve(writes.size());
  for (const DeviceWrite& write : writes)
    tasks.push_back(core_->main_device->write(write.offset, write.parts));
  co_return co_await when_all_ok(std::move(tasks));
}

Task<Result<void>> StoreImpl::apply_group(std::deque<Arrival>* arrivals, size_t begin, size_t end) {
  size_t record_bytes = 1;
  for (size_t i = begin; i < end; i++) record_bytes += encoded_bytes_max((*arrivals)[i].change);
  while (true) {
    for (size_t i = begin; i < end && !core_->versions.tail_removals.empty(); i++) {
      FIRN_CO_CHECK(co_await wait_for_tail((*arrivals)[i].change.object.pg));
    }
    if (!has_room(record_bytes, SpaceUse::ordinary)) {
      FIRN_CO_CHECK(co_await admit(record_bytes, SpaceUse::ordinary));
      continue;
    }
    const auto fresh = find_fresh(*arrivals, begin, end);
    if (!fresh) {
      FIRN_CO_CHECK(co_await core_->pages.load(fresh.error().page));
      continue;
    }
    FIRN_CO_CHECK(apply_fresh(*fresh));
    break;
  }
  core_->start_checkpoint_if_due();
  start_aggregation_if_due();
  co_return Result<void>();
}

// Those whose keys are not in the tree, each key once; their pages are resident.
Faultable<std::vector<StoreImpl::Arrival*>> StoreImpl::find_fresh(std::deque<Arrival>& arrivals, size_t begin,
                                                                  size_t end) {
  for (size_t i = begin; i < end; i++) FIRN_CHECK(core_->tree.prepare(arrivals[i].write.key));
  std::vector<Arrival*> fresh;
  std::set<std::string_view> keys;
  for (size_t i = begin; i < end; i++) {
    FIRN_TRY(const auto present, core_->tree.find_view(arrivals[i].write.key));
    if (!present && keys.insert(arrivals[i].write.key).second) fresh.push_back(&arrivals[i]);
  }
  return fresh;
}

Result<void> StoreImpl::apply_fresh(const std::vector<Arrival*>& fresh) {
  if (fresh.empty()) return {};
  std::vector<const Change*> changes;
  bool has_runs = false;
  for (const Arrival* arrival : fresh) {
    FIRN_CHECK(core_->removals.check_write(arrival->change.object));
    changes.push_back(&arrival->change);
    has_runs |= arrival->change.has_runs();
  }
  FIRN_TRY(const Lsn end, core_->log().append(encode_changes(changes), has_runs));
  for (Arrival* arrival : fresh) {
    const Change& change = arrival->change;
    insert_entry(arrival->write, change.epoch, end);
    if (!change.dkey) core_->punches.forget(change.object);
    arrival->allocation.settle();
    core_->clock.advance_to(change.epoch);
    core_->requests.remember(change.request, change.epoch, change.object.pg);
    note_arrival(arrival->write.key);
  }
  return {};
}

// What it hides, or what hides it, was not looked at; the latter may be as new as anything in the store.
void StoreImpl::note_arrival(std::string_view key) {
  const auto parsed = parse_key(key);
  FIRN_ASSERT(parsed.has_value());
  garbage_.add(key.substr(0, scope_bytes(*parsed)), core_->clock.last(), 0);
}

}  // namespace firn::vos
