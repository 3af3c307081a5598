// `firn debug` on the files of a server: refused while it runs, clean after kill -9, and what is damaged is
// named.
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class DebugTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(scratch_.path("source"));
    std::ofstream(scratch_.path("source/file"), std::ios::binary) << content_;
    Server server(system(), {"--targets", "1"});
    ASSERT_EQ(
        run({firn_binary(), "-s", server.address(), "pool", "create", "tank", "--size", "64MiB"}).status, 0);
    ASSERT_EQ(run({firn_binary(), "-s", server.address(), "container", "create", "tank", "home"}).status, 0);
    ASSERT_EQ(run({firn_binary(), "-s", server.address(), "fs", "cp", "-r", scratch_.path("source"),
                   "daos://tank/home/"})
                  .status,
              0);
    const Outcome refused = debug({"check"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_NE(refused.errors.find("in use by another process"), std::string::npos) << refused.errors;
    server.kill();
  }
  std::string system() const { return scratch_.path("system"); }
  Outcome debug(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {firn_binary(), "-s", system(), "debug"});
    return run(std::move(arguments));
  }
  fs::path device(const std::string& name) const {
    for (const auto& entry : fs::recursive_directory_iterator(system())) {
      if (entry.path().filename() == name) return entry.path();
    }
    return {};
  }

  const std::string content_ = std::string(300'000, 'c');
  ScratchDirectory scratch_;
};

TEST_F(DebugTest, killed_store_is_shown_and_clean_and_left_as_it_is) {
  const std::string main = read_file(device("main"));
  const std::string log = read_file(device("log"));
  const Outcome checked = debug({"check", "--data"});
  EXPECT_EQ(checked.status, 0) << checked.output << checked.errors;
  EXPECT_NE(checked.output.find("clean"), std::string::npos) << checked.output;
  EXPECT_NE(debug({"superblock"}).output.find("valid"), std::string::npos);
  EXPECT_NE(debug({"pages"}).output.find("LEVEL"), std::string::npos);
  EXPECT_NE(debug({"log", "--limit", "3"}).output.find("record to lsn"), std::string::npos);
  EXPECT_NE(debug({"page", "1"}).output.find("page 1 in block"), std::string::npos);
  EXPECT_EQ(debug({"page", "99999"}).status, 1);
  EXPECT_TRUE(read_file(device("main")) == main);
  EXPECT_TRUE(read_file(device("log")) == log);
}

TEST_F(DebugTest, damage_is_named_with_status_1) {
  const fs::path main = device("main");
  const size_t at = read_file(main).find(std::string(10'000, 'c'));
  ASSERT_NE(at, std::string::npos);
  std::fstream(main, std::ios::binary | std::ios::in | std::ios::out).seekp(static_cast<long>(at) + 9) << 'X';
  EXPECT_EQ(debug({"check"}).status, 0) << "data was not to be read";
  const Outcome damaged = debug({"check", "--data"});
  EXPECT_EQ(damaged.status, 1);
  EXPECT_NE(damaged.output.find("data does not match its checksum"), std::string::npos) << damaged.output;
  const Outcome files =
      run({firn_binary(), "--json", "debug", "--log", device("log"), "--main", main, "check", "--data"});
  EXPECT_EQ(files.status, 1);
  EXPECT_NE(files.output.find("\"clean\": false"), std::string::npos) << files.output;
}

}  // namespace
}  // namespace firn::cluster
