// Checkpoints that crash or fail at every operation: the old or the new one is found, nothing acknowledged is
// lost, and every block has one owner.
#include "vos/checkpoint.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "runtime/when_all.h"
#include "vos/mini_store_test.h"

namespace firn::vos {
namespace {

using Content = std::map<std::string, std::string>;

std::string key_of(uint64_t i) { return "key " + std::to_string(i); }

// Puts and removals by chance, with what must and what may be there afterwards.
struct Workload {
  Rng rng;
  Content acknowledged;
  std::map<std::string, std::vector<std::string>>
      possible;  // texts of changes that failed, since the last that did not
  bool removals = true;

  static Task<Result<void>> run(Workload* self, MiniStore* store, int steps) {
    for (int i = 0; i < steps; i++) {
      const std::string key = key_of(self->rng.below(300));
      if (self->removals && self->rng.chance(1, 6)) {
        FIRN_CO_CHECK(co_await store->remove(key));
        self->acknowledged.erase(key);
        self->possible.erase(key);
        continue;
      }
      const std::string text(self->rng.between(1, 900), static_cast<char>('a' + self->rng.below(26)));
      auto done = co_await store->put(key, text, self->rng.chance(1, 3) ? self->rng.between(1, 30'000) : 0);
      if (!done) {
        self->possible[key].push_back(text);
        co_return done;
      }
      self->acknowledged[key] = text;
      self->possible.erase(key);
    }
    co_return Result<void>();
  }
};

// Removals are not durable before the next checkpoint, so workloads that are checked by content have none.
void check_content(const Workload& workload, const Content& found, const std::string& where) {
  for (const auto& [key, text] : workload.acknowledged) {
    const auto at = found.find(key);
    ASSERT_TRUE(at != found.end()) << where;
    const auto maybe = workload.possible.find(key);
    bool expected = at->second == text;
    if (maybe != workload.possible.end()) {
      for (const std::string& other : maybe->second) expected |= at->second == other;
    }
    ASSERT_TRUE(expected) << where;
  }
  for (const auto& [key, text] : found) {
    ASSERT_TRUE(workload.acknowledged.contains(key) || workload.possible.contains(key)) << where;
  }
}

Task<void> change_during(Workload* workload, MiniStore* store, bool* ok) {
  const auto done = co_await Workload::run(workload, store, 25);
  *ok = done.has_value();
}

class CheckpointTest : public testing::Test {
 protected:
  void prepare(MiniWorld& world, Workload& workload) {
    ASSERT_TRUE(world.format().has_value());
    auto store = *world.open();
    ASSERT_TRUE(world.run(Workload::run(&workload, store.get(), 500)).has_value());
    ASSERT_TRUE(world.run(store->core->checkpoint()).has_value());
    ASSERT_TRUE(world.run(Workload::run(&workload, store.get(), 100)).has_value());
    world.run(store->core->quiet());
  }
  // Opens, checks all, and says which checkpoint was found.
  uint64_t check(MiniWorld& world, const Workload& workload, const std::string& where) {
    auto opened = world.open();
    EXPECT_TRUE(opened.has_value()) << where << ": " << opened.error().message();
    if (!opened) return 0;
    MiniStore& store = **opened;
    const uint64_t checkpoint = store.core->superblock().checkpoint;
    const auto all = world.run(store.read_all());
    EXPECT_TRUE(all.has_value()) << where;
    if (all) check_content(workload, *all, where);
    world.run(store.check_space());
    EXPECT_TRUE(world.run(store.core->close()).has_value()) << where;
    return checkpoint;
  }
};

TEST_F(CheckpointTest, crash_at_every_operation_leaves_the_old_or_the_new) {
  MiniWorld base(11);
  Workload before{Rng(5), {}, {}, false};
  prepare(base, before);
  std::map<uint64_t, int> found;
  bool finished = false;
  for (uint64_t crash_at = 0; !finished; crash_at++) {
    const std::string where = "crash at operation " + std::to_string(crash_at);
    MiniWorld world(100 + crash_at);
    world.log_medium = base.log_medium;
    world.main_medium = base.main_medium;
    Workload workload = before;
    {
      auto store = *world.open();
      world.plan = {};
      world.plan.crash_at = crash_at;
      bool changed = false;
      std::vector<Task<void>> both;
      both.push_back(change_during(&workload, store.get(), &changed));
      const auto checkpoint = [](MiniStore* s, bool* ok) -> Task<void> {
        const auto done = co_await s->core->checkpoint();
        *ok = done.has_value();
      };
      both.push_back(checkpoint(store.get(), &finished));
      world.run(when_all(std::move(both)));
      finished = finished && changed;
      world.run(store->core->quiet());
    }
    world.plan = {};
    world.crash();
    found[check(world, workload, where)]++;
  }
  EXPECT_EQ(found.size(), 2u);  // both outcomes happened, and no other
}

TEST_F(CheckpointTest, an_operation_that_fails_loses_nothing) {
  MiniWorld base(12);
  Workload before{Rng(6), {}, {}, false};
  prepare(base, before);
  bool all_done = false;
  for (uint64_t fail_at = 0; !all_done; fail_at++) {
    const std::string where = "operation " + std::to_string(fail_at) + " fails";
    MiniWorld world(200 + fail_at);
    world.log_medium = base.log_medium;
    world.main_medium = base.main_medium;
    Workload workload = before;
    {
      auto store = *world.open();
      world.plan = {};
      world.plan.fail_at = fail_at;
      const bool first = world.run(store->core->checkpoint()).has_value();
      all_done = world.plan.operations <= fail_at;
      EXPECT_EQ(first, all_done) << where;
      world.plan.fail_at = FaultPlan::kNever;
      // Either it works again, or the log has failed and nothing is changed until the store is opened anew.
      const bool again = world.run(store->core->checkpoint()).has_value();
      EXPECT_EQ(again, store->core->log().failed() == nullptr) << where;
      EXPECT_EQ(world.run(Workload::run(&workload, store.get(), 30)).has_value(), again) << where;
      if (again) {
        EXPECT_TRUE(world.run(store->core->checkpoint()).has_value());
        world.run(store->check_space());
      }
      world.run(store->core->quiet());
    }
    world.plan = {};
    // The process starts anew without a crash; what it finds and adds must then survive one.
    {
      auto store = world.open();
      ASSERT_TRUE(store.has_value()) << where << ": " << store.error().message();
      ASSERT_TRUE(world.run(Workload::run(&workload, store->get(), 60)).has_value()) << where;
      world.run((*store)->core->quiet());
    }
    world.crash();
    check(world, workload, where);
  }
}

// The number of a checkpoint that failed is not used again, but the place of the superblock in force is never
// written over.
TEST_F(CheckpointTest, crash_after_one_that_failed_leaves_the_old_or_the_new) {
  MiniWorld base(15);
  Workload before{Rng(10), {}, {}, false};
  prepare(base, before);
  bool finished = false;
  for (uint64_t crash_at = 1; !finished; crash_at++) {
    MiniWorld world(300 + crash_at);
    world.log_medium = base.log_medium;
    world.main_medium = base.main_medium;
    Workload workload = before;
    {
      auto store = *world.open();
      EXPECT_TRUE(world.run(store->core->checkpoint()).has_value());
      EXPECT_TRUE(world.run(Workload::run(&workload, store.get(), 30)).has_value());
      world.plan = {};
      world.plan.fail_at = 0;
      EXPECT_FALSE(world.run(store->core->checkpoint()).has_value());
      world.plan = {};
      world.plan.crash_at = crash_at;
      finished = world.run(store->core->checkpoint()).has_value();
      world.run(store->core->quiet());
    }
    world.plan = {};
    world.crash();
    check(world, workload, "crash at operation " + std::to_string(crash_at));
  }
}

// Looks each turn of the loop until the checkpoint has ended.
Task<void> watch(MiniStore* store, const bool* ended) {
  const uint64_t before = store->core->superblock().checkpoint;
  const uint64_t log_bytes = store->core->log().bytes_used();
  const uint64_t used_blocks = store->core->space.stats().used_blocks();
  const uint64_t pending_blocks = store->core->space.stats().pending_blocks;
  while (!*ended) {
    if (store->core->superblock().checkpoint == before) {
      EXPECT_GE(store->core->log().bytes_used(), log_bytes);
      EXPECT_GE(store->core->space.stats().used_blocks(), used_blocks);
      EXPECT_GE(store->core->space.stats().pending_blocks, pending_blocks);
    }
    co_await yield(store->core->runtime.executor());
  }
}

TEST_F(CheckpointTest, nothing_is_given_up_before_the_new_one_is_in_force) {
  MiniWorld world(16);
  Workload workload{Rng(11), {}, {}, true};
  prepare(world, workload);
  auto store = *world.open();
  ASSERT_TRUE(world.run(Workload::run(&workload, store.get(), 100)).has_value());
  bool ended = false;
  const auto checkpoint = [](MiniStore* s, bool* done) -> Task<void> {
    EXPECT_TRUE((co_await s->core->checkpoint()).has_value());
    *done = true;
  };
  std::vector<Task<void>> both;
  both.push_back(checkpoint(store.get(), &ended));
  both.push_back(watch(store.get(), &ended));
  world.run(when_all(std::move(both)));
  EXPECT_EQ(store->core->log().bytes_used(), 0u);
  // Asked for all, it takes back what it would otherwise take back bit by bit.
  EXPECT_FALSE(store->core->space.has_room(store->core->space.stats().total_blocks, SpaceUse::ordinary));
  EXPECT_EQ(store->core->space.stats().pending_blocks, 0u);
  world.run(store->core->quiet());
}

// Lives of a store, each ended by a crash, a failed operation or a proper close, wherever chance has it.
TEST_F(CheckpointTest, survives_many_lives) {
  for (uint64_t seed = 1; seed <= 25; seed++) {
    MiniWorld world(seed);
    world.options.log_bytes_per_checkpoint = 32 << 10;
    Workload workload{Rng(seed), {}, {}, false};
    ASSERT_TRUE(world.format().has_value());
    for (int life = 0; life < 10; life++) {
      const std::string where = "seed " + std::to_string(seed) + " life " + std::to_string(life);
      world.plan = {};
      const uint64_t end = workload.rng.below(3);
      if (end == 0) world.plan.crash_at = workload.rng.below(400);
      if (end == 1) world.plan.fail_at = workload.rng.below(400);
      auto opened = world.open();
      if (opened) {
        MiniStore& store = **opened;
        static_cast<void>(world.run(Workload::run(&workload, &store, 80)));
        if (end == 2) EXPECT_TRUE(world.run(store.core->close()).has_value()) << where;
        world.run(store.core->quiet());
      } else {
        EXPECT_EQ(opened.error().code(), Code::io) << where << opened.error().message();
      }
      world.plan = {};
      if (end == 0) world.crash();
      opened = world.open();
      ASSERT_TRUE(opened.has_value()) << where << ": " << opened.error().message();
      MiniStore& store = **opened;
      const auto all = world.run(store.read_all());
      ASSERT_TRUE(all.has_value()) << where << ": " << all.error().message();
      check_content(workload, *all, where);
      workload.acknowledged = *all;
      workload.possible.clear();
      world.run(store.check_space());
      world.run(store.core->quiet());
    }
  }
}

// Removals come back after a crash, but never with blocks that something else has got.
TEST_F(CheckpointTest, removals_and_reuse_never_mix_data) {
  for (uint64_t seed = 1; seed <= 25; seed++) {
    MiniWorld world(seed, 4 << 20);
    world.options.log_bytes_per_checkpoint = 32 << 10;
    Workload workload{Rng(seed + 1000), {}, {}, true};
    ASSERT_TRUE(world.format().has_value());
    for (int life = 0; life < 6; life++) {
      world.plan = {};
      world.plan.crash_at = workload.rng.below(600);
      if (auto opened = world.open()) {
        static_cast<void>(world.run(Workload::run(&workload, opened->get(), 150)));
        world.run((*opened)->core->quiet());
      }
      world.plan = {};
      world.crash();
      auto opened = world.open();
      ASSERT_TRUE(opened.has_value()) << opened.error().message();
      const auto all = world.run((*opened)->read_all());
      ASSERT_TRUE(all.has_value()) << "seed " << seed << ": " << all.error().message();
      for (const auto& [key, text] : workload.acknowledged) ASSERT_TRUE(all->contains(key));
      workload.acknowledged = *all;
      world.run((*opened)->check_space());
      world.run((*opened)->core->quiet());
    }
  }
}

TEST_F(CheckpointTest, damage_of_any_structure_is_named) {
  MiniWorld base(13);
  Workload workload{Rng(8), {}, {}, false};
  prepare(base, workload);
  auto store = *base.open();
  ASSERT_TRUE(base.run(store->core->close()).has_value());
  const CheckpointState state = store->core->checkpoint_state();
  store.reset();
  std::vector<uint64_t> blocks;
  for (const auto& run : state.blob_runs) blocks.push_back(run.first.value);
  for (const ChunkRef& chunk : state.chunks) blocks.push_back(chunk.block);
  ASSERT_EQ(blocks.size(), 6u);
  for (const uint64_t block : blocks) {
    MiniWorld world(1);
    world.log_medium = base.log_medium;
    world.main_medium = base.main_medium;
    world.main_medium.current[block * kBlockBytes + 30] ^= std::byte{1};
    const auto opened = world.open();
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code(), Code::corrupt);
    EXPECT_NE(opened.error().message().find("block=" + std::to_string(block)), std::string::npos)
        << opened.error().message();
    EXPECT_FALSE(opened.error().remedy().empty());
  }
}

TEST_F(CheckpointTest, a_checkpoint_during_changes_holds_its_point) {
  MiniWorld world(14);
  Workload workload{Rng(9), {}, {}, false};
  prepare(world, workload);
  auto store = *world.open();
  for (int round = 0; round < 10; round++) {
    bool changed = false;
    std::vector<Task<void>> both;
    both.push_back(change_during(&workload, store.get(), &changed));
    const auto checkpoint = [](MiniStore* s) -> Task<void> {
      EXPECT_TRUE((co_await s->core->checkpoint()).has_value());
    };
    both.push_back(checkpoint(store.get()));
    world.run(when_all(std::move(both)));
    ASSERT_TRUE(changed);
    world.run(store->core->quiet());
    store.reset();
    world.crash();
    store = *world.open();
    check_content(workload, *world.run(store->read_all()), "round " + std::to_string(round));
    world.run(store->check_space());
  }
  world.run(store->core->quiet());
}

}  // namespace
}  // namespace firn::vos
