// The store against its reference model, in the simulated world: random operations, crashes at random points
// and at each I/O, I/O errors, a cache that is too small, a device that is full.
#include <string>

#include <gtest/gtest.h>

#include "seeds.h"
#include "store_world.h"

namespace firn::model {
namespace {

// One random step. Most are changes, alone or several at once.
void step(StoreWorld& world) {
  Rng& rng = world.workload().rng();
  const uint64_t choice = rng.below(42);
  if (choice < 18) return world.change(world.some_change());
  if (choice < 22) {
    std::vector<ChangeCall> calls;
    for (uint64_t left = rng.between(2, 8); left > 0; left--) calls.push_back(world.some_change());
    return world.changes_at_once(std::move(calls));
  }
  if (choice < 36) return world.read();
  if (choice == 36) return world.repeat_old_change();
  if (choice == 37) return world.checkpoint();
  if (choice == 38)
    return world.aggregate(rng.chance(1, 2) ? world.some_epoch({}) : world.newest_acknowledged());
  if (choice > 39) return world.change_snapshots();
  if (rng.chance(1, 8)) world.remove_container(Workload::containers()[1]);
}

void steps(StoreWorld& world, uint64_t count) {
  for (uint64_t i = 0; i < count && world.is_up() && !testing::Test::HasFailure(); i++) step(world);
}

TEST(store_model, random_operations) {
  for_each_seed(60, [](uint64_t seed) {
    StoreWorld world(seed, {});
    world.format();
    steps(world, 400);
    world.check_all(kEpochMax);
    world.close();
    world.open();
    world.close();
  });
}

// What every promised epoch answers, before and after aggregation, and after a crash in the middle of it.
TEST(store_model, aggregation_changes_nothing_that_is_promised) {
  for_each_seed_in_a_child(20, [](uint64_t seed) {
    StoreWorldOptions options;
    options.workload.objects = 2;
    options.workload.dkeys = 2;
    options.workload.akeys = 2;
    options.workload.single_bytes_max = 3000;
    StoreWorld world(seed, options);
    world.format();
    for (int round = 0; round < 4 && !testing::Test::HasFailure(); round++) {
      for (int i = 0; i < 25; i++) {
        world.change(world.workload().change());
        if (i % 6 == 0) world.change_snapshots();
      }
      world.check_all_promised();
      if (round == 2) world.crash_after(std::chrono::microseconds(world.workload().rng().below(3'000)));
      world.aggregate(world.newest_acknowledged());
      if (world.is_up()) world.check_all_promised();
      if (round > 0 && world.is_up()) world.crash();
      if (!world.is_up()) world.open();
      world.check_all_promised();
    }
    world.close();
  });
}

TEST(store_model, crashes_at_random_points) {
  for_each_seed_in_a_child(60, [](uint64_t seed) {
    StoreWorld world(seed, {});
    world.format();
    for (int life = 0; life < 6 && !testing::Test::HasFailure(); life++) {
      world.crash_after(std::chrono::microseconds(world.workload().rng().below(60'000)));
      steps(world, 100);
      if (world.is_up()) world.crash();
      world.open();
    }
    if (world.is_up()) world.close();
  });
}

// So few pages in memory that nearly every operation loads some.
TEST(store_model, tiny_cache) {
  for_each_seed_in_a_child(4, [](uint64_t seed) {
    StoreWorldOptions options;
    options.store.cache_bytes = 1;
    options.workload.single_bytes_usual = 1000;
    options.workload.single_bytes_max = 1024;
    options.workload.objects = 4;
    options.workload.dkeys = 150;
    options.workload.akeys = 5;
    options.workload.object_punches = false;
    StoreWorld world(seed, options);
    world.format();
    for (int life = 0; life < 3 && !testing::Test::HasFailure(); life++) {
      steps(world, 1000);
      world.crash();
      world.open();
    }
    EXPECT_GT(world.store().stats().pages, 32u) << "the cache, 16 pages, is not tiny enough";
    world.close();
  });
}

ChangeCall large_value(Workload& workload, uint64_t number) {
  ChangeCall call;
  vos::Update update;
  update.object = {PgIndex{0}, Workload::containers()[0], ObjectId{1ull << 56, 0}};
  update.dkey = uint64_key(number);
  call.payload = std::string(100'000, static_cast<char>(workload.rng().next()));
  update.items = {
      UpdateItem{.akey = "large", .record_bytes = call.payload.size(), .recxs = {}, .checksums = {}}};
  update.request = {ClientId{9}, RequestSequence{number + 1}};
  call.call = std::move(update);
  return call;
}

// Fills the store. Reads and punches go on; what was punched makes room again.
TEST(store_model, full_device) {
  for_each_seed_in_a_child(10, [](uint64_t seed) {
    StoreWorldOptions options;
    options.main_bytes = 8 << 20;
    options.store.retention.readable_from = kEpochMax;
    options.workload.bad_kinds = false;
    StoreWorld world(seed, options);
    world.format();
    uint64_t number = 0;
    while (!world.saw_no_space() && !testing::Test::HasFailure()) {
      ASSERT_LT(number, 200u) << "8 MiB hold more than 20 MB";
      world.change(large_value(world.workload(), number++));
    }
    EXPECT_GT(number, 30u) << "8 MiB hold less than 3 MB";
    world.check_all(kEpochMax);
    // Small changes may still find room or not; what is refused changes nothing.
    for (int i = 0; i < 20; i++) world.change(world.workload().change());
    world.check_all(kEpochMax);

    ChangeCall punch;
    punch.call = vos::Punch{.object = {PgIndex{0}, Workload::containers()[0], ObjectId{1ull << 56, 0}},
                            .dkey = {},
                            .akeys = {},
                            .request = {ClientId{9}, RequestSequence{1000}},
                            .completed_below = {}};
    const uint64_t before = world.changes_done();
    world.change(std::move(punch));
    EXPECT_EQ(world.changes_done(), before + 1) << "a punch found no room";
    for (uint64_t i = 0; i < 20; i++) world.change(large_value(world.workload(), 2000 + i));
    EXPECT_EQ(world.changes_done(), before + 21) << "there is no room again after a punch";
    world.check_all(kEpochMax);
    world.crash();
    world.open();
    world.close();
  });
}

// Overwriting for ever does not fill the store.
TEST(store_model, garbage_is_reclaimed_when_space_is_short) {
  for_each_seed(3, [](uint64_t seed) {
    StoreWorldOptions options;
    options.main_bytes = 8 << 20;
    options.store.retention.readable_from = kEpochMax;
    StoreWorld world(seed, options);
    world.format();
    for (uint64_t i = 0; i < 400 && !testing::Test::HasFailure(); i++) {
      ChangeCall call = large_value(world.workload(), i);
      std::get<vos::Update>(call.call).dkey = uint64_key(i % 10);
      world.change(std::move(call));
    }
    EXPECT_EQ(world.changes_done(), 400u);
    world.check_all(kEpochMax);
    world.close();
  });
}

ChangeCall small_value(Workload& workload, uint64_t number, uint64_t dkey) {
  ChangeCall call = large_value(workload, number);
  vos::Update& update = std::get<vos::Update>(call.call);
  update.dkey = uint64_key(dkey);
  call.payload.resize(900);
  update.items[0].record_bytes = call.payload.size();
  return call;
}

// Small values until nothing fits; then half of them are punched, aggregated, and there is room again.
TEST(store_model, full_and_emptied_again_and_again) {
  for_each_seed_in_a_child(2, [](uint64_t seed) {
    StoreWorldOptions options;
    options.main_bytes = 4 << 20;
    options.store.retention.readable_from = kEpochMax;
    StoreWorld world(seed, options);
    world.format();
    uint64_t number = 0;
    uint64_t written_least = UINT64_MAX;
    for (int cycle = 0; cycle < 6 && !testing::Test::HasFailure(); cycle++) {
      const uint64_t before = world.changes_done();
      uint64_t dkey = 0;
      for (; world.changes_done() == before + dkey; dkey++) {
        ASSERT_LT(dkey, 8000u) << "4 MiB hold more than 7 MB";
        world.change(
            small_value(world.workload(), number++, static_cast<uint64_t>(cycle % 2) * 10000 + dkey));
      }
      written_least = std::min(written_least, dkey);
      ChangeCall punch;
      punch.call = vos::Punch{.object = {PgIndex{0}, Workload::containers()[0], ObjectId{1ull << 56, 0}},
                              .dkey = {},
                              .akeys = {},
                              .request = {ClientId{9}, RequestSequence{number++ + 1}},
                              .completed_below = {}};
      const uint64_t done = world.changes_done();
      world.change(std::move(punch));
      EXPECT_EQ(world.changes_done(), done + 1) << "a punch found no room";
      world.aggregate(world.newest_acknowledged());
      world.checkpoint();
    }
    EXPECT_GT(written_least, 1000u) << "room was lost on the way";
    world.close();
  });
}

// A sequence that is the same each time, with all kinds of operations.
void fixed_sequence(StoreWorld& world) {
  steps(world, 60);
  if (world.is_up()) world.checkpoint();
  if (world.is_up()) world.aggregate(world.newest_acknowledged());
  steps(world, 40);
  if (world.is_up()) world.checkpoint();
}

// True if the sequence has an Nth I/O.
bool run_with_fault(uint64_t seed, uint64_t nth, sim::FaultAction action) {
  StoreWorld world(seed, {});
  world.format();
  world.fault_plan().at_nth(nth, action);
  fixed_sequence(world);
  const bool triggered = world.fault_plan().triggered();
  world.fault_plan().cancel();
  if (world.is_up()) world.crash();
  world.open();
  steps(world, 10);
  if (world.is_up()) world.close();
  return triggered;
}

constexpr uint64_t kPerChild = 20;

// True if the sequence has all of these I/Os.
bool run_with_faults(uint64_t seed, uint64_t nth_begin, sim::FaultAction action) {
  for (uint64_t nth = nth_begin; nth < nth_begin + kPerChild && !testing::Test::HasFailure(); nth++) {
    SCOPED_TRACE("I/O number " + std::to_string(nth));
    if (!run_with_fault(seed, nth, action)) return false;
  }
  return true;
}

void fault_at_each_io(uint64_t seed, sim::FaultAction action) {
  uint64_t nth = 1;
  while (in_child([&] { return run_with_faults(seed, nth, action); }).value_or(false)) nth += kPerChild;
  EXPECT_GT(nth, 100u) << "the sequence is too short to say much";
}

TEST(store_model, crash_at_each_io) {
  for_each_seed(1, [](uint64_t seed) { fault_at_each_io(seed, sim::FaultAction::crash); });
}
TEST(store_model, each_io_fails) {
  for_each_seed(1, [](uint64_t seed) { fault_at_each_io(seed, sim::FaultAction::fail); });
}
TEST(store_model, every_io_fails_from_each_on) {
  for_each_seed(1, [](uint64_t seed) { fault_at_each_io(seed, sim::FaultAction::fail_onwards); });
}

}  // namespace
}  // namespace firn::model
