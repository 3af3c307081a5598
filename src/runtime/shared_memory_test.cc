// Shared memory, and passing it through a local socket.
#include "runtime/shared_memory.h"

#include <array>
#include <filesystem>
#include <iterator>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/epoll_runtime.h"
#include "runtime/gate.h"
#include "runtime/local_socket.h"
#include "runtime/real_runtime.h"
#include "runtime/stderr_log.h"

namespace firn {
namespace {

constexpr size_t kBytes = 64 << 10;

TEST(SharedMemoryTest, both_see_the_same_bytes) {
  Descriptor descriptor;
  auto ours = SharedMemory::create(kBytes, descriptor);
  ASSERT_TRUE(ours.has_value());
  auto theirs = SharedMemory::map(descriptor, kBytes);
  ASSERT_TRUE(theirs.has_value());
  ours->bytes()[kBytes - 1] = std::byte{7};
  EXPECT_EQ(theirs->bytes()[kBytes - 1], std::byte{7});
}

TEST(SharedMemoryTest, nobody_can_change_its_size) {
  Descriptor descriptor;
  auto memory = SharedMemory::create(kBytes, descriptor);
  ASSERT_TRUE(memory.has_value());
  EXPECT_NE(::ftruncate(descriptor.number(), 0), 0);
  EXPECT_NE(::ftruncate(descriptor.number(), 2 * kBytes), 0);
  EXPECT_NE(::fcntl(descriptor.number(), F_ADD_SEALS, F_SEAL_FUTURE_WRITE), 0);
}

TEST(SharedMemoryTest, memory_that_could_be_cut_or_has_another_size_is_not_mapped) {
  Descriptor descriptor;
  auto memory = SharedMemory::create(kBytes, descriptor);
  EXPECT_EQ(SharedMemory::map(descriptor, 2 * kBytes).error().code(), Code::corrupt);
  const Descriptor unsealed(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(unsealed.number(), kBytes), 0);
  EXPECT_EQ(SharedMemory::map(unsealed, kBytes).error().code(), Code::corrupt);
  EXPECT_EQ(SharedMemory::map(Descriptor(), kBytes).error().code(), Code::corrupt);
}

struct OnUring {
  std::unique_ptr<RealRuntime> runtime = *RealRuntime::create();
};
struct OnEpoll {
  StderrLog log{LogLevel::error};
  std::unique_ptr<EpollRuntime> runtime = *EpollRuntime::create(log);
};

template <class Loop>
struct LocalSocketTest : testing::Test, Loop {
  LocalSocketTest() {
    int numbers[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers), 0);
    left = this->runtime->sockets().adopt_local(Descriptor(numbers[0]));
    right = this->runtime->sockets().adopt_local(Descriptor(numbers[1]));
  }
  std::unique_ptr<LocalSocket> left;
  std::unique_ptr<LocalSocket> right;
};
struct LoopName {
  template <class Loop>
  static std::string GetName(int) {  // NOLINT(readability-identifier-naming): GoogleTest's
    return std::is_same_v<Loop, OnEpoll> ? "epoll" : "uring";
  }
};
using Loops = testing::Types<OnUring, OnEpoll>;
TYPED_TEST_SUITE(LocalSocketTest, Loops, LoopName);

size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(all), end(all)));
}

TYPED_TEST(LocalSocketTest, descriptor_travels_with_bytes) {
  Descriptor sent;
  auto memory = SharedMemory::create(kBytes, sent);
  ASSERT_TRUE(this->left->send_now(as_bytes("hello"), &sent).has_value());
  std::array<std::byte, 16> bytes;
  Descriptor received;
  const auto got = this->runtime->run(this->right->receive(bytes, &received));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(as_text(ByteView(bytes).first(*got)), "hello");
  EXPECT_NE(received.number(), sent.number());
  EXPECT_TRUE(SharedMemory::map(received, kBytes).has_value());
}

TYPED_TEST(LocalSocketTest, descriptors_nobody_asked_for_are_closed) {
  const size_t before = open_descriptors();
  Descriptor sent(::dup(0));
  ASSERT_TRUE(this->left->send_now(as_bytes("hello"), &sent).has_value());
  std::array<std::byte, 16> bytes;
  ASSERT_TRUE(this->runtime->run(this->right->receive(bytes)).has_value());
  sent.reset();
  EXPECT_EQ(open_descriptors(), before);
}

TYPED_TEST(LocalSocketTest, sending_to_who_does_not_take_it_never_waits) {
  constexpr std::byte kByte{1};
  Result<void> sent;
  while (sent) sent = this->left->send_now({&kByte, 1});
  EXPECT_EQ(sent.error().code(), Code::busy);
  this->right.reset();
  EXPECT_EQ(this->left->send_now({&kByte, 1}).error().code(), Code::unreachable);
}

TYPED_TEST(LocalSocketTest, peer_that_is_gone_ends_the_stream) {
  EXPECT_EQ(this->left->peer().user, ::getuid());
  EXPECT_EQ(this->left->peer().process, ::getpid());
  this->right.reset();
  std::array<std::byte, 16> bytes;
  const auto got = this->runtime->run(this->left->receive(bytes));
  EXPECT_TRUE(!got || *got == 0);
}

// Longer than an address of the system holds.
// A short answer is not all there is: the next bytes may have come with another descriptor.
TYPED_TEST(LocalSocketTest, bytes_behind_a_descriptor_are_received) {
  Descriptor sent(::dup(0));
  ASSERT_TRUE(this->left->send_now(as_bytes("one"), &sent).has_value());
  ASSERT_TRUE(this->left->send_now(as_bytes("two"), &sent).has_value());
  std::array<std::byte, 16> bytes;
  std::string text;
  while (text.size() < 6) {
    Descriptor received;
    const auto got = this->runtime->run(this->right->receive(bytes, &received));
    ASSERT_TRUE(got.has_value());
    EXPECT_TRUE(received.valid());
    text += as_text(ByteView(bytes).first(*got));
  }
  EXPECT_EQ(text, "onetwo");
}

TYPED_TEST(LocalSocketTest, shutdown_ends_a_receive) {
  std::array<std::byte, 16> bytes;
  Gate gate(this->runtime->executor());
  gate.spawn([](LocalSocket* socket) -> Task<void> {
    socket->shutdown();
    co_return;
  }(this->left.get()));
  const auto got = this->runtime->run(this->left->receive(bytes));
  EXPECT_TRUE(!got || *got == 0);
}

TEST(LocalSocketPathTest, listens_at_a_long_path_in_place_of_a_dead_socket) {
  auto runtime = *RealRuntime::create();
  const std::string directory = testing::TempDir() + std::string(120, 'd') + std::to_string(::getpid());
  ASSERT_EQ(::mkdir(directory.c_str(), 0700), 0);
  const std::string path = directory + "/socket";
  for (int i = 0; i < 2; i++) {
    EXPECT_EQ(LocalSocket::connect(path).error().code(), Code::unreachable);
    auto listening = runtime->sockets().listen_local(path);
    ASSERT_TRUE(listening.has_value()) << listening.error().message();
    EXPECT_TRUE(LocalSocket::connect(path).has_value());
  }
  ::unlink(path.c_str());
  ::rmdir(directory.c_str());
  EXPECT_EQ(runtime->sockets().listen_local("/nowhere/at/all").error().code(), Code::not_found);
  EXPECT_EQ(runtime->sockets().listen_local("").error().code(), Code::invalid);
}

}  // namespace
}  // namespace firn
