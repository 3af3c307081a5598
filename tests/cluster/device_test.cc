// The real program on every kind of device.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

class DeviceKinds : public ::testing::Test {
 protected:
  DeviceKinds() { std::ofstream(source()) << std::string(300'000, 'f') << "the end"; }

  Outcome firn(const Server& server, std::vector<std::string> arguments) {
    return run_firn(server.address(), std::move(arguments));
  }
  void make_container(const Server& server) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"pool", "create", "tank", "--size", "256MiB"},
          {"container", "create", "tank", "home"}}) {
      const Outcome outcome = firn(server, command);
      ASSERT_EQ(outcome.status, 0) << outcome.errors;
    }
  }
  void put(const Server& server, const std::string& name) {
    const Outcome outcome = firn(server, {"fs", "cp", source(), "daos://tank/home/" + name});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
  }
  void check(const Server& server, const std::string& name) {
    const Outcome outcome = firn(server, {"fs", "cat", "tank/home/" + name});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    std::ostringstream expected;
    expected << std::ifstream(source()).rdbuf();
    EXPECT_TRUE(outcome.output == expected.str()) << name << " is not what was put";
  }
  std::string source() const { return scratch_.path("file"); }

  ScratchDirectory scratch_;
};

TEST_F(DeviceKinds, files_survive_kill_9_and_a_change_of_kind) {
  std::vector<std::string> names;
  for (const std::string kind : {"direct", "buffered", "auto", "direct"}) {
    Server server(scratch_.path("system"), {"--device", kind});
    if (names.empty()) make_container(server);
    for (const std::string& name : names) check(server, name);
    names.push_back(kind + std::to_string(names.size()));
    put(server, names.back());
    server.kill();
  }
}

TEST_F(DeviceKinds, files_in_mapped_memory_survive_kill_9) {
  std::string folder = "/dev/shm/firn_cluster_XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) GTEST_SKIP() << "there is no /dev/shm to write to";
  {
    Server server(folder, {"--device", "mapped"});
    make_container(server);
    put(server, "one");
    server.kill();
    server.start();
    check(server, "one");
    put(server, "two");
    check(server, "two");
  }
  fs::remove_all(folder);
}

TEST_F(DeviceKinds, a_disk_cannot_be_mapped_and_the_answer_says_what_to_do) {
  struct statfs status{};
  ASSERT_EQ(::statfs(scratch_.path().c_str(), &status), 0);
  if (status.f_type == TMPFS_MAGIC) GTEST_SKIP() << "the tests' directory is in memory";
  Server server(scratch_.path("system"), {"--device", "mapped"});
  const Outcome outcome = firn(server, {"pool", "create", "tank", "--size", "256MiB"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.errors.find("another kind of device"), std::string::npos) << outcome.errors;
}

TEST_F(DeviceKinds, relaxed_durability_loses_nothing_in_an_orderly_stop) {
  {
    Server server(scratch_.path("system"), {"--durability", "relaxed"});
    make_container(server);
    put(server, "one");
    check(server, "one");
    server.process().signal(SIGTERM);
    EXPECT_EQ(server.process().wait(20'000), 0) << server.process().errors();
  }
  const Server server(scratch_.path("system"));
  check(server, "one");
}

TEST_F(DeviceKinds, unknown_kinds_are_refused) {
  const Outcome outcome = run({firn_binary(), "serve", scratch_.path("system"), "--device", "floppy"});
  EXPECT_NE(outcome.status, 0);
  EXPECT_NE(outcome.errors.find("floppy"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace firn::cluster
