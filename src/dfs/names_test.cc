// Names and paths.
#include "dfs/names.h"

#include <set>

#include <gtest/gtest.h>

#include "dfs/object_ids.h"

namespace firn::dfs {
namespace {

using Names = std::vector<std::string>;

template <class T>
Code code(const Result<T>& result) {
  return result ? Code{} : result.error().code();
}

TEST(Names, what_an_entry_may_be_called) {
  for (const char* name : {"a", " ", "...", ".a", "a.", "\n", "\xff"}) EXPECT_TRUE(check_name(name)) << name;
  EXPECT_TRUE(check_name(std::string(255, 'x')));
  EXPECT_EQ(code(check_name(std::string(256, 'x'))), Code::name_too_long);
  for (const char* name : {"", ".", "..", "/", "a/", "/a"})
    EXPECT_EQ(code(check_name(name)), Code::invalid) << name;
  EXPECT_EQ(code(check_name(std::string_view("a\0b", 3))), Code::invalid);
}

TEST(Names, xattrs_and_targets_may_have_slashes) {
  EXPECT_TRUE(check_xattr_name("a/b"));
  EXPECT_EQ(code(check_xattr_name("")), Code::invalid);
  EXPECT_EQ(code(check_xattr_name(std::string(256, 'x'))), Code::name_too_long);
  EXPECT_TRUE(check_symlink_target("../a"));
  EXPECT_EQ(code(check_symlink_target("")), Code::invalid);
  EXPECT_EQ(code(check_symlink_target(std::string(4096, 'x'))), Code::name_too_long);
}

TEST(Names, paths_are_taken_apart) {
  struct Case {
    const char* text;
    bool absolute;
    Names names;
    bool names_directory;
  };
  const Case cases[] = {
      {"/", true, {}, true},
      {"/a", true, {"a"}, false},
      {"a", false, {"a"}, false},
      {"a/", false, {"a"}, true},
      {"//a///b", true, {"a", "b"}, false},
      {"/a/./b/.", true, {"a", "b"}, true},
      {"/a/..", true, {"a", ".."}, true},
      {"..", false, {".."}, true},
      {"/a/../b", true, {"a", "..", "b"}, false},
      {".", false, {}, true},
  };
  for (const Case& wanted : cases) {
    const auto path = parse_path(wanted.text);
    ASSERT_TRUE(path) << wanted.text;
    EXPECT_EQ(path->absolute, wanted.absolute) << wanted.text;
    EXPECT_EQ(path->names, wanted.names) << wanted.text;
    EXPECT_EQ(path->names_directory, wanted.names_directory) << wanted.text;
  }
}

TEST(Names, bad_paths) {
  EXPECT_EQ(code(parse_path("")), Code::invalid);
  EXPECT_EQ(code(parse_path(std::string_view("/a\0", 3))), Code::invalid);
  EXPECT_EQ(code(parse_path("/" + std::string(256, 'x'))), Code::name_too_long);
  EXPECT_EQ(code(parse_path("/" + std::string(4095, '/'))), Code::name_too_long);
}

TEST(ObjectIds, high_halves_do_not_repeat_soon) {
  std::set<uint32_t> seen;
  uint32_t hi = 5;
  for (int i = 0; i < 100'000; i++) EXPECT_TRUE(seen.insert(hi = next_hi(hi)).second);
}

}  // namespace
}  // namespace firn::dfs
