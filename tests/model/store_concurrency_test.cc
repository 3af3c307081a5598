// Operations of one store at the same time: reads do not show what a crash takes back, and are not harmed by
// the reclaiming of space.
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/sleep.h"
#include "runtime/when_all.h"
#include "store_world.h"

namespace firn::model {
namespace {

// In a placement group that the reference model does not look at.
vos::ObjectRef object() { return {PgIndex{100}, Workload::containers()[0], ObjectId{1ull << 56, 1}}; }

// What one coroutine of a test works with.
struct Worker {
  StoreWorld* world;
  vos::Store* store;
  Rng rng;
};

Task<Result<Epoch>> put(vos::Store* store, Key dkey, std::string value) {
  vos::Update update;
  update.object = object();
  update.dkey = std::move(dkey);
  update.items = {UpdateItem{.akey = "value", .record_bytes = value.size(), .recxs = {}, .checksums = {}}};
  const std::vector<ByteView> parts = {as_bytes(value)};
  co_return co_await store->update(std::move(update), parts);
}

Task<Result<vos::FetchResult>> get(vos::Store* store, Key dkey) {
  vos::Fetch fetch;
  fetch.object = object();
  fetch.dkey = std::move(dkey);
  fetch.items = {FetchItem{.akey = "value", .recxs = {}, .capacity_bytes = UINT64_MAX}};
  return store->fetch(std::move(fetch));
}

Executor& executor(Worker* worker) {
  return worker->world->world().runtime(worker->world->node()).executor();
}

Task<void> write_all(Worker* worker) {
  for (uint64_t i = 0; i < 20; i++) {
    // The node may die meanwhile; then nothing goes on here.
    const auto done =
        co_await put(worker->store, uint64_key(i), std::string(worker->rng.between(1, 3000), 'v'));
    EXPECT_TRUE(done.has_value());
  }
}

// Reads all the time; kills the node as soon as it has seen `wanted`.
Task<void> read_and_kill(Worker* worker, uint64_t wanted) {
  while (true) {
    const auto found = co_await get(worker->store, uint64_key(wanted));
    EXPECT_TRUE(found.has_value());
    if (found && found->items[0].record_bytes > 0) break;
    co_await sleep_for(executor(worker), Duration(static_cast<int64_t>(worker->rng.between(100, 30'000))));
  }
  worker->world->world().kill(worker->world->node());
}

void seen_value_survives(uint64_t seed) {
  StoreWorld world(seed, {});
  world.format();
  auto* writer = new Worker{&world, &world.store(), Rng(seed)};
  auto* reader = new Worker{&world, &world.store(), Rng(seed + 1)};
  const uint64_t wanted = writer->rng.below(20);
  std::vector<Task<void>> tasks;
  tasks.push_back(write_all(writer));
  tasks.push_back(read_and_kill(reader, wanted));
  world.world().run(world.node(), when_all(std::move(tasks)), 100s);
  ASSERT_FALSE(world.is_up());
  world.crash();
  world.open();
  const auto found = world.world().run(world.node(), get(&world.store(), uint64_key(wanted)), 100s);
  ASSERT_TRUE(found.has_value());
  ASSERT_TRUE(found->has_value());
  EXPECT_GT((*found)->items[0].record_bytes, 0u) << "a value that was seen is gone";
}

TEST(store_concurrency, reads_do_not_show_what_a_crash_takes_back) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    for (uint64_t seed = 0; seed < 100 && !testing::Test::HasFailure(); seed++) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      seen_value_survives(seed);
    }
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

constexpr uint64_t kKeys = 800;

std::string some_value(Rng& rng) {
  const uint64_t bytes = rng.chance(1, 4) ? rng.between(2000, 20'000) : rng.between(500, 1000);
  return std::string(static_cast<size_t>(bytes), static_cast<char>(rng.next()));
}

Task<void> write_each(Worker* worker) {
  for (uint64_t key = 0; key < kKeys; key++) {
    const auto done = co_await put(worker->store, uint64_key(key), some_value(worker->rng));
    EXPECT_TRUE(done.has_value()) << done.error().message();
  }
}

// Most of the time one of a few: they are overwritten again and again.
Key some_key(Rng& rng) {
  return uint64_key(rng.chance(3, 4) ? rng.below(20) * (kKeys / 20) : rng.below(kKeys));
}

Task<void> overwrite(Worker* worker) {
  for (int i = 0; i < 600; i++) {
    const auto done = co_await put(worker->store, some_key(worker->rng), some_value(worker->rng));
    EXPECT_TRUE(done.has_value()) << done.error().message();
  }
}

Task<void> read(Worker* worker) {
  for (int i = 0; i < 100; i++) {
    const auto found = co_await get(worker->store, some_key(worker->rng));
    EXPECT_TRUE(found.has_value()) << found.error().message();
    if (found) EXPECT_GT(found->items[0].record_bytes, 0u) << "what the read should see has been removed";
  }
}

Task<Result<Epoch>> put_array(vos::Store* store) {
  vos::Update update;
  update.object = object();
  update.dkey = uint64_key(0);
  update.items = {
      UpdateItem{.akey = "array", .kind = ValueKind::array, .record_bytes = 1, .recxs = {{0, 10}}}};
  const std::vector<ByteView> parts = {as_bytes("0123456789")};
  co_return co_await store->update(std::move(update), parts);
}

// From the last dkey down to the first, the only one that has the array.
Task<void> search(Worker* worker) {
  vos::Query query;
  query.object = object();
  query.find_dkey = true;
  query.find_recx = true;
  query.akey = "array";
  const auto found = co_await worker->store->query(std::move(query));
  EXPECT_TRUE(found.has_value()) << found.error().message();
  if (found) EXPECT_TRUE(found->found) << "what the query should see has been removed";
}

// In the middle of a search, what it is about to see is overwritten and aggregated.
Task<void> overtake(Worker* worker) {
  co_await sleep_for(executor(worker), 500us);
  EXPECT_TRUE((co_await put_array(worker->store)).has_value());
  EXPECT_TRUE((co_await worker->store->aggregate(worker->store->newest_epoch())).has_value());
}

Task<void> reclaim(Worker* worker) {
  for (int i = 0; i < 100; i++) {
    const auto aggregated = co_await worker->store->aggregate(worker->store->newest_epoch());
    EXPECT_TRUE(aggregated.has_value()) << aggregated.error().message();
    const auto done = co_await worker->store->checkpoint();
    EXPECT_TRUE(done.has_value()) << done.error().message();
  }
}

// Reads are slow: a whole cycle of overwriting, aggregation, checkpoint and reuse of blocks fits into one.
void run_with_reclaiming(uint64_t seed) {
  StoreWorldOptions options;
  options.main_bytes = 16 << 20;
  options.store.retention.readable_from = kEpochMax;
  StoreWorld world(seed, options);
  world.format();
  std::vector<std::unique_ptr<Worker>> workers;
  for (uint64_t i = 0; i < 8; i++) {
    workers.push_back(std::make_unique<Worker>(Worker{&world, &world.store(), Rng(seed * 100 + i)}));
  }
  EXPECT_TRUE(world.world().run(world.node(), write_each(workers[0].get()), 1000s));
  world.world().disk(world.node()).options().read_latency = {20us, 50ms};
  std::vector<Task<void>> tasks;
  tasks.push_back(reclaim(workers[0].get()));
  for (size_t i = 1; i < 4; i++) tasks.push_back(overwrite(workers[i].get()));
  for (size_t i = 4; i < 8; i++) tasks.push_back(read(workers[i].get()));
  EXPECT_TRUE(world.world().run(world.node(), when_all(std::move(tasks)), 100'000s));
  world.close();
}

TEST(store_concurrency, data_that_is_being_read_stays_when_its_space_is_reclaimed) {
  for (uint64_t seed = 0; seed < 4; seed++) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    run_with_reclaiming(seed);
  }
}

TEST(store_concurrency, versions_that_a_long_read_sees_are_not_aggregated) {
  StoreWorldOptions options;
  options.store.cache_bytes = 1;
  options.store.retention.readable_from = kEpochMax;
  StoreWorld world(1, options);
  world.format();
  Worker filler{&world, &world.store(), Rng(1)};
  ASSERT_TRUE(world.world().run(world.node(), write_each(&filler), 1000s));
  ASSERT_TRUE(world.world().run(world.node(), put_array(&world.store()), 1000s).has_value());
  world.close();
  world.open();  // with no page in memory
  world.world().disk(world.node()).options().read_latency = {1ms, 1ms};
  Worker searcher{&world, &world.store(), Rng(2)};
  Worker writer{&world, &world.store(), Rng(3)};
  std::vector<Task<void>> tasks;
  tasks.push_back(search(&searcher));
  tasks.push_back(overtake(&writer));
  EXPECT_TRUE(world.world().run(world.node(), when_all(std::move(tasks)), 10'000s));
  world.close();
}

}  // namespace
}  // namespace firn::model
