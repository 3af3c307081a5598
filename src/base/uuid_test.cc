// Tests of UUIDs.
#include "base/uuid.h"

#include <cctype>
#include <string>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn {
namespace {

TEST(UuidTest, text_and_parse_are_inverse) {
  Rng rng(1);
  for (int i = 0; i < 100; i++) {
    const Uuid uuid = Uuid::random(rng);
    const std::string text = uuid.text();
    EXPECT_EQ(Uuid::parse(text), uuid);
    EXPECT_EQ(text[14], '4');
    EXPECT_TRUE(std::string("89ab").contains(text[19])) << text;
    EXPECT_FALSE(uuid.is_nil());
  }
}

TEST(UuidTest, upper_case_is_accepted_and_lower_case_given) {
  const std::string lower = "01234567-89ab-cdef-0123-456789abcdef";
  std::string upper = lower;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  ASSERT_TRUE(Uuid::parse(upper).has_value());
  EXPECT_EQ(Uuid::parse(upper)->text(), lower);
}

TEST(UuidTest, everything_else_is_refused) {
  const std::string good = "01234567-89ab-cdef-0123-456789abcdef";
  EXPECT_FALSE(Uuid::parse(""));
  EXPECT_FALSE(Uuid::parse(good.substr(1)));
  EXPECT_FALSE(Uuid::parse(good + "0"));
  EXPECT_FALSE(Uuid::parse("{" + good.substr(2) + "}"));
  for (size_t i = 0; i < good.size(); i++) {
    std::string bad = good;
    bad[i] = good[i] == '-' ? '0' : '-';
    EXPECT_FALSE(Uuid::parse(bad)) << bad;
    bad[i] = 'g';
    EXPECT_FALSE(Uuid::parse(bad)) << bad;
  }
}

TEST(UuidTest, nil) {
  EXPECT_TRUE(Uuid{}.is_nil());
  EXPECT_EQ(Uuid{}.text(), "00000000-0000-0000-0000-000000000000");
}

}  // namespace
}  // namespace firn
