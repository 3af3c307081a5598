// Tests of devices as files of a directory. What each device does: device_contract_test.cc.
#include "runtime/file_storage.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "runtime/blocking_run.h"
#include "runtime/file_device.h"
#include "runtime/io_vector.h"

namespace firn {
namespace {

std::vector<std::byte> random_bytes(uint64_t seed, size_t size) {
  Rng rng(seed);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(rng.next());
  return bytes;
}

class FileStorageTest : public ::testing::Test {
 protected:
  FileStorageTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "firn_storage_test_XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    auto executor = UringExecutor::create();
    EXPECT_TRUE(executor.has_value());
    executor_ = *std::move(executor);
    storage_ = std::make_unique<FileStorage>(*executor_, root_ + "/store/");
  }
  ~FileStorageTest() override { std::filesystem::remove_all(root_); }

  template <class T>
  T run(Task<T> task) {
    return blocking_run(*executor_, std::move(task));
  }
  std::unique_ptr<BlockDevice> create(std::string name, uint64_t size) {
    auto device = run(storage_->create(std::move(name), size));
    EXPECT_TRUE(device.has_value());
    return *std::move(device);
  }
  std::vector<std::byte> read(BlockDevice& device, uint64_t offset, size_t size) {
    std::vector<std::byte> bytes(size, std::byte{0xee});
    EXPECT_TRUE(run(device.read(offset, bytes)).has_value());
    return bytes;
  }
  void write(BlockDevice& device, uint64_t offset, std::vector<ByteView> parts) {
    EXPECT_TRUE(run(device.write(offset, parts)).has_value());
  }

  std::string root_;
  std::unique_ptr<UringExecutor> executor_;
  std::unique_ptr<FileStorage> storage_;
};

TEST_F(FileStorageTest, file_cut_by_others_reads_as_zeros) {
  auto device = create("cut", 8192);  // on a disk; mapped memory would be lost
  const auto bytes = random_bytes(2, 8192);
  write(*device, 0, {bytes});
  std::filesystem::resize_file(root_ + "/store/cut", 4096);
  auto expected = bytes;
  std::fill(expected.begin() + 4096, expected.end(), std::byte{});
  EXPECT_EQ(read(*device, 0, 8192), expected);
}

TEST_F(FileStorageTest, errors_say_what_and_on_which_file) {
  auto missing = run(storage_->open("pools/none"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_TRUE(missing.error().message().contains("pools/none")) << missing.error().message();
  EXPECT_EQ(run(storage_->remove("none")).error().code(), Code::not_found);

  create("twice", 4096);
  auto again = run(storage_->create("twice", 4096));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code(), Code::exists);
}

TEST_F(FileStorageTest, lists_sorted_by_prefix_without_half_made_files) {
  EXPECT_TRUE(run(storage_->list("")).value().empty());
  for (const char* name : {"pools/b/data", "pools/a/log", "pools/a/data", "other"}) create(name, 4096);
  std::ofstream(root_ + "/store/pools/a/new~") << "x";
  EXPECT_EQ(run(storage_->list("pools/")).value(),
            (std::vector<std::string>{"pools/a/data", "pools/a/log", "pools/b/data"}));
  EXPECT_TRUE(run(storage_->remove("pools/a/log")).has_value());
  EXPECT_EQ(run(storage_->list("pools/a")).value(), (std::vector<std::string>{"pools/a/data"}));
  EXPECT_EQ(run(storage_->list("")).value().size(), 3u);
}

TEST_F(FileStorageTest, removed_device_stays_usable_while_open) {
  auto device = create("gone", 4096);
  EXPECT_TRUE(run(storage_->remove("gone")).has_value());
  const auto bytes = random_bytes(6, 512);
  write(*device, 0, {bytes});
  EXPECT_EQ(read(*device, 0, 512), bytes);
}

TEST_F(FileStorageTest, impossible_size_is_an_error_and_leaves_no_device) {
  EXPECT_FALSE(run(storage_->create("huge", uint64_t{1} << 63)).has_value());
  EXPECT_TRUE(run(storage_->list("")).value().empty());
}

// Writes to /dev/full fail with ENOSPC.
TEST_F(FileStorageTest, full_file_system_is_no_space_with_a_remedy) {
  FileDevice full(*executor_, Descriptor(::open("/dev/full", O_RDWR | O_CLOEXEC)), "/dev/full", 1 << 20);
  const std::string text = "abc";
  const std::vector<ByteView> parts = {as_bytes(text)};
  const auto result = run(full.write(0, parts));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::no_space);
  EXPECT_FALSE(result.error().remedy().empty());
}

TEST_F(FileStorageTest, other_failures_are_io_errors_with_reason_and_file) {
  FileDevice read_only(*executor_, Descriptor(::open("/dev/zero", O_RDONLY | O_CLOEXEC)), "/dev/zero",
                       1 << 20);
  const std::string text = "abc";
  const std::vector<ByteView> parts = {as_bytes(text)};
  const auto result = run(read_only.write(0, parts));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), Code::io);
  EXPECT_TRUE(result.error().message().contains("/dev/zero")) << result.error().message();
  EXPECT_TRUE(result.error().message().contains("EBADF")) << result.error().message();
}

TEST(PartCursorTest, short_writes_resume_inside_a_part) {
  const std::string text = "abcdefghij";
  const ByteView bytes = as_bytes(text);
  const std::vector<ByteView> parts = {bytes.first(3), bytes.subspan(3, 0), bytes.subspan(3, 4),
                                       bytes.subspan(7)};
  for (size_t step = 1; step <= text.size(); step++) {
    PartCursor cursor(parts);
    std::string seen;
    while (cursor.left_bytes() > 0) {
      size_t taken = 0;
      for (const iovec& vector : cursor.next()) {
        const size_t size = std::min(vector.iov_len, step - taken);
        seen.append(static_cast<const char*>(vector.iov_base), size);
        taken += size;
      }
      cursor.advance(taken);
    }
    EXPECT_EQ(seen, text);
  }
}

}  // namespace
}  // namespace firn
