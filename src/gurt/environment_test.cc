// Tests of typed environment variables.
#include <gtest/gtest.h>
#include <gurt/common.h>

namespace {

constexpr const char* kName = "FIRN_GURT_TEST_VARIABLE";

class Environment : public testing::Test {
 protected:
  void TearDown() override { d_unsetenv(kName); }
  static void set(const char* value) { ASSERT_EQ(d_setenv(kName, value, 1), 0); }
};

TEST_F(Environment, what_is_not_set_leaves_the_value_as_it_is) {
  bool flag = true;
  unsigned number = 7;
  char* text = nullptr;
  EXPECT_EQ(d_getenv_bool(kName, &flag), -DER_NONEXIST);
  EXPECT_EQ(d_getenv_uint(kName, &number), -DER_NONEXIST);
  EXPECT_EQ(d_agetenv_str(&text, kName), -DER_NONEXIST);
  EXPECT_TRUE(flag);
  EXPECT_EQ(number, 7u);
  EXPECT_FALSE(d_isenv_def(const_cast<char*>(kName)));
}

TEST_F(Environment, booleans_have_many_spellings) {
  for (const char* value : {"1", "yes", "TRUE", "On", "y", "12"}) {
    bool flag = false;
    set(value);
    EXPECT_EQ(d_getenv_bool(kName, &flag), 0) << value;
    EXPECT_TRUE(flag) << value;
  }
  for (const char* value : {"0", "no", "False", "off", "N", "00"}) {
    bool flag = true;
    set(value);
    EXPECT_EQ(d_getenv_bool(kName, &flag), 0) << value;
    EXPECT_FALSE(flag) << value;
  }
  bool flag = true;
  for (const char* value : {"", "maybe", "-", "1x"}) {
    set(value);
    EXPECT_EQ(d_getenv_bool(kName, &flag), -DER_INVAL) << value;
  }
}

TEST_F(Environment, numbers_are_whole_and_in_range) {
  unsigned number = 0;
  uint64_t wide = 0;
  set("4294967295");
  EXPECT_EQ(d_getenv_uint(kName, &number), 0);
  EXPECT_EQ(number, 4294967295u);
  set("4294967296");
  EXPECT_EQ(d_getenv_uint32_t(kName, &number), -DER_INVAL);
  EXPECT_EQ(d_getenv_uint64_t(kName, &wide), 0);
  EXPECT_EQ(wide, 4294967296u);
  set("0xff");
  EXPECT_EQ(d_getenv_uint64_t(kName, &wide), 0);
  EXPECT_EQ(wide, 255u);
  for (const char* value : {"", "0x", "-1", "1 ", "ten"}) {
    set(value);
    EXPECT_EQ(d_getenv_uint64_t(kName, &wide), -DER_INVAL) << value;
  }
  EXPECT_EQ(wide, 255u);
}

TEST_F(Environment, text_is_cut_to_the_buffer) {
  char buffer[5];
  set("four");
  EXPECT_EQ(d_getenv_str(buffer, sizeof buffer, kName), 4);
  set("eight888");
  EXPECT_EQ(d_getenv_str(buffer, sizeof buffer, kName), -DER_TRUNC);
  EXPECT_STREQ(buffer, "eigh");
  char* copy = nullptr;
  EXPECT_EQ(d_agetenv_str(&copy, kName), 0);
  EXPECT_STREQ(copy, "eight888");
  d_freeenv_str(&copy);
  EXPECT_EQ(copy, nullptr);
}

TEST_F(Environment, a_character_is_one) {
  char letter = 'x';
  set("ab");
  EXPECT_EQ(d_getenv_char(kName, &letter), -DER_INVAL);
  set("a");
  EXPECT_EQ(d_getenv_char(kName, &letter), 0);
  EXPECT_EQ(letter, 'a');
}

TEST_F(Environment, setting_says_what_is_wrong) { EXPECT_EQ(d_setenv("A=B", "1", 1), EINVAL); }

}  // namespace
