// The pair of superblocks: which one counts.
#include "vos/superblock.h"

#include <gtest/gtest.h>

#include "base/endian.h"
#include "codec/crc32c.h"
#include "runtime/blocking_run.h"
#include "vos/crash_device_test.h"

namespace firn::vos {
namespace {

class SuperblockTest : public testing::Test {
 protected:
  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime.executor(), std::move(task));
  }
  static Superblock superblock(uint64_t checkpoint) {
    Superblock s;
    s.store = Uuid{{9, 9, 9}};
    s.log_salt = 77;
    s.main_bytes = 4 << 20;
    s.log_bytes = 1 << 20;
    s.reserve_percent = 5;
    s.checkpoint = checkpoint;
    s.root = {4, 200, 1, 0xabcd};
    return s;
  }
  void write(uint64_t checkpoint, uint32_t slot) {
    ASSERT_TRUE(run(write_superblock(device, superblock(checkpoint), slot)).has_value());
  }
  Result<LoadedSuperblock> read() { return run(read_superblock(device)); }
  // Changes a field and makes the checksum match again.
  void forge(uint32_t slot, size_t offset, uint32_t value) {
    const MutableBytes block(medium.current.data() + slot * kBlockBytes, kBlockBytes);
    store_little(block.data() + offset, value);
    store_little<uint32_t>(block.data() + 12, 0);
    store_little(block.data() + 12, crc32c(block));
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium medium{4 << 20};
  CrashDevice device{runtime.executor(), medium, plan};
};

TEST_F(SuperblockTest, the_newest_counts) {
  write(7, 0);
  EXPECT_EQ(read()->superblock.checkpoint, 7u);
  write(8, 1);
  const auto found = read();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->slot, 1u);
  EXPECT_EQ(found->superblock.checkpoint, 8u);
  EXPECT_EQ(found->superblock.log_salt, 77u);
  EXPECT_EQ(found->superblock.root.crc, 0xabcdu);
  EXPECT_EQ(found->superblock.root.bytes, 200u);
}

TEST_F(SuperblockTest, a_torn_one_leaves_the_other) {
  write(7, 0);
  write(8, 1);
  medium.current[kBlockBytes + 70] ^= std::byte{1};
  EXPECT_EQ(read()->superblock.checkpoint, 7u);
  medium.current[kBlockBytes - 1] ^= std::byte{1};  // every byte of the block counts
  const auto none = read();
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), Code::corrupt);
  EXPECT_FALSE(none.error().remedy().empty());
}

TEST_F(SuperblockTest, settling_leaves_it_in_both_slots) {
  write(7, 0);
  write(8, 1);
  ASSERT_TRUE(run(settle_superblock(device, *read())).has_value());
  EXPECT_EQ(medium.flushes, 2u);
  for (const uint32_t damaged : {0u, 1u}) {
    medium.current[damaged * kBlockBytes + 50] ^= std::byte{1};
    EXPECT_EQ(read()->superblock.checkpoint, 8u);
    EXPECT_EQ(read()->slot, 1 - damaged);
    medium.current[damaged * kBlockBytes + 50] ^= std::byte{1};
  }
}

TEST_F(SuperblockTest, an_empty_device_holds_no_store) {
  const auto none = read();
  ASSERT_FALSE(none.has_value());
  EXPECT_NE(none.error().message().find("no store"), std::string::npos);
  write(7, 0);
  ASSERT_TRUE(run(erase_superblocks(device)).has_value());
  EXPECT_FALSE(read().has_value());
}

TEST_F(SuperblockTest, another_version_in_either_slot_is_refused) {
  for (const uint32_t slot : {0u, 1u}) {
    write(7, 0);
    write(8, 1);
    forge(slot, 8, kStoreVersion + 1);
    EXPECT_EQ(read().error().code(), Code::version);
  }
}

TEST_F(SuperblockTest, slots_of_two_stores_are_refused) {
  write(7, 0);
  write(8, 1);
  forge(0, 16, 0x12345678);
  EXPECT_EQ(read().error().code(), Code::corrupt);
}

TEST_F(SuperblockTest, a_device_of_another_size_is_refused) {
  write(7, 0);
  Medium longer(8 << 20);
  std::copy_n(medium.current.begin(), 2 * kBlockBytes, longer.current.begin());
  CrashDevice longer_device(runtime.executor(), longer, plan);
  EXPECT_EQ(run(read_superblock(longer_device)).error().code(), Code::invalid);
}

}  // namespace
}  // namespace firn::vos
