// kill -9 of the server at random moments under a copying client. Whatever the client was told is done must
// be there after the restart, whole; no file may be visible in part; the next run of the client completes the
// copy.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/rng.h"
#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 20;
constexpr int kFiles = 300;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Files of all sizes from nothing to a few chunks, in a few directories.
void make_tree(const fs::path& root, Rng& rng) {
  for (int i = 0; i < kFiles; i++) {
    const fs::path directory = root / ("d" + std::to_string(i % 7));
    fs::create_directories(directory);
    uint64_t size = rng.below(20'000);
    if (i % 10 == 3) size = rng.below(400'000);
    if (i % 60 == 7) size = rng.between(1'000'000, 3'500'000);
    if (i % 50 == 1) size = 0;
    std::string content(size, '\0');
    for (char& c : content) c = static_cast<char>(rng.next());
    std::ofstream(directory / ("f" + std::to_string(i)), std::ios::binary) << content;
  }
  fs::create_symlink("d0/f0", root / "link");
}

// Every file below `copy` equals its twin below `source`; returns their names.
std::set<std::string> check_whole(const fs::path& source, const fs::path& copy) {
  std::set<std::string> names;
  if (!fs::exists(copy)) return names;
  for (const auto& entry : fs::recursive_directory_iterator(copy)) {
    if (entry.is_directory()) continue;
    const std::string name = entry.path().lexically_relative(copy).string();
    if (!entry.is_symlink()) {
      EXPECT_EQ(read_file(entry.path()) == read_file(source / name), true)
          << name << " is not what was copied";
    }
    names.insert(name);
  }
  return names;
}

class KillTest : public ::testing::Test {
 protected:
  Outcome firn(std::vector<std::string> arguments) {
    return run_firn(server_.address(), std::move(arguments));
  }
  Process start_copy(const std::string& target, const std::string& transport) {
    return Process({"env", "FIRN_TRANSPORT=" + transport, firn_binary(), "--system", server_.address(), "fs",
                    "cp", "-rvT", source(), target});
  }
  std::string source() const { return scratch_.path("source"); }

  // Copies everything out and checks it.
  std::set<std::string> visible(const std::string& from) {
    const fs::path copy = scratch_.path("back");
    fs::remove_all(copy);
    const Outcome out = firn({"fs", "cp", "-rT", from, copy.string()});
    EXPECT_EQ(out.status, 0) << out.errors;
    return check_whole(source(), copy);
  }

  ScratchDirectory scratch_;
  Server server_{scratch_.path("system"), {"--targets", "2"}};
};

TEST_F(KillTest, acknowledged_files_survive_and_no_part_of_a_file_is_visible) {
  const char* const seed_text = std::getenv("FIRN_SEED");
  const uint64_t seed = seed_text != nullptr ? std::strtoull(seed_text, nullptr, 10) : ::getpid();
  SCOPED_TRACE("FIRN_SEED=" + std::to_string(seed));
  Rng rng(seed);
  make_tree(source(), rng);
  ASSERT_EQ(firn({"pool", "create", "tank", "--size", "2GiB"}).status, 0);
  ASSERT_EQ(firn({"container", "create", "tank", "home"}).status, 0);

  const std::set<std::string> source_names = check_whole(source(), source());
  ASSERT_EQ(source_names.size(), size_t{kFiles} + 1);
  uint64_t acknowledged_in_all = 0;
  for (int round = 0; round < kRounds; round++) {
    const std::string target = "daos://tank/home/round" + std::to_string(round);
    Process copy = start_copy(target, round % 2 == 0 ? "shm" : "tcp");
    std::this_thread::sleep_for(std::chrono::milliseconds(rng.between(5, 250)));
    server_.kill();
    // Half of the clients die with the server, the others wait for it and go on by themselves.
    const bool client_dies = rng.chance(1, 2);
    if (client_dies) copy.signal(SIGKILL);
    server_.start();
    if (HasFatalFailure()) return;

    std::set<std::string> acknowledged;
    while (auto line = copy.read_line(60'000)) {
      if (line->starts_with(source())) acknowledged.insert(line->substr(source().size() + 1));
    }
    const auto status = copy.wait(10'000);
    if (!client_dies) {
      EXPECT_EQ(status, 0) << copy.errors();
    }
    acknowledged_in_all += acknowledged.size();
    if (firn({"fs", "stat", target}).status == 0) {
      const std::set<std::string> there = visible(target);
      for (const std::string& name : acknowledged) EXPECT_TRUE(there.contains(name)) << name << " was lost";
    } else {
      EXPECT_TRUE(acknowledged.empty());
    }
    const Outcome next_run = firn({"fs", "cp", "-ruT", source(), target});
    EXPECT_EQ(next_run.status, 0) << next_run.errors;
    EXPECT_EQ(visible(target), source_names) << "not all is there after the next run";
    ASSERT_FALSE(HasFailure()) << "round " << round << ", FIRN_SEED=" << seed;
  }
  EXPECT_GT(acknowledged_in_all, 100u) << "the kills came too early to mean anything";
}

}  // namespace
}  // namespace firn::cluster
