// Format, open, replay, close; room in the log and on the device.
#include "vos/core.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "runtime/when_all.h"
#include "vos/mini_store_test.h"

namespace firn::vos {
namespace {

using Content = std::map<std::string, std::string>;

std::string key_of(uint64_t i) { return "key " + std::to_string(i); }

class CoreTest : public testing::Test {
 protected:
  CoreTest() { EXPECT_TRUE(world.format().has_value()); }
  ~CoreTest() override { quit(); }

  void open() {
    quit();
    auto opened = world.open();
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    store = *std::move(opened);
  }
  // The process ends without closing the store.
  void quit() {
    if (store) world.run(store->core->quiet());
    store.reset();
  }
  void crash() {
    quit();
    world.crash();
  }
  void put(const std::string& key, const std::string& text, uint64_t data_bytes = 0) {
    const auto done = world.run(store->put(key, text, data_bytes));
    ASSERT_TRUE(done.has_value()) << done.error().message();
    expected[key] = text;
  }
  void check() {
    const auto all = world.run(store->read_all());
    ASSERT_TRUE(all.has_value()) << all.error().message();
    EXPECT_EQ(*all, expected);
    world.run(store->check_space());
  }

  MiniWorld world{1};
  std::unique_ptr<MiniStore> store;
  Content expected;
};

TEST_F(CoreTest, a_new_store_is_empty_and_adds_up) {
  open();
  check();
  EXPECT_EQ(store->core->log().bytes_used(), 0u);
}

// So that the log's end need not be looked for: only what a crash has left may have one.
TEST_F(CoreTest, only_a_closed_store_is_clean) {
  const auto is_clean = [this] {
    CrashDevice main(world.runtime.executor(), world.main_medium, world.plan);
    const auto loaded = world.run(read_superblock(main));
    return loaded.has_value() && loaded->superblock.clean;
  };
  open();
  EXPECT_FALSE(is_clean());
  ASSERT_TRUE(world.run(store->core->checkpoint()).has_value());
  EXPECT_FALSE(is_clean());
  ASSERT_TRUE(world.run(store->core->close()).has_value());
  EXPECT_TRUE(is_clean());
  open();
  EXPECT_FALSE(is_clean());
  check();
}

TEST_F(CoreTest, what_was_acknowledged_is_there_after_a_crash) {
  open();
  for (uint64_t i = 0; i < 100; i++) put(key_of(i), "text", i % 3 == 0 ? i * 100 + 1 : 0);
  crash();
  open();
  check();
  EXPECT_TRUE(store->core->requests.find({ClientId{1}, RequestSequence{crc32c(as_bytes(key_of(5))) + 1ull}})
                  .has_value());
}

TEST_F(CoreTest, after_close_nothing_is_replayed) {
  open();
  for (uint64_t i = 0; i < 100; i++) put(key_of(i), "text", i * 50);
  const Epoch newest = store->core->clock.last();
  ASSERT_TRUE(world.run(store->core->close()).has_value());
  store.reset();
  world.crash();
  open();
  EXPECT_EQ(store->core->log().bytes_used(), 0u);
  EXPECT_EQ(store->core->clock.last(), newest);
  check();
}

TEST_F(CoreTest, log_and_device_are_used_over_and_over) {
  open();
  for (uint64_t i = 0; i < 3000; i++) {
    put(key_of(i % 40), std::string(700, static_cast<char>('a' + i % 26)), i % 2 == 0 ? 20'000 : 0);
  }
  EXPECT_GT(store->core->log().end().value, 2 * store->core->log().capacity_bytes());
  EXPECT_GT(store->core->checkpoint_count(), 5u);
  check();
  crash();
  open();
  check();
}

TEST_F(CoreTest, removed_data_gives_its_space_back) {
  open();
  for (uint64_t i = 0; i < 50; i++) put(key_of(i), "text", 50'000);
  const uint64_t used = store->core->space.stats().used_blocks();
  for (uint64_t i = 0; i < 50; i++) {
    ASSERT_TRUE(world.run(store->remove(key_of(i))).has_value());
    expected.erase(key_of(i));
  }
  ASSERT_TRUE(world.run(store->core->checkpoint()).has_value());
  EXPECT_LT(store->core->space.stats().used_blocks() + 600, used);
  check();
  crash();
  open();
  check();
}

TEST_F(CoreTest, a_full_store_says_so_and_works_on_after_removal) {
  open();
  uint64_t count = 0;
  while (true) {
    const auto done = world.run(store->put(key_of(count), "text", 100'000));
    if (!done) {
      EXPECT_EQ(done.error().code(), Code::no_space);
      break;
    }
    expected[key_of(count++)] = "text";
  }
  EXPECT_GT(count, 50u);
  ASSERT_TRUE(world.run(store->core->checkpoint()).has_value());
  check();
  for (uint64_t i = 0; i < 10; i++) {
    ASSERT_TRUE(world.run(store->remove(key_of(i))).has_value());
    expected.erase(key_of(i));
  }
  put("again", "text", 100'000);  // allocate() takes the checkpoint that makes the space free
  check();
}

TEST_F(CoreTest, many_at_once) {
  open();
  for (int round = 0; round < 20; round++) {
    std::vector<Task<Result<void>>> puts;
    for (uint64_t i = 0; i < 200; i++) {
      const std::string text(100 + i, static_cast<char>('a' + round));
      puts.push_back(store->put(key_of(i), text, i % 5 == 0 ? 5000 : 0));
      expected[key_of(i)] = text;
    }
    const auto done = world.run(when_all_ok(std::move(puts)));
    ASSERT_TRUE(done.has_value()) << done.error().message();
  }
  quit();
  open();
  check();
}

TEST_F(CoreTest, a_replay_larger_than_the_cache_takes_checkpoints) {
  world.options.cache_bytes = 64 << 20;
  world.options.log_bytes_per_checkpoint = 1 << 20;
  open();
  for (uint64_t i = 0; i < 480; i++) put(key_of(i), std::string(900, 'x'), i % 7 == 0 ? 4000 : 0);
  EXPECT_EQ(store->core->checkpoint_count(), 0u);
  crash();
  world.options.cache_bytes = 1;  // as small as it gets
  open();
  EXPECT_GT(store->core->superblock().checkpoint, 1u);
  check();
  crash();
  open();
  check();
}

TEST_F(CoreTest, a_record_that_no_log_could_hold_is_refused) {
  open();
  const auto refused = world.run(store->core->admit(1 << 20, SpaceUse::ordinary));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), Code::too_big);
}

TEST_F(CoreTest, a_log_of_another_store_is_refused) {
  MiniWorld other(2);
  other.store.bytes[0]++;
  ASSERT_TRUE(other.format().has_value());
  std::swap(world.log_medium, other.log_medium);
  EXPECT_EQ(world.open().error().code(), Code::invalid);
  // Formatted anew under the same name: still another log.
  std::swap(world.log_medium, other.log_medium);
  const Medium old_log = world.log_medium;
  ASSERT_TRUE(world.format().has_value());
  ASSERT_TRUE(world.open().has_value());
  world.log_medium = old_log;
  EXPECT_EQ(world.open().error().code(), Code::invalid);
}

TEST_F(CoreTest, format_refuses_what_cannot_work) {
  MiniWorld small(3, 1 << 20);
  EXPECT_EQ(small.format().error().code(), Code::invalid);
  MiniWorld nameless(3);
  nameless.store = {};
  EXPECT_EQ(nameless.format().error().code(), Code::invalid);
}

// A crash during format leaves the store that is being made, or none; never the old one in part.
TEST_F(CoreTest, format_over_an_old_store_crashes_well) {
  open();
  for (uint64_t i = 0; i < 20; i++) put(key_of(i), "old", 5000);
  quit();
  const Medium log_before = world.log_medium;
  const Medium main_before = world.main_medium;
  for (uint64_t crash_at = 0;; crash_at++) {
    world.log_medium = log_before;
    world.main_medium = main_before;
    world.store.bytes[5]++;
    world.plan = {};
    world.plan.crash_at = crash_at;
    const bool finished = world.format().has_value();
    world.plan = {};
    world.crash();
    auto opened = world.open();
    if (opened.has_value()) {
      const bool is_new = (*opened)->core->superblock().store == world.store;
      const auto all = world.run((*opened)->read_all());
      EXPECT_EQ(all->size(), is_new ? 0u : 20u);
      world.run((*opened)->core->quiet());
    } else {
      EXPECT_FALSE(finished);
      EXPECT_EQ(opened.error().code(), Code::corrupt);
    }
    if (finished) break;
  }
}

}  // namespace
}  // namespace firn::vos
