// Tests of errors and results.
#include "base/error.h"

#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(ErrorTest, message_is_the_whole_chain) {
  const Error error = fail(Code::unreachable, "the pool cannot be opened")
                          .on("pool", "scratch")
                          .on("rank", uint64_t{3})
                          .because(fail(Code::io, "reading failed").on("file", "data"));
  EXPECT_EQ(error.message(), "the pool cannot be opened (pool=scratch, rank=3): reading failed (file=data)");
  EXPECT_EQ(error.code(), Code::unreachable);
  ASSERT_NE(error.cause(), nullptr);
  EXPECT_EQ(error.cause()->code(), Code::io);
  EXPECT_EQ(error.what(), "the pool cannot be opened");
}

TEST(ErrorTest, remedy_is_the_nearest_in_the_chain) {
  Error inner = fail(Code::no_space, "full").remedy("free space");
  const Error outer = fail(Code::io, "write failed").because(inner.clone());
  EXPECT_EQ(outer.remedy(), "free space");
  const Error nearer = fail(Code::io, "write failed").remedy("use another disk").because(std::move(inner));
  EXPECT_EQ(nearer.remedy(), "use another disk");
  EXPECT_EQ(fail(Code::io, "x").remedy(), "");
}

TEST(ErrorTest, clone_is_equal_and_independent) {
  Error original =
      fail(Code::busy, "busy").on("target", uint64_t{1}).remedy("wait").because(fail(Code::io, "why"));
  const Error copy = original.clone();
  original = fail(Code::invalid, "other");
  EXPECT_EQ(copy.message(), "busy (target=1): why");
  EXPECT_EQ(copy.remedy(), "wait");
  EXPECT_EQ(copy.code(), Code::busy);
}

TEST(ErrorTest, every_code_has_its_own_name) {
  std::set<std::string_view> names;
  for (int value = 1; value <= static_cast<int>(Code::no_data); value++) {
    names.insert(code_name(static_cast<Code>(value)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(Code::no_data));
  EXPECT_FALSE(names.contains("unknown"));
  EXPECT_EQ(code_name(static_cast<Code>(9999)), "unknown");
}

Result<std::unique_ptr<int>> make(bool good) {
  if (!good) return fail(Code::not_found, "no number");
  return std::make_unique<int>(4);
}

Result<int> twice(bool good) {
  FIRN_TRY(auto number, make(good));
  FIRN_TRY(number, make(good));
  return *number * 2;
}

Result<void> check(bool good) {
  FIRN_CHECK(twice(good));
  return {};
}

TEST(ResultTest, macros_pass_values_and_errors) {
  EXPECT_EQ(twice(true).value(), 8);
  ASSERT_FALSE(twice(false).has_value());
  EXPECT_EQ(twice(false).error().code(), Code::not_found);
  EXPECT_TRUE(check(true).has_value());
  EXPECT_FALSE(check(false).has_value());
}

}  // namespace
}  // namespace firn
