// What every kind of device promises (block_device.h), tested over each.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/rng.h"
#include "runtime/blocking_run.h"
#include "runtime/device_kind.h"
#include "runtime/file_storage.h"
#include "runtime/mapped_device.h"
#include "runtime/when_all.h"

namespace firn {
namespace {

// Persistent memory in all but the medium: the copies and flushes that it needs, on tmpfs.
Result<OpenedDevice> open_as_persistent(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  FIRN_TRY(MappedFile mapped, MappedFile::map(std::move(file), path, std::filesystem::file_size(path)));
  auto device = std::make_unique<MappedDevice>(std::move(mapped), MappedMedium::persistent);
  return OpenedDevice{std::move(device), DeviceKind::mapped};
}

struct Subject {
  std::string name;
  std::string folder;
  bool is_memory;
  std::function<Result<OpenedDevice>(UringExecutor&, const std::string& path)> open;
};

Subject of_kind(std::string name, std::string folder, bool is_memory, DeviceKind kind) {
  return {
      std::move(name), std::move(folder), is_memory,
      [kind](UringExecutor& executor, const std::string& path) { return open_device(executor, path, kind); }};
}

std::vector<Subject> subjects() {
  const std::string disk = "/var/tmp";  // memory does not outlive a restart, as what is there should
  const std::string memory = "/dev/shm";
  return {of_kind("buffered", disk, false, DeviceKind::buffered),
          of_kind("buffered_in_memory", memory, false, DeviceKind::buffered),
          of_kind("direct", disk, false, DeviceKind::direct),
          of_kind("mapped", memory, true, DeviceKind::mapped),
          {"mapped_persistent", memory, true,
           [](UringExecutor&, const std::string& path) { return open_as_persistent(path); }},
          of_kind("automatic", disk, false, DeviceKind::automatic),
          of_kind("automatic_in_memory", memory, true, DeviceKind::automatic)};
}

std::vector<std::byte> random_bytes(uint64_t seed, size_t size) {
  Rng rng(seed);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(rng.next());
  return bytes;
}

class DeviceContract : public ::testing::TestWithParam<Subject> {
 public:
  ~DeviceContract() override {
    device_.reset();
    // The kernel lets go of a ring's files a moment after they were closed: what is mounted goes with the
    // last.
    if (mounted_) EXPECT_EQ(::umount2(folder_.c_str(), MNT_DETACH), 0);
    std::filesystem::remove_all(folder_);
  }

 protected:
  DeviceContract() {
    std::string pattern = GetParam().folder + "/firn_device_test_XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    executor_ = UringExecutor::create().value();
  }

  template <class T>
  T run(Task<T> task) {
    return blocking_run(*executor_, std::move(task));
  }
  std::string path() const { return folder_ + "/device"; }
  void create(uint64_t size) {
    FileStorage storage(*executor_, folder_, {.kind = DeviceKind::buffered});
    ASSERT_TRUE(run(storage.create("device", size)).has_value());
    reopen();
  }
  void reopen() {
    device_.reset();
    auto opened = GetParam().open(*executor_, path());
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    device_ = std::move(opened->device);
  }
  // From here on the folder is a small tmpfs of its own.
  bool mount_small(const char* size) {
    mounted_ = ::mount("firn_device_test", folder_.c_str(), "tmpfs", 0, size) == 0;
    return mounted_;
  }
  std::vector<std::byte> read(uint64_t offset, size_t size) {
    std::vector<std::byte> bytes(size, std::byte{0xee});
    const auto done = run(device_->read(offset, bytes));
    EXPECT_TRUE(done.has_value()) << done.error().message();
    return bytes;
  }
  Result<void> try_write(uint64_t offset, std::vector<ByteView> parts) {
    return run(device_->write(offset, parts));
  }
  void write(uint64_t offset, std::vector<ByteView> parts) {
    const auto done = try_write(offset, std::move(parts));
    EXPECT_TRUE(done.has_value()) << done.error().message();
  }
  uint64_t stored_bytes() const {
    struct stat status{};
    EXPECT_EQ(::stat(path().c_str(), &status), 0);
    return static_cast<uint64_t>(status.st_blocks) * 512;
  }

  std::string folder_;
  bool mounted_ = false;
  std::unique_ptr<UringExecutor> executor_;
  std::unique_ptr<BlockDevice> device_;
};

TEST_P(DeviceContract, written_bytes_are_there_after_reopen) {
  const auto bytes = random_bytes(1, 100'000);
  create(1 << 20);
  EXPECT_EQ(device_->size_bytes(), 1u << 20);
  const ByteView view(bytes);
  write(4096, {view.first(10), view.subspan(10, 0), view.subspan(10)});
  EXPECT_TRUE(run(device_->flush()).has_value());
  EXPECT_EQ(read(4096, bytes.size()), bytes);
  reopen();
  EXPECT_EQ(device_->size_bytes(), 1u << 20);
  EXPECT_EQ(read(4096, bytes.size()), bytes);
}

TEST_P(DeviceContract, any_range_can_be_read) {
  create(1 << 20);
  const auto bytes = random_bytes(2, 1 << 20);
  write(0, {bytes});
  Rng rng(3);
  for (int i = 0; i < 100; i++) {
    const uint64_t offset = rng.below(bytes.size());
    const size_t size = rng.below(std::min<uint64_t>(bytes.size() - offset, 20'000) + 1);
    const auto begin = bytes.begin() + static_cast<ptrdiff_t>(offset);
    EXPECT_EQ(read(offset, size), std::vector<std::byte>(begin, begin + static_cast<ptrdiff_t>(size)));
  }
}

TEST_P(DeviceContract, unwritten_range_reads_as_zeros_and_takes_no_space) {
  create(uint64_t{1} << 40);
  EXPECT_EQ(read((uint64_t{1} << 40) - 5000, 5000), std::vector<std::byte>(5000));
  EXPECT_EQ(read(12345, 5000), std::vector<std::byte>(5000));
  EXPECT_LT(stored_bytes(), 100'000u);
}

TEST_P(DeviceContract, write_durably_writes_aligned_and_other_parts) {
  create(4 << 20);
  const auto bytes = random_bytes(11, 3 << 20);
  for (const size_t size : {size_t{1}, size_t{5000}, size_t{3} << 20}) {
    const std::vector<ByteView> parts = {ByteView(bytes).first(size / 3),
                                         ByteView(bytes).first(size).subspan(size / 3)};
    ASSERT_TRUE(run(device_->write_durably(1 << 20, parts)).has_value());
    EXPECT_TRUE(std::ranges::equal(read(1 << 20, size), ByteView(bytes).first(size)));
  }
}

TEST_P(DeviceContract, read_across_what_is_written_and_what_is_not) {
  create(8 << 20);
  const auto bytes = random_bytes(4, 4096);
  write(4 << 20, {bytes});
  reopen();  // what a device knows of its space is gone
  auto expected = std::vector<std::byte>(3 << 20);
  std::ranges::copy(bytes, expected.begin() + (1 << 20));
  EXPECT_EQ(read(3 << 20, 3 << 20), expected);
}

TEST_P(DeviceContract, more_parts_than_one_call_takes) {
  create(1 << 20);
  const auto bytes = random_bytes(5, 3 * IOV_MAX);
  std::vector<ByteView> parts;
  for (size_t i = 0; i < bytes.size(); i++) parts.push_back(ByteView(bytes).subspan(i, 1));
  write(8192, parts);
  EXPECT_EQ(read(8192, bytes.size()), bytes);
}

TEST_P(DeviceContract, operations_run_at_the_same_time) {
  create(1 << 20);
  const auto bytes = random_bytes(6, 1 << 20);
  std::vector<ByteView> parts;
  for (size_t i = 0; i < 256; i++) parts.push_back(ByteView(bytes).subspan(i * 4096, 4096));
  std::vector<Task<Result<void>>> writes;
  for (size_t i = 0; i < 256; i++) writes.push_back(device_->write(i * 4096, std::span(parts).subspan(i, 1)));
  EXPECT_TRUE(run(when_all_ok(std::move(writes))).has_value());
  EXPECT_TRUE(run(device_->flush()).has_value());
  EXPECT_EQ(read(0, bytes.size()), bytes);
}

TEST_P(DeviceContract, discard_gives_space_back_and_leaves_the_rest) {
  create(8 << 20);
  const auto bytes = random_bytes(7, 8 << 20);
  write(0, {bytes});
  EXPECT_TRUE(run(device_->flush()).has_value());
  EXPECT_TRUE(run(device_->discard(4096, (6 << 20) - 4096)).has_value());
  EXPECT_LT(stored_bytes(), 5u << 20);
  EXPECT_EQ(device_->size_bytes(), 8u << 20);
  EXPECT_EQ(read(0, 4096), std::vector<std::byte>(bytes.begin(), bytes.begin() + 4096));
  const auto rest = read(6 << 20, 2 << 20);
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), bytes.begin() + (6 << 20)));
  // It can be written again.
  write(0, {bytes});
  EXPECT_EQ(read(0, bytes.size()), bytes);
}

TEST_P(DeviceContract, full_file_system_is_no_space_and_what_was_written_stays) {
  if (!mount_small("size=4m")) GTEST_SKIP() << "cannot mount a tmpfs here: " << std::strerror(errno);
  create(64 << 20);
  const auto bytes = random_bytes(8, 1 << 20);
  uint64_t written = 0;
  Result<void> last;
  for (; written < 16; written++) {
    last = try_write(written << 20, {bytes});
    if (!last) break;
  }
  ASSERT_FALSE(last.has_value());
  EXPECT_EQ(last.error().code(), Code::no_space) << last.error().message();
  EXPECT_FALSE(last.error().remedy().empty());
  EXPECT_GE(written, 2u);
  for (uint64_t i = 0; i < written; i++) EXPECT_EQ(read(i << 20, bytes.size()), bytes);
  // Reading holes takes no space either.
  EXPECT_EQ(read(32 << 20, 1 << 20), std::vector<std::byte>(1 << 20));
  reopen();
  for (uint64_t i = 0; i < written; i++) EXPECT_EQ(read(i << 20, bytes.size()), bytes);
  EXPECT_EQ(read(32 << 20, 1 << 20), std::vector<std::byte>(1 << 20));
}

// Long writes to space that is new may go another way than those to space that is there.
TEST_P(DeviceContract, long_writes_meet_what_is_there_and_what_is_not) {
  if (GetParam().is_memory)
    (void)mount_small("size=64m,huge=advise");  // small pages if there are no large ones
  constexpr uint64_t kSize = (16 << 20) + 4096;
  create(kSize);
  std::vector<std::byte> expected(kSize);
  Rng rng(9);
  for (uint64_t i = 0; i < 60; i++) {
    const uint64_t length = rng.between(1, i % 3 == 0 ? 3 << 8 : 20) << 12;
    const uint64_t offset = i == 30 ? kSize - length : rng.below((kSize - length) >> 12) << 12;
    const auto bytes = random_bytes(i, length);
    write(offset, {bytes});
    std::ranges::copy(bytes, expected.begin() + static_cast<ptrdiff_t>(offset));
    const auto around = std::min<uint64_t>(offset, 8192);
    const auto from = expected.begin() + static_cast<ptrdiff_t>(offset - around);
    const auto size = static_cast<size_t>(std::min(kSize - offset + around, length + around + 8192));
    ASSERT_EQ(read(offset - around, size), std::vector<std::byte>(from, from + static_cast<ptrdiff_t>(size)));
  }
  EXPECT_EQ(read(0, kSize), expected);
  reopen();
  EXPECT_EQ(read(0, kSize), expected);
}

TEST_P(DeviceContract, memory_shows_what_was_written_and_stores_at_once) {
  create(8 << 20);
  DeviceMemory* const memory = device_->memory();
  ASSERT_EQ(memory != nullptr, GetParam().is_memory);
  if (memory == nullptr) return;
  EXPECT_FALSE(memory->view(1 << 20, 100).has_value()) << "a hole cannot be viewed";
  const auto bytes = random_bytes(9, 10'000);
  const ByteView part(bytes);
  ASSERT_TRUE(memory->store(12'345, {&part, 1}).has_value());
  const auto view = memory->view(12'345, bytes.size());
  ASSERT_TRUE(view.has_value());
  EXPECT_TRUE(std::ranges::equal(*view, bytes));
  EXPECT_EQ(read(12'345, bytes.size()), bytes);
  reopen();
  const auto again = device_->memory()->view(12'345, bytes.size());
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(std::ranges::equal(*again, bytes));
}

INSTANTIATE_TEST_SUITE_P(Kinds, DeviceContract, ::testing::ValuesIn(subjects()),
                         [](const auto& subject) { return subject.param.name; });

// A loop device over a file; none where the host does not let us have one.
class LoopDisk {
 public:
  explicit LoopDisk(uint64_t size) {
    EXPECT_NE(::mkstemp(file_.data()), -1);
    std::filesystem::resize_file(file_, size);
    const Descriptor control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    const int number = control.valid() ? ::ioctl(control.number(), LOOP_CTL_GET_FREE) : -1;
    if (number < 0) return;
    path_ = "/dev/loop" + std::to_string(number);
    disk_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
    const Descriptor file(::open(file_.c_str(), O_RDWR | O_CLOEXEC));
    attached_ = disk_.valid() && ::ioctl(disk_.number(), LOOP_SET_FD, file.number()) == 0;
  }
  ~LoopDisk() {
    if (attached_) EXPECT_EQ(::ioctl(disk_.number(), LOOP_CLR_FD), 0);
    std::filesystem::remove(file_);
  }
  bool attached() const { return attached_; }
  const std::string& path() const { return path_; }

 private:
  std::string file_ = "/var/tmp/firn_loop_XXXXXX";
  std::string path_;
  Descriptor disk_;
  bool attached_ = false;
};

TEST(DiskTest, disk_is_written_and_read_and_belongs_to_one_user) {
  const LoopDisk disk(8 << 20);
  if (!disk.attached()) GTEST_SKIP() << "cannot attach a loop device here";
  auto executor = UringExecutor::create().value();
  auto opened = open_device(*executor, disk.path(), DeviceKind::automatic);
  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  BlockDevice& device = *opened->device;
  EXPECT_EQ(device.size_bytes(), 8u << 20);
  const auto bytes = random_bytes(10, 10'000);
  const ByteView part(bytes);
  EXPECT_TRUE(blocking_run(*executor, device.write(1 << 20, {&part, 1})).has_value());
  EXPECT_TRUE(blocking_run(*executor, device.flush()).has_value());
  EXPECT_TRUE(blocking_run(*executor, device.discard(4 << 20, 1 << 20)).has_value());
  std::vector<std::byte> read(bytes.size());
  EXPECT_TRUE(blocking_run(*executor, device.read(1 << 20, read)).has_value());
  EXPECT_EQ(read, bytes);

  const auto second = open_device(*executor, disk.path(), DeviceKind::automatic);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), Code::in_use);
  EXPECT_EQ(open_device(*executor, disk.path(), DeviceKind::mapped).error().code(), Code::unsupported);
}

class DeviceKindTest : public ::testing::Test {
 protected:
  // The kind that the file opens as.
  Result<DeviceKind> opened_as(const std::string& folder, DeviceKind kind) {
    std::string path = folder + "/firn_device_kind_XXXXXX";
    const Descriptor file(::mkstemp(path.data()));
    EXPECT_EQ(::ftruncate(file.number(), 8192), 0);
    auto executor = UringExecutor::create().value();
    auto opened = open_device(*executor, path, kind);
    EXPECT_EQ(::unlink(path.c_str()), 0);
    if (!opened) return std::move(opened).error();
    return opened->kind;
  }
};

TEST_F(DeviceKindTest, automatic_maps_memory_and_no_disk) {
  EXPECT_EQ(opened_as("/dev/shm", DeviceKind::automatic).value(), DeviceKind::mapped);
  EXPECT_EQ(opened_as("/var/tmp", DeviceKind::automatic).value(), DeviceKind::direct);
  EXPECT_EQ(opened_as("/dev/shm", DeviceKind::buffered).value(), DeviceKind::buffered);
}

TEST_F(DeviceKindTest, a_disk_cannot_be_mapped) {
  const auto mapped = opened_as("/var/tmp", DeviceKind::mapped);
  ASSERT_FALSE(mapped.has_value());
  EXPECT_EQ(mapped.error().code(), Code::unsupported);
  EXPECT_FALSE(mapped.error().remedy().empty());
}

TEST_F(DeviceKindTest, names_lead_back_to_kinds) {
  for (const char* name : {"auto", "mapped", "direct", "buffered"}) {
    const auto kind = device_kind_of_name(name);
    ASSERT_TRUE(kind.has_value()) << name;
    EXPECT_EQ(device_kind_name(*kind), name);
  }
  EXPECT_FALSE(device_kind_of_name("floppy").has_value());
}

}  // namespace
}  // namespace firn
