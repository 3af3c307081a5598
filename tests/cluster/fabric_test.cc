// A server and clients over libfabric's providers that any host has: copies in and out, clients that are
// killed, a server that is killed and comes back.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "base/rng.h"
#include "net/fabric_transport.h"
#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

// Why the provider cannot be tested here; empty when it can.
std::string missing(const std::string& provider) {
  auto runtime = RealRuntime::create();
  if (!runtime) return runtime.error().message();
  net::FabricTransport fabric(**runtime, {.choice = {.provider = provider}});
  const auto opened = fabric.open();
  (*runtime)->run([](net::FabricTransport* of) -> Task<int> {
    co_await of->close();
    co_return 0;
  }(&fabric));
  return opened ? "" : opened.error().message();
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Files below and above what fits one message, some of several chunks.
void make_tree(const fs::path& root) {
  Rng rng(1);
  for (int i = 0; i < 60; i++) {
    const fs::path directory = root / ("d" + std::to_string(i % 5));
    fs::create_directories(directory);
    std::string content(i % 10 == 7 ? rng.between(1'000'000, 5'000'000) : rng.below(40'000), '\0');
    for (char& c : content) c = static_cast<char>(rng.next());
    std::ofstream(directory / ("f" + std::to_string(i)), std::ios::binary) << content;
  }
}

void expect_same(const fs::path& source, const fs::path& copy) {
  size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(source)) {
    if (!entry.is_regular_file()) continue;
    files++;
    const fs::path twin = copy / entry.path().lexically_relative(source);
    EXPECT_TRUE(content_of(entry.path()) == content_of(twin)) << twin << " is not what was copied";
  }
  EXPECT_EQ(files, 60U);
}

class FabricTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (const std::string why = missing(GetParam()); !why.empty()) GTEST_SKIP() << why;
    server_.emplace(scratch_.path("system"),
                    std::vector<std::string>{"--targets", "2", "--fabric", GetParam()});
    if (HasFatalFailure()) return;
    make_tree(source());
    expect_done({"pool", "create", "tank", "--size", "2GiB"});
    expect_done({"container", "create", "tank", "home"});
  }
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"/usr/bin/env", "FIRN_TRANSPORT=fabric", std::string("FIRN_FABRIC=") + GetParam(),
                      firn_binary(), "--system", server_->address()});
    return arguments;
  }
  void expect_done(std::vector<std::string> arguments) {
    const Outcome outcome = run(command(std::move(arguments)));
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
  }
  std::string source() const { return scratch_.path("source"); }
  std::string back() const { return scratch_.path("back"); }

  ScratchDirectory scratch_;
  std::optional<Server> server_;
};

INSTANTIATE_TEST_SUITE_P(Providers, FabricTest, testing::Values("tcp", "sockets", "shm"),
                         [](const auto& of) { return std::string(of.param); });

TEST_P(FabricTest, copies_are_whole_also_when_clients_and_servers_are_killed) {
  expect_done({"fs", "cp", "-rT", source(), "daos://tank/home/first"});
  expect_done({"fs", "cp", "-rT", "daos://tank/home/first", back()});
  expect_same(source(), back());

  // In the middle of writing, and of reading.
  for (const int wait_ms : {60, 150, 400}) {
    Process in(command({"fs", "cp", "-rT", source(), "daos://tank/home/second"}));
    Process out(command({"fs", "cp", "-rT", "daos://tank/home/first", scratch_.path("nowhere")}));
    std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    in.signal(SIGKILL);
    out.signal(SIGKILL);
    EXPECT_TRUE(in.wait(10'000) && out.wait(10'000));
    fs::remove_all(scratch_.path("nowhere"));
  }
  Process in(command({"fs", "cp", "-ruT", source(), "daos://tank/home/second"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  server_->kill();
  server_->start();
  if (HasFatalFailure()) return;
  EXPECT_EQ(in.wait(60'000), 0) << in.errors();
  fs::remove_all(back());
  expect_done({"fs", "cp", "-rT", "daos://tank/home/second", back()});
  expect_same(source(), back());
}

TEST_P(FabricTest, server_without_it_is_reached_by_tcp_unless_that_is_refused) {
  Server plain(scratch_.path("plain"));
  if (HasFatalFailure()) return;
  const std::string fabric = std::string("FIRN_FABRIC=") + GetParam();
  const Outcome refused = run({"/usr/bin/env", "FIRN_TRANSPORT=fabric", fabric, firn_binary(), "--system",
                               plain.address(), "pool", "list"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(refused.errors.contains("--fabric")) << refused.errors;
  const Outcome served =
      run({"/usr/bin/env", fabric, firn_binary(), "--system", plain.address(), "pool", "list"});
  EXPECT_EQ(served.status, 0) << served.errors;
}

TEST(Fabric, provider_that_is_not_here_stops_the_start) {
  const ScratchDirectory scratch;
  const Outcome outcome = run({firn_binary(), "serve", scratch.path("system"), "--listen",
                               "tcp://127.0.0.1:0", "--fabric", "nosuch"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(outcome.errors.contains("fabric")) << outcome.errors;
}

}  // namespace
}  // namespace firn::cluster
