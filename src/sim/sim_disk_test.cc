// What simulated devices promise, and what they take back.
#include "sim/sim_disk.h"

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/when_all.h"
#include "sim/world.h"

namespace firn::sim {
namespace {

constexpr uint64_t kDeviceBytes = 1 << 20;

struct OneDisk {
  explicit OneDisk(uint64_t seed = 1, const WorldOptions& options = {}, bool may_be_damaged = false)
      : world(seed, options) {
    node = world.add_node("node", {}, {.may_be_damaged = may_be_damaged});
    world.start(node);
  }
  SimDisk& disk() { return world.disk(node); }
  SimStorage& storage() { return world.runtime(node).storage(); }
  template <class T>
  T run(Task<T> task) {
    auto result = world.run(node, std::move(task), 100s);
    FIRN_ASSERT(result.has_value());
    return *std::move(result);
  }
  std::unique_ptr<BlockDevice> create(std::string name) {
    auto device = run(storage().create(std::move(name), kDeviceBytes));
    FIRN_ASSERT(device.has_value());
    return *std::move(device);
  }
  World world;
  NodeIndex node;
};

std::string filled(size_t bytes, char letter) { return std::string(bytes, letter); }

Task<Result<void>> write_text(BlockDevice* device, uint64_t offset, std::string text) {
  const ByteView part = as_bytes(text);
  co_return co_await device->write(offset, {&part, 1});
}

Task<Result<std::string>> read_text(BlockDevice* device, uint64_t offset, size_t length) {
  std::string text(length, '?');
  FIRN_CO_CHECK(co_await device->read(offset, std::as_writable_bytes(std::span(text))));
  co_return text;
}

Task<Result<void>> write_and_flush(BlockDevice* device, std::string text) {
  FIRN_CO_CHECK(co_await write_text(device, 0, std::move(text)));
  co_return co_await device->flush();
}

// What a crash after `written` over flushed 'a's leaves, by sector.
std::string letters_after_crash(uint64_t seed, bool lie) {
  WorldOptions options;
  options.disk.flush_is_a_lie = lie;
  OneDisk one(seed, options);
  auto device = one.create("d");
  EXPECT_TRUE(one.run(write_and_flush(device.get(), filled(8 * 512, 'a'))));
  EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(8 * 512, 'b'))));
  EXPECT_EQ(*one.run(read_text(device.get(), 0, 512)), filled(512, 'b'));
  one.world.kill(one.node);
  const auto bytes = one.disk().peek("d", 0, 8 * 512);
  std::string letters;
  for (size_t sector = 0; sector < 8; sector++) {
    const auto text = as_text(ByteView(bytes).subspan(sector * 512, 512));
    EXPECT_EQ(std::set<char>(text.begin(), text.end()).size(), 1u) << "a sector is never torn";
    letters += text[0] == '\0' ? '0' : text[0];
  }
  return letters;
}

TEST(sim_disk, what_was_never_written_reads_as_zeros) {
  OneDisk one;
  auto device = one.create("d");
  EXPECT_EQ(*one.run(read_text(device.get(), 5000, 100)), filled(100, '\0'));
  EXPECT_EQ(one.disk().stored_bytes(), 0u);
}

TEST(sim_disk, reads_what_was_written_at_any_alignment) {
  OneDisk one;
  auto device = one.create("d");
  EXPECT_TRUE(one.run(write_text(device.get(), 4090, "hello across blocks")));
  EXPECT_EQ(*one.run(read_text(device.get(), 4090, 19)), "hello across blocks");
  EXPECT_EQ(one.disk().stored_bytes(), 8192u);
}

TEST(sim_disk, crash_keeps_loses_or_tears_unflushed_writes) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 200; seed++) outcomes.insert(letters_after_crash(seed, false));
  EXPECT_TRUE(outcomes.contains("aaaaaaaa"));
  EXPECT_TRUE(outcomes.contains("bbbbbbbb"));
  EXPECT_GT(outcomes.size(), 10u);
  for (const std::string& outcome : outcomes)
    EXPECT_EQ(outcome.find('0'), std::string::npos) << "flushed data lost";
}

TEST(sim_disk, flush_that_lies_loses_flushed_data) {
  bool lost = false;
  for (uint64_t seed = 0; seed < 50; seed++)
    lost |= letters_after_crash(seed, true).find('0') != std::string::npos;
  EXPECT_TRUE(lost);
}

TEST(sim_disk, same_seed_same_crash) {
  for (uint64_t seed = 0; seed < 20; seed++) {
    EXPECT_EQ(letters_after_crash(seed, false), letters_after_crash(seed, false));
  }
}

TEST(sim_disk, sector_written_twice_may_hold_the_first_write_after_a_crash) {
  std::set<char> outcomes;
  for (uint64_t seed = 0; seed < 100; seed++) {
    OneDisk one(seed);
    auto device = one.create("d");
    EXPECT_TRUE(one.run(write_and_flush(device.get(), filled(512, 'a'))));
    EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(512, 'b'))));
    EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(512, 'c'))));
    one.world.kill(one.node);
    outcomes.insert(static_cast<char>(one.disk().peek("d", 0, 1)[0]));
  }
  EXPECT_EQ(outcomes, (std::set<char>{'a', 'b', 'c'}));
}

TEST(sim_disk, write_in_progress_at_a_crash_may_have_happened) {
  std::set<char> outcomes;
  for (uint64_t seed = 0; seed < 50; seed++) {
    OneDisk one(seed);
    auto device = one.create("d");
    one.disk().plan().at_nth(1, FaultAction::crash, IoKind::write);
    EXPECT_FALSE(one.world.run(one.node, write_text(device.get(), 0, filled(512, 'b')), 1s).has_value());
    EXPECT_TRUE(one.disk().plan().triggered());
    EXPECT_FALSE(one.world.is_up(one.node));
    outcomes.insert(static_cast<char>(one.disk().peek("d", 0, 1)[0]));
  }
  EXPECT_EQ(outcomes, (std::set<char>{'\0', 'b'}));
}

Task<Result<void>> scenario(Storage* storage) {
  FIRN_CO_TRY(auto device, co_await storage->create("log", kDeviceBytes));
  for (uint64_t i = 0; i < 4; i++) FIRN_CO_CHECK(co_await write_text(device.get(), i * 4096, "record"));
  FIRN_CO_CHECK(co_await device->flush());
  FIRN_CO_CHECK(co_await read_text(device.get(), 0, 6));
  co_return Result<void>();
}

TEST(sim_disk, every_nth_io_can_fail) {
  uint64_t nth = 1;
  for (;; nth++) {
    OneDisk one(nth);
    one.disk().plan().at_nth(nth, FaultAction::fail);
    const auto result = one.run(scenario(&one.storage()));
    EXPECT_EQ(result.has_value(), !one.disk().plan().triggered());
    if (!one.disk().plan().triggered()) break;
    EXPECT_EQ(result.error().code(), Code::io);
    EXPECT_EQ(one.disk().plan().io_count(), nth);
  }
  EXPECT_EQ(nth, 8u);  // create, 4 writes, flush, read
}

TEST(sim_disk, io_fails_from_the_nth_on) {
  OneDisk one;
  auto device = one.create("d");
  one.disk().plan().at_nth(2, FaultAction::fail_onwards, IoKind::write);
  EXPECT_TRUE(one.run(write_text(device.get(), 0, "a")));
  EXPECT_FALSE(one.run(write_text(device.get(), 0, "b")));
  EXPECT_FALSE(one.run(write_text(device.get(), 0, "c")));
  EXPECT_TRUE(one.run(read_text(device.get(), 0, 1)));
  EXPECT_EQ(one.disk().plan().io_count(IoKind::write), 3u);
}

TEST(sim_disk, failed_flush_may_lose_what_waited_for_it) {
  bool lost = false;
  bool kept = false;
  for (uint64_t seed = 0; seed < 50; seed++) {
    OneDisk one(seed);
    auto device = one.create("d");
    EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(512, 'b'))));
    one.disk().plan().at_nth(1, FaultAction::fail);
    EXPECT_FALSE(one.run(device->flush()));
    EXPECT_TRUE(one.run(device->flush()));
    const std::string text = *one.run(read_text(device.get(), 0, 512));
    (text == filled(512, 'b') ? kept : lost) = true;
  }
  EXPECT_TRUE(lost);
  EXPECT_TRUE(kept);
}

TEST(sim_disk, full_disk_refuses_and_changes_nothing) {
  WorldOptions options;
  options.disk.bytes_max = 8192;
  OneDisk one(1, options);
  auto device = one.create("d");
  EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(8192, 'a'))));
  EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(4096, 'b'))));
  const auto full = one.run(write_text(device.get(), 4096, filled(8192, 'c')));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code(), Code::no_space);
  EXPECT_EQ(*one.run(read_text(device.get(), 4096, 4096)), filled(4096, 'a'));
}

TEST(sim_disk, damage_hits_only_nodes_that_may_be_damaged) {
  WorldOptions options;
  options.damage.bit_rot = {1'000'000};
  for (const bool may_be_damaged : {false, true}) {
    OneDisk one(1, options, may_be_damaged);
    auto device = one.create("d");
    EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(512, 'a'))));
    const std::string text = *one.run(read_text(device.get(), 0, 512));
    EXPECT_EQ(text != filled(512, 'a'), may_be_damaged);
  }
}

TEST(sim_disk, flipped_bit_stays_flipped) {
  OneDisk one;
  auto device = one.create("d");
  EXPECT_FALSE(one.disk().flip_any_bit("d"));
  EXPECT_TRUE(one.run(write_text(device.get(), 0, "abc")));
  EXPECT_TRUE(one.disk().flip_bit("d", 1, 0));
  EXPECT_EQ(*one.run(read_text(device.get(), 0, 3)), "acc");
  EXPECT_TRUE(one.disk().flip_any_bit("d"));
}

TEST(sim_disk, misdirected_write_lands_elsewhere) {
  WorldOptions options;
  options.disk.damage.misdirected = {1'000'000};
  OneDisk one(5, options);
  auto device = one.create("d");
  EXPECT_TRUE(one.run(write_text(device.get(), 0, "abc")));
  EXPECT_EQ(*one.run(read_text(device.get(), 0, 3)), filled(3, '\0'));
  EXPECT_GT(one.disk().stored_bytes(), 0u);
}

TEST(sim_disk, storage_names_devices) {
  OneDisk one;
  one.create("pools/2/log");
  one.create("pools/1/log");
  one.create("other");
  EXPECT_EQ(*one.run(one.storage().list("pools/")), (std::vector<std::string>{"pools/1/log", "pools/2/log"}));
  EXPECT_EQ(one.run(one.storage().create("other", 1)).error().code(), Code::exists);
  EXPECT_EQ(one.run(one.storage().open("none")).error().code(), Code::not_found);
  EXPECT_TRUE(one.run(one.storage().remove("other")));
  EXPECT_EQ(one.run(one.storage().remove("other")).error().code(), Code::not_found);
}

TEST(sim_disk, removed_device_stays_usable_until_closed) {
  OneDisk one;
  auto device = one.create("d");
  EXPECT_TRUE(one.run(one.storage().remove("d")));
  EXPECT_TRUE(one.run(write_text(device.get(), 0, "abc")));
  EXPECT_EQ(*one.run(read_text(device.get(), 0, 3)), "abc");
}

TEST(sim_disk, discard_gives_space_back) {
  OneDisk one;
  auto device = one.create("d");
  EXPECT_TRUE(one.run(write_text(device.get(), 0, filled(64 << 10, 'a'))));
  for (int i = 0; i < 10; i++) EXPECT_TRUE(one.run(device->discard(0, 64 << 10)));
  EXPECT_EQ(one.disk().stored_bytes(), 0u);
}

Task<Result<void>> write_twice_at_once(BlockDevice* device) {
  std::vector<Task<Result<void>>> writes;
  writes.push_back(write_text(device, 0, filled(100, 'a')));
  writes.push_back(write_text(device, 99, filled(100, 'b')));
  co_return co_await when_all_ok(std::move(writes));
}

TEST(sim_disk_death, overlapping_operations_are_a_bug) {
  OneDisk one;
  auto device = one.create("d");
  EXPECT_DEATH(static_cast<void>(one.run(write_twice_at_once(device.get()))), "disjoint");
}

}  // namespace
}  // namespace firn::sim
