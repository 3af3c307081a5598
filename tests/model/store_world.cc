// A store, its world and its reference model; see store_world.h.
#include "store_world.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "codec/crc32c.h"
#include "model/wire.h"
#include "runtime/when_all.h"

namespace firn::model {

namespace {

constexpr Duration kLimit = std::chrono::seconds(3600);

// Stores of dead nodes stay as they are; see sim/README.md. Reachable, so that no leak is reported.
std::vector<vos::Store*>& graveyard() {
  static auto* const stores = new std::vector<vos::Store*>();
  return *stores;
}

// Faults of the devices are expected wherever a test plants them.
bool is_fault(Code code) { return code == Code::io; }

vos::List list_of(vos::ListLevel level, const vos::ObjectRef& object, const Key& dkey, Epoch epoch) {
  vos::List list;
  list.level = level;
  list.object = object;
  list.dkey = dkey;
  list.epoch = epoch;
  return list;
}

}  // namespace

StoreWorld::StoreWorld(uint64_t seed, StoreWorldOptions options)
    : options_(options),
      world_(seed),
      node_(world_.add_node("store")),
      workload_(seed * 2 + 1, options_.workload),
      retention_(options_.store.retention) {
  world_.start_all();
}

template <class T>
std::optional<T> StoreWorld::run(Task<T> task) {
  return world_.run(node_, std::move(task), kLimit);
}

// --- life ----------------------------------------------------------------------------------------

Task<Result<std::unique_ptr<vos::Store>>> StoreWorld::format_and_open(StoreWorld* self, bool fresh) {
  Runtime& runtime = self->world_.runtime(self->node_);
  std::unique_ptr<BlockDevice> log;
  std::unique_ptr<BlockDevice> main;
  if (fresh) {
    FIRN_CO_TRY(log, co_await runtime.storage().create("log", self->options_.log_bytes));
    FIRN_CO_TRY(main, co_await runtime.storage().create("main", self->options_.main_bytes));
    vos::FormatOptions format;
    format.store.bytes[3] = 9;
    FIRN_CO_CHECK(co_await vos::Store::format(runtime, *log, *main, format));
  } else {
    FIRN_CO_TRY(log, co_await runtime.storage().open("log"));
    FIRN_CO_TRY(main, co_await runtime.storage().open("main"));
  }
  vos::StoreOptions options = self->options_.store;
  options.retention = self->retention_;
  co_return co_await vos::Store::open(runtime, std::move(log), std::move(main), options);
}

void StoreWorld::format() {
  auto opened = run(format_and_open(this, true));
  ASSERT_TRUE(opened.has_value());
  ASSERT_TRUE(opened->has_value()) << opened->error().message();
  store_ = std::move(**opened);
  opened_++;
}

void StoreWorld::reopen() {
  std::optional<Result<std::unique_ptr<vos::Store>>> opened;
  while (!opened) {  // a crash may come in the middle
    if (!world_.is_up(node_)) world_.start(node_);
    opened = run(format_and_open(this, false));
  }
  ASSERT_TRUE(opened->has_value()) << opened->error().message();
  store_ = std::move(**opened);
  opened_++;
}

void StoreWorld::open() {
  reopen();
  if (on_reopened) on_reopened();
  if (removing_) finish_removal();
  if (is_up()) resolve_unknown();
  if (is_up()) check_all(kEpochMax);
}

void StoreWorld::crash() {
  world_.kill(node_);
  if (store_ != nullptr) graveyard().push_back(store_.release());
}

void StoreWorld::crash_after(Duration delay) {
  world_.after(delay, [this, life = opened_] {
    if (life == opened_) world_.kill(node_);
  });
}

void StoreWorld::close() {
  const auto closed = run(store_->close());
  if (!closed) return crash();
  if (!*closed && !is_fault(closed->error().code())) ADD_FAILURE() << closed->error().message();
  if (!*closed) return crash();
  store_.reset();
  const auto report = run(check_devices(this));
  if (!report) return;
  ASSERT_TRUE(report->has_value()) << report->error().message();
  for (const vos::Finding& finding : (*report)->findings) {
    if (finding.damage) ADD_FAILURE() << finding.text();
  }
}

Task<Result<vos::CheckReport>> StoreWorld::check_devices(StoreWorld* self) {
  Runtime& runtime = self->world_.runtime(self->node_);
  FIRN_CO_TRY(const auto log, co_await runtime.storage().open("log"));
  FIRN_CO_TRY(const auto main, co_await runtime.storage().open("main"));
  co_return co_await vos::check_store(*log, *main, {.data = true});
}

// --- changes -------------------------------------------------------------------------------------

Task<void> StoreWorld::run_change(vos::Store* store, Outcome* outcome) {
  if (outcome->call.punch() != nullptr) {
    auto punched = co_await store->punch(*outcome->call.punch());
    outcome->result = std::move(punched);
    co_return;
  }
  // In two parts somewhere, as a network delivers it.
  const ByteView payload = as_bytes(outcome->call.payload);
  const size_t cut = payload.size() * 2 / 3;
  const std::vector<ByteView> parts = {payload.first(cut), payload.subspan(cut)};
  auto updated = co_await store->update(*outcome->call.update(), parts);
  outcome->result = std::move(updated);
}

Task<void> StoreWorld::run_changes(vos::Store* store, std::deque<Outcome>* outcomes) {
  std::vector<Task<void>> tasks;
  for (Outcome& outcome : *outcomes) tasks.push_back(run_change(store, &outcome));
  co_await when_all(std::move(tasks));
}

ChangeCall StoreWorld::some_change() {
  ChangeCall change = workload_.change();
  workload_.look_back(change, epochs_);
  return change;
}

void StoreWorld::changes_at_once(std::vector<ChangeCall> calls) {
  auto* outcomes = new std::deque<Outcome>();
  for (ChangeCall& call : calls) outcomes->push_back({std::move(call), std::nullopt});
  world_.run(node_, run_changes(store_.get(), outcomes), kLimit);
  learn(*outcomes);
  delete outcomes;
  if (!world_.is_up(node_)) crash();
}

std::optional<Code> StoreWorld::judge(const ChangeCall& call) const {
  return call.update() != nullptr ? reference_.judge(*call.update()) : reference_.judge(*call.punch());
}

void StoreWorld::apply(const ChangeCall& call, Epoch epoch) {
  if (call.update() != nullptr)
    reference_.apply(*call.update(), call.payload, epoch);
  else
    reference_.apply(*call.punch(), epoch);
  EXPECT_TRUE(epochs_.insert(epoch).second) << "two changes have one epoch";
}

// Changes took effect in the order of their epochs. One that was refused must be wrong at some point of that
// order.
void StoreWorld::learn(std::deque<Outcome>& outcomes) {
  std::vector<Outcome*> done;
  std::vector<Outcome*> refused;
  for (Outcome& outcome : outcomes) {
    if (outcome.result && *outcome.result)
      done.push_back(&outcome);
    else if (!outcome.result || is_fault(outcome.result->error().code()))
      unknown_.push_back(std::move(outcome));
    else
      refused.push_back(&outcome);
  }
  std::sort(done.begin(), done.end(),
            [](const Outcome* a, const Outcome* b) { return **a->result < **b->result; });
  std::vector<bool> explained(refused.size());
  mark_explained(refused, explained);
  for (Outcome* outcome : done) {
    const auto verdict = judge(outcome->call);
    EXPECT_FALSE(verdict.has_value())
        << "should have been refused: " << code_name(verdict.value_or(Code::io));
    apply(outcome->call, **outcome->result);
    changes_done_++;
    mark_explained(refused, explained);
    old_changes_.emplace_back(std::move(outcome->call), **outcome->result);
    if (old_changes_.size() > 100) old_changes_.pop_front();
  }
  learn_refusals(refused, explained);
}

void StoreWorld::mark_explained(const std::vector<Outcome*>& refused, std::vector<bool>& explained) const {
  for (size_t i = 0; i < refused.size(); i++) {
    const Code code = refused[i]->result->error().code();
    if (code == Code::no_space || judge(refused[i]->call) == code) explained[i] = true;
  }
}

void StoreWorld::learn_refusals(const std::vector<Outcome*>& refused, const std::vector<bool>& explained) {
  for (size_t i = 0; i < refused.size(); i++) {
    const Error& error = refused[i]->result->error();
    if (error.code() == Code::no_space) saw_no_space_ = true;
    // A change whose outcome is unknown may be the reason.
    EXPECT_TRUE(explained[i] || !unknown_.empty()) << "refused without reason: " << error.message();
  }
}

// Sends again what got no answer. If it had happened, the store remembers, and the epoch is from before;
// otherwise it happens now. Either way all else must look as if it had happened whole or not at all.
void StoreWorld::resolve_unknown() {
  if (unknown_.empty()) return;
  const Epoch before = store_->newest_epoch();
  std::deque<Outcome> again;
  for (Outcome& outcome : unknown_) {
    again.push_back({std::move(outcome.call), std::nullopt});
    world_.run(node_, run_change(store_.get(), &again.back()), kLimit);
  }
  unknown_.clear();
  std::deque<Outcome> happened_now;
  for (Outcome& outcome : again) {
    if (outcome.result && *outcome.result && **outcome.result <= before)
      apply(outcome.call, **outcome.result);
    else
      happened_now.push_back(std::move(outcome));
  }
  changes_lost_ += happened_now.size();
  if (world_.is_up(node_)) check_all(before);
  learn(happened_now);
  if (!world_.is_up(node_)) crash();
}

void StoreWorld::repeat_old_change() {
  if (old_changes_.empty()) return;
  const auto& [call, epoch] = old_changes_[workload_.rng().below(old_changes_.size())];
  auto* outcome = new Outcome{call, std::nullopt};
  world_.run(node_, run_change(store_.get(), outcome), kLimit);
  if (outcome->result && *outcome->result) {
    EXPECT_EQ(**outcome->result, epoch);
  } else if (outcome->result) {
    EXPECT_TRUE(is_fault(outcome->result->error().code())) << outcome->result->error().message();
  }
  delete outcome;
  if (!world_.is_up(node_)) crash();
}

void StoreWorld::aggregate(Epoch upto) {
  if (retention_.readable_from != kEpochMax) {
    retention_.readable_from = std::max(retention_.readable_from, std::min(upto, newest_acknowledged()));
    store_->set_retention(retention_);
  }
  const auto done = run(store_->aggregate(upto));
  if (!done) return crash();
  if (!*done && !is_fault(done->error().code())) ADD_FAILURE() << done->error().message();
}

void StoreWorld::change_snapshots() {
  const auto containers = Workload::containers();
  const ContainerId container = containers[workload_.rng().below(containers.size())];
  std::set<Epoch>& snapshots = retention_.snapshots[container];
  if (snapshots.size() > 3 || (!snapshots.empty() && workload_.rng().chance(1, 4))) {
    snapshots.erase(snapshots.begin());
  } else {
    const Epoch epoch = some_epoch(container);
    snapshots.insert(epoch == kEpochMax ? store_->newest_epoch() : epoch);
  }
  store_->set_retention(retention_);
}

void StoreWorld::check_all_promised() {
  check_all(kEpochMax);
  for (auto epoch = epochs_.lower_bound(retention_.readable_from); epoch != epochs_.end(); ++epoch) {
    if (is_up()) check_all(*epoch);
  }
  for (const auto& [container, snapshots] : retention_.snapshots) {
    for (const Epoch snapshot : snapshots) {
      if (is_up()) check_containers(snapshot, {container});
    }
  }
}

void StoreWorld::forget_tail(PgIndex pg, Epoch above, const std::vector<Epoch>& keep) {
  reference_.remove_tail(pg, above, keep);
  std::erase_if(old_changes_, [&](const auto& old) {
    const auto& [call, epoch] = old;
    const vos::ObjectRef& object = call.update() != nullptr ? call.update()->object : call.punch()->object;
    const bool kept = std::find(keep.begin(), keep.end(), epoch) != keep.end();
    return object.pg == pg && epoch > above && !kept;
  });
}

void StoreWorld::checkpoint() {
  const auto done = run(store_->checkpoint());
  if (!done) return crash();
  if (!*done && !is_fault(done->error().code())) ADD_FAILURE() << done->error().message();
}

void StoreWorld::remove_container(ContainerId container) {
  if (!unknown_.empty()) return;
  removing_ = container;
  reference_.remove_container(container);
  finish_removal();
  if (removing_ && is_up()) crash();
}

// Asked again, until it is known to be durable.
void StoreWorld::finish_removal() {
  const auto removed = run(store_->remove_container(*removing_));
  if (!removed) return crash();
  if (*removed)
    removing_.reset();
  else
    EXPECT_TRUE(is_fault(removed->error().code())) << removed->error().message();
}

// --- reads ---------------------------------------------------------------------------------------

Epoch StoreWorld::some_epoch(ContainerId container) {
  if (epochs_.empty() || workload_.rng().chance(1, 2)) return kEpochMax;
  const std::set<Epoch>& snapshots = retention_.snapshots[container];
  if (!snapshots.empty() && workload_.rng().chance(1, 3)) {
    return *std::next(snapshots.begin(), static_cast<int64_t>(workload_.rng().below(snapshots.size())));
  }
  auto chosen = epochs_.lower_bound(retention_.readable_from);
  const auto count = static_cast<uint64_t>(std::distance(chosen, epochs_.end()));
  if (count == 0) return kEpochMax;
  std::advance(chosen, static_cast<int64_t>(workload_.rng().below(count)));
  return *chosen;
}

template <class T>
bool StoreWorld::succeeded(const std::optional<Result<T>>& result) {
  if (!result) {
    crash();
    return false;
  }
  reads_done_++;
  if (*result) return true;
  EXPECT_TRUE(is_fault(result->error().code())) << result->error().message();
  return false;
}

// True if a prepared transaction stands in the way; then the operation must have been refused for that.
template <class T, class Read>
bool StoreWorld::stopped(const std::optional<Result<T>>& result, const Read& read) {
  if (!result || !reference_.prepared.stops(read)) return false;
  EXPECT_FALSE(result->has_value()) << "what is not decided was passed over";
  if (!*result && !is_fault(result->error().code())) EXPECT_EQ(result->error().code(), Code::in_doubt);
  return true;
}

void StoreWorld::read() {
  const auto at_some_epoch = [this](auto operation) {
    operation.epoch = some_epoch(operation.object.container);
    return operation;
  };
  switch (workload_.rng().below(4)) {
    case 0:
      return check_list(at_some_epoch(workload_.list(kEpochMax)));
    case 1:
      return check_query(at_some_epoch(workload_.query(kEpochMax)));
    default:
      return check_fetch(at_some_epoch(workload_.fetch(kEpochMax)));
  }
}

void StoreWorld::check_fetch(vos::Fetch fetch) {
  const auto result = run(store_->fetch(fetch));
  if (stopped(result, fetch)) return;
  const bool dkey_is_there = reference_.dkey_exists(fetch.object, fetch.dkey, fetch.epoch);
  bool refused = has(fetch.conditions, Condition::dkey_fetch) && !dkey_is_there;
  for (const FetchItem& item : fetch.items) {
    if (!has(fetch.conditions | item.conditions, Condition::akey_fetch)) continue;
    refused |= !reference_.image(fetch.object, fetch.dkey, item.akey, fetch.epoch).exists;
  }
  if (refused && result && !*result && result->error().code() == Code::not_found) return;
  if (!succeeded(result)) return;
  EXPECT_FALSE(refused) << "a condition was not seen to fail";
  compare_fetch(fetch, **result);
}

void StoreWorld::compare_fetch(const vos::Fetch& fetch, const vos::FetchResult& result) {
  ASSERT_EQ(result.items.size(), fetch.items.size());
  ByteView payload = result.payload.bytes();
  for (size_t i = 0; i < fetch.items.size(); i++) {
    SCOPED_TRACE("akey " + print(fetch.items[i].akey));
    const AkeyImage image = reference_.image(fetch.object, fetch.dkey, fetch.items[i].akey, fetch.epoch);
    compare_item(fetch.items[i], result.items[i], image, payload);
    if (testing::Test::HasFatalFailure()) return;
  }
  EXPECT_TRUE(payload.empty());
}

void StoreWorld::compare_item(const FetchItem& wanted, const FetchedItem& found, const AkeyImage& image,
                              ByteView& payload) {
  if (wanted.kind == ValueKind::single) {
    const std::string expected = image.single.value_or("");
    ASSERT_EQ(found.record_bytes, expected.size());
    ASSERT_EQ(found.sent, !expected.empty() && expected.size() <= wanted.capacity_bytes);
    if (!found.sent) return;
    ASSERT_EQ(found.checksum, crc32c(as_bytes(expected)));
    ASSERT_GE(payload.size(), expected.size());
    ASSERT_EQ(as_text(payload.first(expected.size())), expected);
    payload = payload.subspan(expected.size());
    return;
  }
  ASSERT_EQ(found.record_bytes, image.record_bytes);
  size_t extent = 0;
  for (const Recx& recx : wanted.recxs) compare_recx(recx, found, extent, image, payload);
  ASSERT_EQ(extent, found.extents.size());
}

// The extents found within one of those wanted: ascending, and together exactly the records that are there.
void StoreWorld::compare_recx(const Recx& wanted, const FetchedItem& found, size_t& extent,
                              const AkeyImage& image, ByteView& payload) {
  auto cell = image.records.lower_bound(wanted.start);
  while (cell != image.records.end() && cell->first < wanted.end()) {
    ASSERT_LT(extent, found.extents.size()) << "record " << cell->first << " is missing";
    const FetchedExtent& next = found.extents[extent++];
    ASSERT_EQ(next.recx.start, cell->first);
    ASSERT_LE(next.recx.end(), wanted.end());
    ASSERT_GE(payload.size(), next.recx.count * found.record_bytes);
    const ByteView bytes = payload.first(next.recx.count * found.record_bytes);
    ASSERT_EQ(next.checksum, crc32c(bytes));
    for (uint64_t i = 0; i < next.recx.count; i++, ++cell) {
      ASSERT_TRUE(cell != image.records.end() && cell->first == next.recx.start + i) << "a record too many";
      ASSERT_EQ(as_text(bytes.subspan(i * found.record_bytes, found.record_bytes)), cell->second.bytes);
    }
    payload = payload.subspan(bytes.size());
  }
}

// All pages of an enumeration.
void StoreWorld::check_list(vos::List list) {
  std::vector<Key> keys;
  std::vector<ObjectId> objects;
  std::vector<vos::ListedExtent> extents;
  uint64_t record_bytes = 0;
  const uint64_t from = list.from_record.value_or(0);
  for (bool end = false; !end;) {
    const auto page = run(store_->list(list));
    if (stopped(page, list)) return;
    if (!succeeded(page)) return;
    const vos::ListResult& result = **page;
    ASSERT_TRUE(result.end || !result.keys.empty() || !result.objects.empty() || !result.extents.empty());
    ASSERT_LE(result.keys.size() + result.objects.size() + result.extents.size(), list.entries_max);
    keys.insert(keys.end(), result.keys.begin(), result.keys.end());
    objects.insert(objects.end(), result.objects.begin(), result.objects.end());
    extents.insert(extents.end(), result.extents.begin(), result.extents.end());
    record_bytes = result.record_bytes;
    if (!keys.empty()) list.after = keys.back();
    if (!objects.empty()) list.object.object = objects.back();
    if (!extents.empty()) list.from_record = extents.back().recx.end();
    end = result.end;
  }
  switch (list.level) {
    case vos::ListLevel::objects:
      EXPECT_EQ(objects, reference_.objects(list.object.pg, list.object.container, list.epoch));
      return;
    case vos::ListLevel::dkeys:
      EXPECT_EQ(keys, reference_.dkeys(list.object, list.epoch));
      return;
    case vos::ListLevel::akeys:
      EXPECT_EQ(keys, reference_.akeys(list.object, list.dkey, list.epoch));
      return;
    case vos::ListLevel::extents:
      break;
  }
  const AkeyImage image = reference_.image(list.object, list.dkey, list.akey, list.epoch);
  EXPECT_EQ(record_bytes, image.record_bytes);
  list.from_record = from;
  compare_extents(list, extents);
}

bool StoreWorld::same_layer(ContainerId container, Epoch written, Epoch listed) const {
  const vos::ReadableEpochs readable(retention_, std::min(retention_.readable_from, store_->newest_epoch()));
  return written <= listed &&
         readable.first_at_or_above(container, written) == readable.first_at_or_above(container, listed);
}

// Record by record: stretches of one epoch may have become longer.
void StoreWorld::compare_extents(const vos::List& list, const std::vector<vos::ListedExtent>& found) {
  const AkeyImage image = reference_.image(list.object, list.dkey, list.akey, list.epoch);
  auto cell = image.records.lower_bound(*list.from_record);
  for (const vos::ListedExtent& extent : found) {
    for (uint64_t i = 0; i < extent.recx.count; i++, ++cell) {
      ASSERT_TRUE(cell != image.records.end()) << "a record too many";
      ASSERT_EQ(cell->first, extent.recx.start + i);
      ASSERT_LE(extent.epoch, list.epoch);
      ASSERT_TRUE(same_layer(list.object.container, cell->second.epoch, extent.epoch));
    }
  }
  ASSERT_TRUE(cell == image.records.end()) << "record " << cell->first << " is missing";
}

void StoreWorld::check_query(vos::Query query) {
  const auto result = run(store_->query(query));
  if (stopped(result, query)) return;
  if (!succeeded(result)) return;
  const vos::QueryResult expected = reference_.query(query);
  const vos::QueryResult& found = **result;
  ASSERT_EQ(found.found, expected.found);
  EXPECT_EQ(found.newest, expected.newest);
  if (!found.found) return;
  EXPECT_EQ(found.dkey, expected.dkey);
  EXPECT_EQ(found.recx, expected.recx);
  EXPECT_EQ(found.record_bytes, expected.record_bytes);
  if (query.find_akey || query.find_recx) EXPECT_EQ(found.akey, expected.akey);
}

void StoreWorld::check_akey(const vos::ObjectRef& object, const Key& dkey, const Key& akey, Epoch epoch) {
  vos::Fetch fetch;
  fetch.object = object;
  fetch.dkey = dkey;
  fetch.epoch = epoch;
  FetchItem single{.akey = akey, .kind = ValueKind::single, .recxs = {}, .capacity_bytes = UINT64_MAX};
  FetchItem array{
      .akey = akey, .kind = ValueKind::array, .recxs = {{0, kRecordIndexMax}}, .capacity_bytes = 0};
  fetch.items = {std::move(single), std::move(array)};
  check_fetch(std::move(fetch));
  vos::List list = list_of(vos::ListLevel::extents, object, dkey, epoch);
  list.akey = akey;
  if (is_up()) check_list(std::move(list));
}

void StoreWorld::check_containers(Epoch epoch, const std::vector<ContainerId>& containers) {
  for (uint32_t pg = 0; pg < 8 && is_up(); pg++) {
    for (const ContainerId container : containers) {
      if (is_up()) check_list(list_of(vos::ListLevel::objects, {PgIndex{pg}, container, {}}, {}, epoch));
    }
  }
  for (const vos::ObjectRef& object : reference_.known_objects()) {
    if (std::find(containers.begin(), containers.end(), object.container) == containers.end()) continue;
    if (is_up()) check_list(list_of(vos::ListLevel::dkeys, object, {}, epoch));
    for (const Key& dkey : reference_.known_dkeys(object)) {
      if (is_up()) check_list(list_of(vos::ListLevel::akeys, object, dkey, epoch));
      for (const Key& akey : reference_.known_akeys(object, dkey)) {
        if (is_up()) check_akey(object, dkey, akey, epoch);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

}  // namespace firn::model
