// What users get wrong, and what goes wrong under them: each time a clear message with a remedy, and nothing
// is harmed.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, size_t bytes, char fill = 'x') {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << std::string(bytes, fill);
}

class BadInput : public ::testing::Test {
 protected:
  // On an embedded system in the scratch directory.
  Outcome firn(std::vector<std::string> arguments) {
    return run_firn(scratch_.path("system"), std::move(arguments));
  }
  void make_pool(const std::string& size = "1GiB") {
    const Outcome pool = firn({"pool", "create", "tank", "--size", size});
    ASSERT_EQ(pool.status, 0) << pool.errors;
    const Outcome container = firn({"container", "create", "tank", "home"});
    ASSERT_EQ(container.status, 0) << container.errors;
  }
  void expect_refused(const Outcome& outcome, const std::string& text) {
    EXPECT_EQ(outcome.status, 1) << outcome.output;
    EXPECT_NE(outcome.errors.find(text), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find("what to do:"), std::string::npos) << outcome.errors;
  }

  ScratchDirectory scratch_;
};

TEST_F(BadInput, unknown_pool_and_container_are_named) {
  make_pool();
  expect_refused(firn({"pool", "query", "nowhere"}), "nowhere");
  expect_refused(firn({"fs", "ls", "nowhere/home"}), "nowhere");
  expect_refused(firn({"fs", "ls", "tank/nothing"}), "nothing");
  const Outcome json = firn({"--json", "pool", "query", "nowhere"});
  EXPECT_EQ(json.status, 1);
  EXPECT_NE(json.output.find("\"code\": \"not_found\""), std::string::npos) << json.output;
}

TEST_F(BadInput, labels_and_sizes_are_checked) {
  make_pool();
  expect_refused(firn({"pool", "create", "no spaces allowed"}), "label");
  expect_refused(firn({"pool", "create", "other", "--size", "lots"}), "lots");
  expect_refused(firn({"pool", "create", "other", "--size", "1000"}), "");
  EXPECT_EQ(firn({"pool", "create", "tank"}).status, 1);
  EXPECT_EQ(firn({"pool", "destroy", "tank"}).status, 1) << "a pool with containers went without -r";
  EXPECT_EQ(firn({"container", "query", "tank", "home"}).status, 0);
}

TEST_F(BadInput, a_directory_without_a_system_is_not_made_one_by_looking) {
  expect_refused(firn({"pool", "list"}), "no system");
  EXPECT_FALSE(fs::exists(scratch_.path("system")));
  write_file(scratch_.path("system/somebody's file"), 10);
  expect_refused(firn({"pool", "create", "tank"}), "something else");
}

TEST_F(BadInput, a_wrong_command_line_has_status_2) {
  EXPECT_EQ(firn({"frobnicate"}).status, 2);
  EXPECT_EQ(firn({"fs", "ls"}).status, 2);
  EXPECT_EQ(firn({"--help"}).status, 0);
  EXPECT_EQ(firn({"fs", "cp", "--help"}).status, 0);
}

TEST_F(BadInput, names_longer_than_255_bytes_are_refused) {
  make_pool();
  const std::string longest(255, 'n');
  EXPECT_EQ(firn({"fs", "mkdir", "tank/home/" + longest}).status, 0);
  const Outcome outcome = firn({"fs", "mkdir", "tank/home/" + longest + "n"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.errors.find("255"), std::string::npos) << outcome.errors;
}

TEST_F(BadInput, a_second_process_on_the_same_directory_is_told_who_has_it) {
  make_pool();
  Server server(scratch_.path("system"));
  const Outcome outcome = firn({"pool", "list"});
  expect_refused(outcome, std::to_string(server.process().pid()));
  const Outcome second =
      run({firn_binary(), "serve", scratch_.path("system"), "--listen", "tcp://127.0.0.1:0"});
  expect_refused(second, std::to_string(server.process().pid()));
  // The first is not harmed, and its directory is free again once it has ended.
  EXPECT_EQ(run_firn(server.address(), {"pool", "query", "tank"}).status, 0);
  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait(10'000), 0) << server.process().errors();
  EXPECT_EQ(firn({"pool", "query", "tank"}).status, 0);
}

TEST_F(BadInput, a_port_in_use_is_named) {
  const int taken = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(taken, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(taken, 1), 0);
  socklen_t length = sizeof address;
  ::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &length);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const Outcome outcome =
      run({firn_binary(), "serve", scratch_.path("system"), "--listen", "tcp://127.0.0.1:" + port});
  expect_refused(outcome, port);
  ::close(taken);
}

TEST_F(BadInput, a_directory_of_another_version_is_refused) {
  make_pool();
  std::ofstream(scratch_.path("system/system")) << "format=999\ntargets=2\n";
  const Outcome outcome = firn({"pool", "list"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.errors.find("version"), std::string::npos) << outcome.errors;
}

TEST_F(BadInput, nobody_at_the_address_is_reported_within_the_timeout) {
  const Outcome outcome =
      run({firn_binary(), "--system", "tcp://127.0.0.1:1", "--timeout", "1", "pool", "list"}, 20'000);
  expect_refused(outcome, "tcp://127.0.0.1:1");
}

TEST_F(BadInput, a_server_that_goes_away_is_waited_for_then_reported) {
  make_pool();
  write_file(scratch_.path("source/file"), 100);
  Server server(scratch_.path("system"));
  server.process().signal(SIGSTOP);
  Process copy({firn_binary(), "--system", server.address(), "--timeout", "2", "fs", "cp", "-r",
                scratch_.path("source"), "daos://tank/home/"});
  EXPECT_EQ(copy.wait(30'000), 1);
  EXPECT_NE(copy.errors().find("what to do:"), std::string::npos) << copy.errors();
  // With more patience the same command completes when the server is back.
  Process patient({firn_binary(), "--system", server.address(), "fs", "cp", "-r", scratch_.path("source"),
                   "daos://tank/home/"});
  EXPECT_EQ(patient.wait(300), std::nullopt);
  server.process().signal(SIGCONT);
  EXPECT_EQ(patient.wait(30'000), 0) << patient.errors();
}

TEST_F(BadInput, a_full_pool_says_so_keeps_its_data_and_can_be_used_again_after_deleting) {
  make_pool("64MiB");
  write_file(scratch_.path("source/small"), 1000, 's');
  for (int i = 0; i < 60; i++) write_file(scratch_.path("source/big/" + std::to_string(i)), 2'000'000, 'b');
  ASSERT_EQ(firn({"fs", "cp", scratch_.path("source/small"), "daos://tank/home/"}).status, 0);
  const Outcome full = firn({"fs", "cp", "-r", scratch_.path("source/big"), "daos://tank/home/"});
  expect_refused(full, "space");
  EXPECT_EQ(firn({"fs", "cat", "tank/home/small"}).output, std::string(1000, 's'));
  const Outcome removed = firn({"fs", "rm", "-r", "tank/home/big"});
  EXPECT_EQ(removed.status, 0) << removed.errors;
  fs::remove_all(scratch_.path("source/big"));
  for (int i = 0; i < 12; i++) write_file(scratch_.path("source/big/" + std::to_string(i)), 2'000'000, 'c');
  const Outcome again = firn({"fs", "cp", "-r", scratch_.path("source/big"), "daos://tank/home/"});
  EXPECT_EQ(again.status, 0) << again.errors;
}

TEST_F(BadInput, ctrl_c_ends_a_copy_in_order_and_the_next_run_completes_it) {
  make_pool();
  for (int i = 0; i < 3000; i++) write_file(scratch_.path("source/" + std::to_string(i)), 3000);
  Process copy({firn_binary(), "--system", scratch_.path("system"), "fs", "cp", "-rvT",
                scratch_.path("source"), "daos://tank/home/copy"});
  ASSERT_TRUE(copy.read_line(20'000).has_value()) << copy.errors();
  copy.signal(SIGINT);
  const auto status = copy.wait(20'000);
  EXPECT_TRUE(status == 130 || status == 0) << copy.errors();
  const Outcome again = firn({"fs", "cp", "-ruT", scratch_.path("source"), "daos://tank/home/copy"});
  EXPECT_EQ(again.status, 0) << again.errors;
  const Outcome usage = firn({"--json", "fs", "du", "-s", "tank/home/copy"});
  EXPECT_NE(usage.output.find("\"files\": 3000"), std::string::npos) << usage.output;
}

}  // namespace
}  // namespace firn::cluster
