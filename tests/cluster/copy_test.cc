// What a copy keeps on its way in and out: contents, names, modes, times, links.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "process.h"

namespace firn::cluster {
namespace {

namespace fs = std::filesystem;

// Type, mode, modification time and content or target of every entry, as text that can be compared.
std::string describe(const fs::path& root) {
  std::vector<std::string> lines;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    struct stat status{};
    EXPECT_EQ(::lstat(entry.path().c_str(), &status), 0);
    std::ostringstream line;
    line << entry.path().lexically_relative(root).string() << ' ' << std::oct << status.st_mode << std::dec
         << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec << ' ';
    if (entry.is_symlink()) {
      line << fs::read_symlink(entry.path()).string();
    } else if (entry.is_regular_file()) {
      line << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    lines.push_back(line.str());
  }
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

void make_tree(const fs::path& root) {
  const auto begin = fs::file_time_type::clock::now() - std::chrono::hours(10'000);
  std::vector<fs::path> made;
  for (int i = 0; i < 200; i++) {
    const fs::path directory =
        root / ("a" + std::to_string(i % 5)) / ("b" + std::to_string(i % 3)) / "deep" / "deeper";
    fs::create_directories(directory);
    const fs::path file = directory / ("file" + std::to_string(i));
    std::ofstream(file) << std::string(static_cast<size_t>(i) * 97, static_cast<char>('a' + i % 26));
    fs::permissions(file, i % 2 == 0 ? fs::perms::owner_read : fs::perms{0751});
    made.push_back(file);
  }
  fs::create_symlink("/nowhere", root / "dangling");
  fs::create_directory_symlink("a0", root / "to directory");
  std::ofstream(root / "odd \n name") << "x";
  fs::create_directory(root / "empty");
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_symlink()) made.push_back(entry.path());
  }
  std::ranges::sort(made, std::greater{});
  for (size_t i = 0; i < made.size(); i++)
    fs::last_write_time(made[i], begin + std::chrono::milliseconds(1234567 * i));
}

TEST(Copy, keeps_contents_modes_times_and_links) {
  const ScratchDirectory scratch;
  const std::string source = scratch.path("source");
  make_tree(source);
  const auto firn = [&](std::vector<std::string> arguments) {
    const Outcome outcome = run_firn(scratch.path("system"), std::move(arguments));
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
  };
  firn({"pool", "create", "tank", "--size", "256MiB"});
  firn({"container", "create", "tank", "home"});
  firn({"fs", "cp", "-r", source, "daos://tank/home/"});
  firn({"fs", "cp", "-r", "daos://tank/home/source", scratch.path("first")});
  EXPECT_EQ(describe(scratch.path("first")), describe(source));
  // Again over itself, and of what has changed only: the same.
  firn({"fs", "cp", "-rT", source, "daos://tank/home/source"});
  firn({"fs", "cp", "-ruT", source, "daos://tank/home/source"});
  firn({"fs", "cp", "-rT", "daos://tank/home/source", scratch.path("second")});
  EXPECT_EQ(describe(scratch.path("second")), describe(source));
}

}  // namespace
}  // namespace firn::cluster
