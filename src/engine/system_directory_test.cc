// The directory of a system: made once, held by one, and refused when it is not ours.
#include "engine/system_directory.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <unistd.h>

#include "engine/test_directory_test.h"

namespace firn::engine {
namespace {

template <class T>
Code code_of(const Result<T>& result) {
  return result ? Code{} : result.error().code();
}

void write(const std::string& path, std::string_view text) { std::ofstream(path) << text; }

TEST(SystemDirectory, keeps_its_number_of_targets) {
  const TestDirectory directory;
  {
    const auto made = SystemDirectory::open(directory.path(), 3);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->target_count(), 3u);
    EXPECT_GT(*made->free_bytes(), 0u);
  }
  const auto again = SystemDirectory::open(directory.path(), 0);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->target_count(), 3u);
}

TEST(SystemDirectory, refuses_another_number_of_targets) {
  const TestDirectory directory;
  ASSERT_TRUE(SystemDirectory::open(directory.path(), 3));
  EXPECT_EQ(code_of(SystemDirectory::open(directory.path(), 4)), Code::invalid);
  EXPECT_TRUE(SystemDirectory::open(directory.path(), 3));
}

TEST(SystemDirectory, has_a_target_per_core_by_default) {
  const TestDirectory directory;
  const auto made = SystemDirectory::open(directory.path(), 0);
  ASSERT_TRUE(made);
  EXPECT_GE(made->target_count(), 1u);
  EXPECT_LE(made->target_count(), SystemDirectory::kTargetsDefaultMax);
}

TEST(SystemDirectory, has_one_holder_who_is_named) {
  const TestDirectory directory;
  const auto first = SystemDirectory::open(directory.path(), 1);
  ASSERT_TRUE(first);
  const auto second = SystemDirectory::open(directory.path(), 1);
  ASSERT_EQ(code_of(second), Code::in_use);
  EXPECT_NE(second.error().message().find("pid=" + std::to_string(::getpid())), std::string::npos);
  EXPECT_FALSE(second.error().remedy().empty());
}

TEST(SystemDirectory, is_free_again_when_released) {
  const TestDirectory directory;
  auto first = SystemDirectory::open(directory.path(), 1);
  ASSERT_TRUE(first);
  first->release();
  EXPECT_TRUE(SystemDirectory::open(directory.path(), 1));
}

TEST(SystemDirectory, refuses_a_format_it_does_not_know) {
  const TestDirectory directory;
  std::filesystem::create_directories(directory.path());
  write(directory.path() + "/system", "format=2\ntargets=1\n");
  const auto opened = SystemDirectory::open(directory.path(), 0);
  ASSERT_EQ(code_of(opened), Code::version);
  EXPECT_FALSE(opened.error().remedy().empty());
}

TEST(SystemDirectory, refuses_damage) {
  const TestDirectory directory;
  std::filesystem::create_directories(directory.path());
  for (const auto* text :
       {"", "format=x\n", "format=1\n", "format=1\ntargets=0\n", "format=1\ntargets=9999999\n"}) {
    write(directory.path() + "/system", text);
    EXPECT_EQ(code_of(SystemDirectory::open(directory.path(), 0)), Code::corrupt) << text;
  }
  std::filesystem::remove(directory.path() + "/system");
  write(directory.path() + "/meta.sqlite", "x");
  EXPECT_EQ(code_of(SystemDirectory::open(directory.path(), 0)), Code::corrupt);
}

TEST(SystemDirectory, unknown_lines_are_skipped) {
  const TestDirectory directory;
  std::filesystem::create_directories(directory.path());
  write(directory.path() + "/system", "format=1\ncolour=red\ntargets=2\nformat_of=5\n");
  const auto opened = SystemDirectory::open(directory.path(), 0);
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(opened->target_count(), 2u);
}

TEST(SystemDirectory, says_which_path_cannot_be_made) {
  const auto opened = SystemDirectory::open("/proc/none/system", 0);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message().find("/proc/none/system"), std::string::npos);
}

TEST(SystemDirectory, sweeps_empty_folders_of_pools) {
  const TestDirectory directory;
  ASSERT_TRUE(SystemDirectory::open(directory.path(), 1));
  std::filesystem::create_directories(directory.path() + "/pools/a/0");
  std::filesystem::create_directories(directory.path() + "/pools/b/0");
  write(directory.path() + "/pools/b/0/log", "x");
  ASSERT_TRUE(SystemDirectory::open(directory.path(), 1));
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/pools/a"));
  EXPECT_TRUE(std::filesystem::exists(directory.path() + "/pools/b/0/log"));
}

}  // namespace
}  // namespace firn::engine
