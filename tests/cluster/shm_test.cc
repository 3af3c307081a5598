// Shared memory between real processes: chosen by itself, or by hand; clients are killed at random moments,
// and the server is as it was before.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/rng.h"
#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

// What a process holds of its clients.
struct Holdings {
  int descriptors = 0;
  int mappings = 0;  // of shared memory

  static Holdings of(pid_t process) {
    const std::string folder = "/proc/" + std::to_string(process);
    Holdings held;
    for (const auto& entry : fs::directory_iterator(folder + "/fd")) {
      std::error_code gone;
      if (fs::read_symlink(entry.path(), gone).string().starts_with("socket:")) held.descriptors++;
    }
    std::ifstream maps(folder + "/maps");
    for (std::string line; std::getline(maps, line);) {
      if (line.find("memfd:firn-channel") != std::string::npos) held.mappings++;
    }
    return held;
  }
  friend bool operator==(const Holdings&, const Holdings&) = default;
};

class ShmTest : public ::testing::Test {
 protected:
  static std::vector<std::string> over(const std::string& transport, std::vector<std::string> command) {
    command.insert(command.begin(), {"env", "FIRN_TRANSPORT=" + transport});
    return command;
  }
  std::vector<std::string> firn(const std::string& system, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {firn_binary(), "--system", system});
    return arguments;
  }
  void make_container(const Server& server) {
    ASSERT_EQ(run(firn(server.address(), {"pool", "create", "tank", "--size", "2GiB"})).status, 0);
    ASSERT_EQ(run(firn(server.address(), {"container", "create", "tank", "home"})).status, 0);
  }
  std::string make_file(const std::string& name, size_t bytes) {
    std::string content(bytes, '\0');
    for (char& c : content) c = static_cast<char>(rng_.next());
    std::ofstream(scratch_.path(name), std::ios::binary) << content;
    return scratch_.path(name);
  }
  // As a user who owns nothing here.
  static std::vector<std::string> as_nobody(std::vector<std::string> command) {
    command.insert(command.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
    return command;
  }
  // Copies a file in and out again; whether it came back whole.
  bool round_trip(const std::string& transport, const std::string& system) {
    const std::string file = make_file("file", 5 << 20);
    const std::string name = "daos://tank/home/file-" + std::to_string(copies_++);
    const std::string back = scratch_.path("back");
    const Outcome in = run(over(transport, firn(system, {"fs", "cp", file, name})));
    EXPECT_EQ(in.status, 0) << in.errors;
    const Outcome out = run(over(transport, firn(system, {"fs", "cp", name, back})));
    EXPECT_EQ(out.status, 0) << out.errors;
    return run({"cmp", file, back}).status == 0;
  }

  static uint64_t seed() {
    const char* const text = std::getenv("FIRN_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : static_cast<uint64_t>(::getpid());
  }

  const uint64_t seed_ = seed();
  Rng rng_{seed_};
  ScratchDirectory scratch_;
  int copies_ = 0;
};

TEST_F(ShmTest, every_transport_carries_the_same_data) {
  const Server server(scratch_.path("system"), {"--targets", "2"});
  make_container(server);
  for (const char* const transport : {"auto", "tcp", "shm"})
    EXPECT_TRUE(round_trip(transport, server.address()));
  EXPECT_TRUE(round_trip("auto", "shm://" + scratch_.path("system") + "/engine.socket"));
  const Outcome unknown = run(over("rdma", firn(server.address(), {"pool", "list"})));
  EXPECT_EQ(unknown.status, 1);
  EXPECT_NE(unknown.errors.find("choose auto, tcp, shm or fabric"), std::string::npos) << unknown.errors;
}

TEST_F(ShmTest, server_without_it_is_reached_by_tcp) {
  const Server server(scratch_.path("system"), {"--targets", "2", "--shm", "off"});
  make_container(server);
  EXPECT_TRUE(round_trip("auto", server.address()));
  EXPECT_FALSE(fs::exists(scratch_.path("system") + "/engine.socket"));
}

TEST_F(ShmTest, socket_can_be_elsewhere) {
  const std::string socket = scratch_.path("a socket");
  const Server server(scratch_.path("system"), {"--targets", "2", "--shm", socket});
  make_container(server);
  EXPECT_TRUE(fs::exists(socket));
  EXPECT_TRUE(round_trip("shm", server.address()));
  fs::remove(socket);
  EXPECT_TRUE(round_trip("auto", server.address()));
}

TEST_F(ShmTest, a_user_who_may_not_write_the_socket_goes_over_tcp_and_hears_why) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  if (run(as_nobody({firn_binary(), "--version"})).status != 0)
    GTEST_SKIP() << "another user cannot run " << firn_binary();
  fs::permissions(scratch_.path("."), fs::perms(0755));
  const std::string socket = scratch_.path("socket");
  const Server server(scratch_.path("system"), {"--targets", "2", "--shm", socket});
  make_container(server);
  const auto as_stranger = [&](const std::string& transport) {
    return run(as_nobody(over(
        transport, firn(server.address(), {"--verbose", "fs", "mkdir", "daos://tank/home/" + transport}))));
  };
  fs::permissions(socket, fs::perms(0755));
  const Outcome refused = as_stranger("auto");
  EXPECT_EQ(refused.status, 0) << refused.errors;
  EXPECT_NE(refused.errors.find("lesser way taken"), std::string::npos) << refused.errors;
  EXPECT_NE(refused.errors.find("Permission denied"), std::string::npos) << refused.errors;
  EXPECT_NE(refused.errors.find(socket), std::string::npos) << refused.errors;
  fs::permissions(socket, fs::perms(0777));
  const Outcome let_in = as_stranger("shm");
  EXPECT_EQ(let_in.status, 0) << let_in.errors;
}

TEST_F(ShmTest, killed_clients_leave_nothing_and_harm_nobody) {
  SCOPED_TRACE("FIRN_SEED=" + std::to_string(seed_));
  constexpr int kRounds = 20;
  Server server(scratch_.path("system"), {"--targets", "2"});
  make_container(server);
  ASSERT_TRUE(round_trip("auto", server.address()));
  const auto held = [&] { return Holdings::of(server.process().pid()); };
  const auto settles_to = [&](Holdings expected) {
    for (int i = 0; i < 5000 && held() != expected; i++)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return held() == expected;
  };
  const std::string file = make_file("large", 32 << 20);
  ASSERT_EQ(run(firn(server.address(), {"fs", "cp", file, "daos://tank/home/large"})).status, 0);
  ASSERT_TRUE(settles_to({.descriptors = held().descriptors, .mappings = 0}));
  const Holdings before = held();

  for (int round = 0; round < kRounds; round++) {
    const std::string copy = "daos://tank/home/killed" + std::to_string(round % 4);
    // One that survives, two that die: writing and reading.
    Process survivor(
        over("shm", firn(server.address(), {"fs", "cp", "daos://tank/home/large", scratch_.path("out")})));
    Process writer(over("shm", firn(server.address(), {"fs", "cp", file, copy})));
    Process reader(
        over("shm", firn(server.address(), {"fs", "cp", "daos://tank/home/large", scratch_.path("dead")})));
    for (int i = 0; i < 5000 && held().mappings == 0; i++)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT_GT(held().mappings, 0) << "nobody shares memory with the server";
    std::this_thread::sleep_for(std::chrono::microseconds(rng_.between(0, 30'000)));
    writer.signal(SIGKILL);
    std::this_thread::sleep_for(std::chrono::microseconds(rng_.between(0, 10'000)));
    reader.signal(SIGKILL);
    EXPECT_EQ(survivor.wait(60'000), 0) << survivor.errors();
    (void)writer.wait(10'000);
    (void)reader.wait(10'000);
    ASSERT_TRUE(settles_to(before)) << "round " << round << ": " << held().descriptors << " sockets, "
                                    << held().mappings << " mappings; before " << before.descriptors;
    fs::remove(scratch_.path("dead"));
  }
  EXPECT_EQ(run({"cmp", file, scratch_.path("out")}).status, 0);
  EXPECT_TRUE(round_trip("shm", server.address()));
}

}  // namespace
}  // namespace firn::cluster
