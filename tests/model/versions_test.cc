// Records at given epochs: what Store::diff gives and Store::apply takes makes equal stores, in whatever
// order and however often it comes, through crashes, and if aggregation ran in between.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "model/wire.h"
#include "seeds.h"
#include "store_world.h"

namespace firn::model {
namespace {

constexpr Duration kLimit = std::chrono::seconds(3600);

struct Carried {
  vos::StoreRecord record;
  std::string data;
};

// Changes, and what must not disturb them.
void change_store(StoreWorld& world, int steps) {
  for (int i = 0; i < steps && !testing::Test::HasFailure(); i++) {
    if (world.workload().rng().chance(1, 30))
      world.checkpoint();
    else
      world.change(world.workload().change());
  }
}

std::vector<Carried> diff_group(StoreWorld& world, vos::Diff diff) {
  std::vector<Carried> all;
  for (bool end = false; !end && !testing::Test::HasFailure();) {
    auto answer = world.world().run(world.node(), world.store().diff(diff), kLimit);
    EXPECT_TRUE(answer.has_value() && answer->has_value());
    if (testing::Test::HasFailure()) return all;
    std::string_view payload = as_text((**answer).payload.bytes());
    for (vos::StoreRecord& record : (**answer).records) {
      const auto bytes = static_cast<size_t>(diff.with_data ? record.data_bytes() : 0);
      EXPECT_GT(record.epoch, diff.since);
      EXPECT_LE(record.epoch, diff.upto);
      all.push_back({std::move(record), std::string(payload.substr(0, bytes))});
      payload.remove_prefix(bytes);
    }
    EXPECT_TRUE(payload.empty());
    diff.position = (**answer).position;
    diff.upto = (**answer).upto;
    end = (**answer).end;
  }
  return all;
}

// Of all groups that the workload uses.
std::vector<Carried> diff_all(StoreWorld& world, Epoch since, uint64_t bytes_max) {
  std::vector<Carried> all;
  for (const uint32_t pg : {0u, 7u}) {
    auto group =
        diff_group(world, {.pg = PgIndex{pg}, .since = since, .position = {}, .bytes_max = bytes_max});
    std::move(group.begin(), group.end(), std::back_inserter(all));
  }
  return all;
}

// False if the node died meanwhile.
bool apply_records(StoreWorld& world, const std::vector<Carried>& carried) {
  std::vector<vos::StoreRecord> records;
  auto* payload = new std::string();  // a dead node's coroutines may point to it
  for (const Carried& one : carried) {
    records.push_back(one.record);
    *payload += one.data;
  }
  auto* parts = new std::vector<ByteView>{as_bytes(*payload)};
  const auto done = world.world().run(world.node(), world.store().apply(std::move(records), *parts), kLimit);
  if (done) EXPECT_TRUE(done->has_value()) << done->error().message();
  if (done) delete parts;
  if (done) delete payload;
  return done.has_value();
}

void shuffle(Rng& rng, std::vector<Carried>& records) {
  for (size_t i = records.size(); i > 1; i--) std::swap(records[i - 1], records[rng.below(i)]);
}

// In batches of random length.
void apply_all(StoreWorld& world, Rng& rng, const std::vector<Carried>& records) {
  for (size_t at = 0; at < records.size() && !testing::Test::HasFailure();) {
    const size_t count = std::min<size_t>(rng.between(1, 100), records.size() - at);
    const auto begin = records.begin() + static_cast<ptrdiff_t>(at);
    ASSERT_TRUE(apply_records(world, {begin, begin + static_cast<ptrdiff_t>(count)}));
    at += count;
  }
}

std::vector<Epoch> epochs_of(const std::vector<Carried>& records) {
  std::vector<Epoch> epochs;
  for (const Carried& one : records) epochs.push_back(one.record.epoch);
  std::sort(epochs.begin(), epochs.end());
  epochs.erase(std::unique(epochs.begin(), epochs.end()), epochs.end());
  return epochs;
}

// The store answers as the reference at some of the epochs, and at the newest.
void check_some(StoreWorld& world, Rng& rng, const std::vector<Epoch>& epochs) {
  for (int i = 0; i < 8 && !epochs.empty() && !testing::Test::HasFailure(); i++) {
    world.check_all(epochs[rng.below(epochs.size())]);
  }
  world.check_all(kEpochMax);
}

TEST(versions, records_in_any_order_make_an_equal_store) {
  for_each_seed(12, [](uint64_t seed) {
    StoreWorld source(seed, {});
    source.format();
    change_store(source, 250);
    Rng rng(seed);
    std::vector<Carried> records = diff_all(source, kEpochNone, rng.chance(1, 2) ? 4 << 20 : 5000);
    const std::vector<Epoch> epochs = epochs_of(records);
    EXPECT_GT(records.size(), 200u);
    StoreWorld copy(seed + 1000, {});
    copy.format();
    copy.reference() = source.reference();
    shuffle(rng, records);
    apply_all(copy, rng, records);
    check_some(copy, rng, epochs);
    EXPECT_EQ(copy.store().newest_epoch(), source.store().newest_epoch());
    copy.close();
    copy.open();
    check_some(copy, rng, epochs);
    copy.close();
    source.close();
  });
}

TEST(versions, records_that_come_again_change_nothing_and_leak_nothing) {
  for_each_seed(4, [](uint64_t seed) {
    StoreWorld source(seed, {});
    source.format();
    change_store(source, 150);
    Rng rng(seed);
    std::vector<Carried> records = diff_all(source, kEpochNone, 1 << 20);
    source.close();
    StoreWorld copy(seed + 1000, {});
    copy.format();
    apply_all(copy, rng, records);
    copy.checkpoint();
    copy.checkpoint();
    const vos::StoreStats once = copy.store().stats();
    shuffle(rng, records);
    apply_all(copy, rng, records);
    const std::vector<Carried> again = records;
    records.insert(records.end(), again.begin(), again.end());
    apply_all(copy, rng, records);
    EXPECT_EQ(copy.store().stats().free_bytes, once.free_bytes);
    EXPECT_EQ(copy.store().stats().log_bytes, 0u);
    copy.close();
  });
}

TEST(versions, crashes_while_records_come) {
  for_each_seed_in_a_child(15, [](uint64_t seed) {
    StoreWorld source(seed, {});
    source.format();
    change_store(source, 150);
    Rng rng(seed);
    std::vector<Carried> records = diff_all(source, kEpochNone, 1 << 20);
    const std::vector<Epoch> epochs = epochs_of(records);
    StoreWorld copy(seed + 1000, {});
    copy.format();
    for (int life = 0; life < 4 && !testing::Test::HasFailure(); life++) {
      shuffle(rng, records);
      copy.fault_plan().at_nth(rng.between(1, 40), sim::FaultAction::crash);
      bool alive = true;
      for (size_t at = 0; at < records.size() && alive; at += 16) {
        const auto begin = records.begin() + static_cast<ptrdiff_t>(at);
        const auto end = records.begin() + static_cast<ptrdiff_t>(std::min(at + 16, records.size()));
        alive = apply_records(copy, {begin, end});
      }
      copy.fault_plan().cancel();
      copy.crash();
      copy.reopen();
    }
    copy.reference() = source.reference();
    apply_all(copy, rng, records);
    check_some(copy, rng, epochs);
    copy.crash();
    copy.open();
    check_some(copy, rng, epochs);
    copy.close();
  });
}

// As long as not all of a history has come, answers depend on what has come alone, not on its order.
TEST(versions, order_does_not_matter_while_records_are_missing) {
  for_each_seed(6, [](uint64_t seed) {
    StoreWorld source(seed, {.workload = {.objects = 1, .dkeys = 1}});
    source.format();
    change_store(source, 200);
    Rng rng(seed);
    std::vector<Carried> records = diff_all(source, kEpochNone, 1 << 20);
    shuffle(rng, records);
    records.resize(records.size() / 2);
    const std::vector<Epoch> epochs = epochs_of(records);
    std::vector<std::string> answers[2];
    for (auto& answer : answers) {
      StoreWorld copy(seed + 1000, {.workload = {.objects = 1, .dkeys = 1}});
      copy.format();
      shuffle(rng, records);
      apply_all(copy, rng, records);
      for (int i = 0; i < 300 && !testing::Test::HasFailure(); i++) {
        vos::Fetch fetch = copy.workload().fetch(epochs[static_cast<size_t>(i) % epochs.size()]);
        drop_conditions(fetch);
        const auto got = copy.world().run(copy.node(), copy.store().fetch(fetch), kLimit);
        ASSERT_TRUE(got && *got) << (*got).error().message();
        answer.push_back(print((**got).items) + std::string(as_text((**got).payload.bytes())));
      }
      copy.close();
    }
    EXPECT_EQ(answers[0], answers[1]);
    source.close();
  });
}

TEST(versions, a_diff_brings_an_older_store_up_to_date) {
  for_each_seed(12, [](uint64_t seed) {
    StoreWorld source(seed, {});
    source.format();
    change_store(source, 150);
    Rng rng(seed);
    StoreWorld copy(seed + 1000, {});
    copy.format();
    apply_all(copy, rng, diff_all(source, kEpochNone, 1 << 20));
    Epoch since = source.store().newest_epoch();
    for (int round = 0; round < 3 && !testing::Test::HasFailure(); round++) {
      change_store(source, 80);
      if (rng.chance(1, 2)) source.aggregate(since);
      if (rng.chance(1, 2)) copy.aggregate(since);
      std::vector<Carried> records = diff_all(source, since, 10'000);
      const std::vector<Epoch> epochs = epochs_of(records);
      shuffle(rng, records);
      apply_all(copy, rng, records);
      copy.reference() = source.reference();
      check_some(copy, rng, epochs);
      check_some(source, rng, epochs);
      since = source.store().newest_epoch();
    }
    copy.close();
    source.close();
  });
}

TEST(versions, a_diff_that_lacks_punches_is_refused) {
  StoreWorld source(1, {});
  source.format();
  change_store(source, 100);
  const Epoch before = source.store().newest_epoch();
  vos::Punch punch;
  punch.object = source.reference().known_objects().front();
  punch.request = {ClientId{77}, RequestSequence{1}};
  source.change({punch, {}});
  const vos::Diff diff{.pg = punch.object.pg, .since = before, .position = {}};
  const auto ask = [&] { return *source.world().run(source.node(), source.store().diff(diff), kLimit); };
  EXPECT_EQ(ask()->records.size(), 1u);
  source.aggregate(source.store().newest_epoch());
  EXPECT_EQ(ask().error().code(), Code::stale);
  source.close();
  source.open();
  EXPECT_EQ(ask().error().code(), Code::stale) << "forgotten with the restart";
  source.close();
}

// What is not newer than `upto` is the same whatever goes on meanwhile.
TEST(versions, a_diff_up_to_an_epoch_does_not_see_later_changes) {
  for_each_seed(4, [](uint64_t seed) {
    StoreWorld source(seed, {});
    source.format();
    change_store(source, 100);
    const Epoch upto = source.store().newest_epoch();
    const auto before = diff_group(source, {.pg = PgIndex{0}, .upto = upto, .position = {}});
    change_store(source, 100);
    const auto after = diff_group(source, {.pg = PgIndex{0}, .upto = upto, .position = {}, .bytes_max = 1});
    ASSERT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); i++) {
      EXPECT_EQ(print(before[i].record), print(after[i].record));
      EXPECT_EQ(before[i].data, after[i].data);
    }
    const auto bare =
        diff_group(source, {.pg = PgIndex{0}, .upto = upto, .position = {}, .with_data = false});
    EXPECT_EQ(bare.size(), before.size());
    source.close();
  });
}

}  // namespace
}  // namespace firn::model
