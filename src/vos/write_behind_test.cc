// What is held is readable at once, and reaches the device in the end.
#include "vos/write_behind.h"

#include <gtest/gtest.h>

#include "runtime/blocking_run.h"
#include "vos/crash_device_test.h"
#include "vos/lsn.h"

namespace firn::vos {
namespace {

class WriteBehindTest : public testing::Test {
 public:
  ~WriteBehindTest() override { run(held.close()); }

 protected:
  template <class T>
  T run(Task<T> task) {
    return blocking_run(runtime.executor(), std::move(task));
  }
  void hold(uint64_t block, size_t bytes, char fill) {
    const std::string text(bytes, fill);
    const ByteView parts[] = {as_bytes(text).first(bytes / 3), as_bytes(text).subspan(bytes / 3)};
    held.hold(block * kBlockBytes, parts);
  }
  std::string read(BlockDevice& from, uint64_t offset, size_t bytes) {
    std::string text(bytes, '?');
    EXPECT_TRUE(run(from.read(offset, std::as_writable_bytes(std::span(text)))).has_value());
    return text;
  }

  TestRuntime runtime;
  FaultPlan plan;
  Medium medium{64 << 20};
  CrashDevice device{runtime.executor(), medium, plan};
  WriteBehind held{runtime.executor(), device};
};

TEST_F(WriteBehindTest, reads_find_what_is_held_between_what_is_not) {
  const std::string old(6 * kBlockBytes, 'o');
  const ByteView part = as_bytes(old);
  ASSERT_TRUE(run(held.write(0, {&part, 1})).has_value());
  hold(8, kBlockBytes, 'x');
  hold(6, 5000, 'a');
  const std::string after_old = std::string(5000, 'a') + std::string(2 * kBlockBytes - 5000, '\0');
  EXPECT_EQ(read(held, 5 * kBlockBytes, 4 * kBlockBytes),
            std::string(kBlockBytes, 'o') + after_old + std::string(kBlockBytes, 'x'));
  EXPECT_EQ(read(held, 8 * kBlockBytes + 10, kBlockBytes),
            std::string(kBlockBytes - 10, 'x') + std::string(10, '\0'));
  EXPECT_EQ(read(held, kBlockBytes, 100), std::string(100, 'o'));
  EXPECT_EQ(read(device, 6 * kBlockBytes, 3), std::string(3, '\0'));
}

TEST_F(WriteBehindTest, neighbours_are_written_together) {
  for (const uint64_t block : {3, 1, 2, 7}) hold(block, kBlockBytes, 'b');
  ASSERT_TRUE(run(held.write_out()).has_value());
  EXPECT_EQ(plan.operations, 3u) << "two writes and a flush";
  EXPECT_EQ(read(device, kBlockBytes, 3 * kBlockBytes), std::string(3 * kBlockBytes, 'b'));
  EXPECT_EQ(read(device, 7 * kBlockBytes, kBlockBytes), std::string(kBlockBytes, 'b'));
  ASSERT_TRUE(run(held.write_out()).has_value());
  EXPECT_EQ(plan.operations, 3u) << "nothing is left";
}

TEST_F(WriteBehindTest, much_of_it_is_written_unasked) {
  uint64_t block = 0;
  for (; plan.operations == 0 && block < 16'000; block++) {
    ASSERT_TRUE(held.has_room());
    hold(block, kBlockBytes, 'm');
    runtime.executor().run_ready();
  }
  run(held.close());
  EXPECT_EQ(read(device, 0, 100), std::string(100, 'm'));
}

TEST_F(WriteBehindTest, what_could_not_be_written_is_held_and_written_later) {
  hold(1, kBlockBytes, 'f');
  plan.fail_at = plan.operations;
  EXPECT_EQ(run(held.write_out()).error().code(), Code::io);
  EXPECT_EQ(read(held, kBlockBytes, 9), std::string(9, 'f'));
  ASSERT_TRUE(run(held.write_out()).has_value());
  EXPECT_EQ(read(device, kBlockBytes, 9), std::string(9, 'f'));
}

TEST_F(WriteBehindTest, after_a_flush_that_failed_all_is_held_and_no_flush_succeeds) {
  hold(1, kBlockBytes, 'f');
  plan.fail_at = plan.operations + 1;
  EXPECT_EQ(run(held.write_out()).error().code(), Code::io);
  medium.current = medium.durable;  // the device forgets what it could not make durable
  EXPECT_EQ(read(held, kBlockBytes, 9), std::string(9, 'f'));
  EXPECT_EQ(run(held.flush()).error().code(), Code::io);
  EXPECT_EQ(run(held.write_out()).error().code(), Code::io);
  EXPECT_EQ(read(held, kBlockBytes, 9), std::string(9, 'f'));
}

}  // namespace
}  // namespace firn::vos
