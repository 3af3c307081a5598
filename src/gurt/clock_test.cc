// Tests of time and clock values.
#include <gtest/gtest.h>
#include <gurt/common.h>

namespace {

constexpr uint64_t kSecond = 16'000'000'000;  // in units of the clock

TEST(Clock, begins_in_2021_and_counts_sixteenths_of_a_nanosecond) {
  EXPECT_EQ(d_hlc2unixnsec(0), 1'609'459'200'000'000'000u);
  EXPECT_EQ(d_hlc2unixnsec(kSecond), 1'609'459'201'000'000'000u);
  EXPECT_EQ(d_unixnsec2hlc(1'609'459'201'000'000'000), kSecond);
  EXPECT_EQ(d_unixnsec2hlc(0), 0u);  // before the beginning
  EXPECT_EQ(d_sec2hlc(3), 3 * kSecond);
  EXPECT_EQ(d_hlc2msec(kSecond), 1000u);
}

TEST(Clock, value_becomes_a_time_and_back) {
  timespec time{};
  EXPECT_EQ(d_hlc2timespec(kSecond + 16 * 5, &time), 0);
  EXPECT_EQ(time.tv_sec, 1'609'459'201);
  EXPECT_EQ(time.tv_nsec, 5);
  uint64_t value = 0;
  EXPECT_EQ(d_timespec2hlc(time, &value), 0);
  EXPECT_EQ(value, kSecond + 16 * 5);
  EXPECT_EQ(d_hlc2timespec(0, nullptr), -DER_INVAL);
}

TEST(Clock, each_value_is_later_than_the_one_before) {
  uint64_t last = d_hlc_get();
  for (int count = 0; count < 10'000; ++count) {
    const uint64_t next = d_hlc_get();
    ASSERT_GT(next, last);
    last = next;
  }
}

TEST(Clock, message_from_ahead_moves_the_clock_and_one_from_too_far_does_not) {
  const uint64_t message = d_hlc_get() + kSecond / 2;
  uint64_t value = 0;
  uint64_t offset = 0;
  ASSERT_EQ(d_hlc_get_msg(message, &value, &offset), 0);
  EXPECT_GT(value, message);
  EXPECT_GT(offset, 0u);
  EXPECT_GT(d_hlc_get(), message);
  const uint64_t before = d_hlc_get();
  EXPECT_EQ(d_hlc_get_msg(before + 100 * kSecond, &value, &offset), -DER_HLC_SYNC);
  EXPECT_LT(d_hlc_get(), before + kSecond);
}

TEST(Clock, limit_is_rounded_up_to_what_the_clock_resolves) {
  const uint64_t usual = d_hlc_epsilon_get();
  EXPECT_EQ(usual, kSecond);
  d_hlc_epsilon_set(1);
  EXPECT_EQ(d_hlc_epsilon_get(), 1ULL << 18);
  EXPECT_EQ(d_hlc_epsilon_get_bound(0), (1ULL << 18) + (1ULL << 18) - 1);
  d_hlc_epsilon_set(usual);
}

TEST(Clock, age_is_in_seconds) {
  EXPECT_EQ(d_hlc_age2sec(d_hlc_get() + 1000 * kSecond), 0u);
  EXPECT_GE(d_hlc_age2sec(d_hlc_get() - 100 * kSecond), 99u);
}

TEST(Clock, times_add_and_subtract) {
  timespec first{.tv_sec = 1, .tv_nsec = 900'000'000};
  const timespec second{.tv_sec = 3, .tv_nsec = 100'000'000};
  EXPECT_EQ(d_timediff_ns(&first, &second), 1'200'000'000);
  EXPECT_EQ(d_timediff_ns(&second, &first), -1'200'000'000);
  d_timeinc(&first, 1'200'000'000);
  EXPECT_EQ(first.tv_sec, 3);
  EXPECT_EQ(first.tv_nsec, 100'000'000);
  timespec past{};
  EXPECT_EQ(d_timeleft_ns(&past), 0);
  timespec now{};
  EXPECT_EQ(d_gettime(&now), 0);
  d_timeinc(&now, 3'600'000'000'000);
  EXPECT_GT(d_timeleft_ns(&now), 3'000'000'000'000);
}

}  // namespace
