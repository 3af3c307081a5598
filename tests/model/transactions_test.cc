// Transactions and the removal of tails against the reference model: prepared writes hide nothing and show
// nothing until they are decided, decisions are final and survive crashes, what was removed never was.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "seeds.h"
#include "store_world.h"

namespace firn::model {
namespace {

constexpr Duration kLimit = std::chrono::seconds(3600);

StoreWorldOptions world_options() {
  StoreWorldOptions options;
  options.workload.bad_kinds = false;
  return options;
}

class TransactionWorld {
 public:
  explicit TransactionWorld(uint64_t seed) : world(seed, world_options()) {
    world.on_reopened = [this] { learn_after_crash(); };
    world.format();
    low_water_ = world.store().newest_epoch();
  }

  void step();

  StoreWorld world;
  uint64_t prepared_count = 0;
  uint64_t committed_count = 0;
  uint64_t restart_count = 0;
  uint64_t in_doubt_count = 0;
  uint64_t tails_removed = 0;

 private:
  // What a call that got no answer may have done.
  enum class Unknown : uint8_t { nothing, prepare, commit, abort, tail };
  struct Tail {
    PgIndex pg;
    Epoch above;
    std::vector<Epoch> keep;
  };

  Rng& rng() { return world.workload().rng(); }
  ReferenceStore& reference() { return world.reference(); }
  template <class T>
  std::optional<Result<T>> run(Task<Result<T>> task) {
    auto result = world.world().run(world.node(), std::move(task), kLimit);
    if (!result) world.crash();
    return result;
  }

  void prepare();
  std::optional<PreparedChanges> some_changes();
  std::set<Code> verdicts(vos::PreparedId id, const PreparedChanges& changes) const;
  bool punched_by_itself(const PreparedChanges& changes, const vos::Update& update) const;
  void decide();
  void decide_again();
  void aggregate();
  void remove_tail();
  void learn_after_crash();

  vos::PreparedId next_id_{};
  Epoch aggregated_;  // nothing newer is
  Epoch low_water_;   // of what others have read: not known from before the store was opened
  std::map<vos::PreparedId, std::optional<Epoch>> decided_;  // the epoch, if committed
  Unknown unknown_ = Unknown::nothing;
  vos::PreparedId unknown_id_;
  PreparedChanges unknown_changes_;
  Tail unknown_tail_;
};

void TransactionWorld::step() {
  switch (rng().below(24)) {
    case 0:
    case 1:
    case 2:
      return prepare();
    case 3:
    case 4:
      return decide();
    case 5:
      return decide_again();
    case 6:
      return world.checkpoint();
    case 7:
      if (rng().chance(1, 4)) return remove_tail();
      if (rng().chance(1, 4)) return aggregate();
      return world.repeat_old_change();
    case 8: {
      std::vector<ChangeCall> calls;
      for (uint64_t left = rng().between(2, 5); left > 0; left--) calls.push_back(world.some_change());
      return world.changes_at_once(std::move(calls));
    }
    default:
      if (rng().chance(1, 2)) return world.read();
      return world.change(world.some_change());
  }
}

// Changes of one group and container, no akey twice. Nothing if chance gave none.
std::optional<PreparedChanges> TransactionWorld::some_changes() {
  PreparedChanges changes;
  std::optional<vos::ObjectRef> first;
  std::set<std::pair<Key, Key>> akeys;
  for (uint64_t left = rng().between(1, 4); left > 0; left--) {
    const ChangeCall call = world.workload().change();
    const vos::ObjectRef& object = call.update() != nullptr ? call.update()->object : call.punch()->object;
    if (first && (object.pg != first->pg || object.container != first->container)) continue;
    first = object;
    if (call.punch() != nullptr) {
      changes.punches.push_back(*call.punch());
      continue;
    }
    bool twice = false;
    for (const UpdateItem& item : call.update()->items) {
      twice |= !akeys.insert({std::to_string(object.object.lo) + call.update()->dkey, item.akey}).second;
    }
    if (twice) continue;
    changes.updates.push_back(*call.update());
    changes.payloads.push_back(call.payload);
  }
  if (!first) return std::nullopt;
  next_id_.pg = first->pg;
  const Epoch newest = world.store().newest_epoch();
  const bool late = rng().chance(1, 5) && !world.epochs().empty();
  changes.epoch = Epoch{newest.value + rng().between(1, 5)};
  if (late) {
    auto old = world.epochs().end();
    std::advance(old, -static_cast<int64_t>(rng().between(1, std::min<uint64_t>(world.epochs().size(), 6))));
    changes.epoch = Epoch{old->value + rng().below(2)};
  }
  return changes;
}

bool TransactionWorld::punched_by_itself(const PreparedChanges& changes, const vos::Update& update) const {
  vos::Update bare = update;
  drop_conditions(bare);
  return std::ranges::any_of(
      changes.punches, [&](const vos::Punch& punch) { return overlap(parts_of(punch), parts_of(bare)); });
}

// All codes with which it may be refused; none: it must succeed.
std::set<Code> TransactionWorld::verdicts(vos::PreparedId id, const PreparedChanges& changes) const {
  std::set<Code> codes;
  const ReferenceStore& reference = const_cast<TransactionWorld*>(this)->reference();
  if (reference.prepared.stops(parts_of(changes), kEpochMax)) codes.insert(Code::in_doubt);
  // The store looks at whole akeys.
  PreparedChanges whole = changes;
  for (vos::Update& update : whole.updates) {
    for (UpdateItem& item : update.items) item.recxs.clear();
  }
  if (reference.newest_in(parts_of(whole)) >= changes.epoch) codes.insert(Code::restart);
  if (changes.epoch <= low_water_) codes.insert(Code::restart);
  if (decided_.contains(id)) codes.insert(Code::invalid);
  for (const vos::Punch& punch : changes.punches) {
    if (const auto code = reference.judge(punch)) codes.insert(*code);
  }
  for (const vos::Update& update : changes.updates) {
    for (const UpdateItem& item : update.items) {
      vos::Update alone = update;
      alone.items = {item};
      if (punched_by_itself(changes, alone)) continue;  // see the caller
      if (const auto code = reference.judge(alone)) codes.insert(*code);
    }
  }
  return codes;
}

void TransactionWorld::prepare() {
  const auto some = some_changes();
  if (!some) return;
  PreparedChanges changes = *some;
  // What conditions mean below a punch of the same transaction has a test of its own.
  for (vos::Update& update : changes.updates) {
    if (punched_by_itself(changes, update)) drop_conditions(update);
  }
  next_id_.transaction.uuid.bytes[0]++;
  if (next_id_.transaction.uuid.bytes[0] == 0) next_id_.transaction.uuid.bytes[1]++;
  const auto expected = verdicts(next_id_, changes);
  auto* payload = new std::string();  // a dead node's coroutines may point to it
  for (const std::string& part : changes.payloads) *payload += part;
  auto* parts = new std::vector<ByteView>{as_bytes(*payload)};
  const auto done =
      run(world.store().prepare({next_id_, changes.epoch, changes.updates, changes.punches}, *parts));
  if (!done) {
    unknown_ = Unknown::prepare;
    unknown_id_ = next_id_;
    unknown_changes_ = changes;
    return;
  }
  delete parts;
  delete payload;
  if (!*done) {
    const Code code = done->error().code();
    restart_count += code == Code::restart;
    in_doubt_count += code == Code::in_doubt;
    // Where punches are gone nothing is written below them any more.
    const bool too_old = code == Code::restart && changes.epoch <= aggregated_;
    EXPECT_TRUE(too_old || expected.contains(code)) << done->error().message();
    return;
  }
  for (const Code code : expected) ADD_FAILURE() << "should have been refused: " << code_name(code);
  reference().prepared.all[next_id_] = changes;
  prepared_count++;
}

void TransactionWorld::decide() {
  if (reference().prepared.all.empty()) return;
  auto chosen = reference().prepared.all.begin();
  std::advance(chosen, static_cast<int64_t>(rng().below(reference().prepared.all.size())));
  const vos::PreparedId id = chosen->first;
  const Epoch epoch = chosen->second.epoch;
  unknown_id_ = id;
  if (rng().chance(1, 3)) {
    const auto done = run(world.store().abort(id));
    unknown_ = done ? Unknown::nothing : Unknown::abort;
    if (!done) return;
    EXPECT_TRUE(done->has_value()) << done->error().message();
    reference().abort(id);
    decided_[id] = std::nullopt;
    return;
  }
  const auto done = run(world.store().commit(id));
  unknown_ = done ? Unknown::nothing : Unknown::commit;
  if (!done) return;
  ASSERT_TRUE(done->has_value()) << done->error().message();
  EXPECT_EQ(**done, epoch);
  reference().commit(id);
  decided_[id] = epoch;
  committed_count++;
}

void TransactionWorld::decide_again() {
  vos::PreparedId id{{}, PgIndex{3}};
  id.transaction.uuid.bytes[5] = 1;  // never prepared
  if (!decided_.empty() && rng().chance(4, 5)) {
    auto chosen = decided_.begin();
    std::advance(chosen, static_cast<int64_t>(rng().below(decided_.size())));
    id = chosen->first;
  }
  const auto known = decided_.find(id);
  const bool committed = known != decided_.end() && known->second.has_value();
  const auto again = run(world.store().commit(id));
  if (!again) return;
  if (committed) {
    EXPECT_TRUE(*again && **again == *known->second);
    const auto aborted = run(world.store().abort(id));
    if (aborted) EXPECT_EQ(aborted->error().code(), Code::invalid);
  } else {
    EXPECT_FALSE(again->has_value());
    if (!*again) EXPECT_EQ(again->error().code(), Code::not_found);
  }
}

void TransactionWorld::aggregate() {
  aggregated_ = world.store().newest_epoch();
  world.aggregate(world.some_epoch(Workload::containers()[0]));
}

void TransactionWorld::remove_tail() {
  if (world.epochs().empty()) return;
  auto above = world.epochs().end();
  std::advance(above, -static_cast<int64_t>(rng().between(1, std::min<uint64_t>(world.epochs().size(), 15))));
  Tail tail{PgIndex{rng().chance(1, 2) ? 7u : 0u}, std::max(*above, aggregated_), {}};
  // Later changes may rest on earlier ones: all up to some epoch are kept.
  std::set<Epoch> epochs = world.epochs();
  for (const auto& [id, epoch] : decided_) epochs.insert(epoch.value_or(tail.above));
  for (const auto& [id, changes] : reference().prepared.all) epochs.insert(changes.epoch);
  for (auto epoch = epochs.upper_bound(tail.above); epoch != epochs.end() && rng().chance(3, 4); ++epoch) {
    tail.keep.push_back(*epoch);
  }
  const auto done = run(world.store().remove_tail(tail.pg, tail.above, tail.keep));
  if (!done) {
    unknown_ = Unknown::tail;
    unknown_tail_ = tail;
    return;
  }
  EXPECT_TRUE(done->has_value()) << done->error().message();
  world.forget_tail(tail.pg, tail.above, tail.keep);
  tails_removed++;
}

// The list of what is prepared says how the last call ended.
void TransactionWorld::learn_after_crash() {
  const Unknown unknown = std::exchange(unknown_, Unknown::nothing);
  low_water_ = world.store().newest_epoch();
  if (unknown == Unknown::tail) {
    unknown_ = unknown;  // until it is through
    const auto done =
        run(world.store().remove_tail(unknown_tail_.pg, unknown_tail_.above, unknown_tail_.keep));
    if (!done) return;
    unknown_ = Unknown::nothing;
    EXPECT_TRUE(done->has_value());
    world.forget_tail(unknown_tail_.pg, unknown_tail_.above, unknown_tail_.keep);
  }
  const auto list = world.store().prepared();
  const bool there = std::ranges::any_of(list, [&](const auto& info) { return info.id == unknown_id_; });
  auto& all = reference().prepared.all;
  if (unknown == Unknown::prepare && there) all[unknown_id_] = unknown_changes_;
  if (unknown == Unknown::commit && !there) {
    decided_[unknown_id_] = all.at(unknown_id_).epoch;
    reference().commit(unknown_id_);
  }
  if (unknown == Unknown::abort && !there) {
    reference().abort(unknown_id_);
    decided_[unknown_id_] = std::nullopt;
  }
  ASSERT_EQ(list.size(), all.size());
  for (const auto& info : list) EXPECT_EQ(all.at(info.id).epoch, info.epoch);
}

TEST(transactions, random_operations) {
  uint64_t committed = 0;
  uint64_t restarted = 0;
  uint64_t in_doubt = 0;
  uint64_t tails = 0;
  const bool usual = for_each_seed(30, [&](uint64_t seed) {
    TransactionWorld world(seed);
    for (int i = 0; i < 300 && !testing::Test::HasFailure(); i++) world.step();
    world.world.check_all(kEpochMax);
    world.world.close();
    world.world.open();
    world.world.close();
    committed += world.committed_count;
    restarted += world.restart_count;
    in_doubt += world.in_doubt_count;
    tails += world.tails_removed;
  });
  if (!usual) return;
  EXPECT_GT(committed, 0u);
  EXPECT_GT(restarted, 0u);
  EXPECT_GT(in_doubt, 0u);
  EXPECT_GT(tails, 0u);
}

TEST(transactions, crashes_at_random_points) {
  for_each_seed_in_a_child(40, [](uint64_t seed) {
    TransactionWorld world(seed);
    for (int life = 0; life < 6 && !testing::Test::HasFailure(); life++) {
      world.world.crash_after(std::chrono::microseconds(world.world.workload().rng().below(60'000)));
      for (int i = 0; i < 100 && world.world.is_up() && !testing::Test::HasFailure(); i++) world.step();
      if (world.world.is_up()) world.world.crash();
      world.world.open();
    }
    if (world.world.is_up()) world.world.close();
  });
}

// True if the sequence has an Nth I/O.
bool run_with_crash(uint64_t seed, uint64_t nth) {
  TransactionWorld world(seed);
  world.world.fault_plan().at_nth(nth, sim::FaultAction::crash);
  for (int i = 0; i < 60 && world.world.is_up() && !testing::Test::HasFailure(); i++) world.step();
  const bool triggered = world.world.fault_plan().triggered();
  world.world.fault_plan().cancel();
  if (world.world.is_up()) world.world.crash();
  world.world.open();
  for (int i = 0; i < 10 && world.world.is_up() && !testing::Test::HasFailure(); i++) world.step();
  if (world.world.is_up()) world.world.close();
  return triggered;
}

TEST(transactions, crash_at_each_io) {
  for_each_seed(2, [](uint64_t seed) {
    uint64_t nth = 1;
    const auto some = [&] {
      for (uint64_t end = nth + 20; nth < end && !testing::Test::HasFailure(); nth++) {
        SCOPED_TRACE("I/O number " + std::to_string(nth));
        if (!run_with_crash(seed, nth)) return false;
      }
      return true;
    };
    for (uint64_t begin = 1; in_child(some).value_or(false); begin += 20) nth = begin + 20;
    EXPECT_GT(nth, 50u) << "the sequence is too short to say much";
  });
}

}  // namespace
}  // namespace firn::model
