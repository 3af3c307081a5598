// The hybrid logical clock and its DAOS format.
#include "model/epoch.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

constexpr int64_t kStart2021 = 1609459200ll * 1'000'000'000ll;

TEST(Epoch, counts_sixteenths_of_nanoseconds_since_2021) {
  EXPECT_EQ(epoch_from_wall({kStart2021}).value, 0u);
  EXPECT_EQ(epoch_from_wall({kStart2021 + 1'000'000'000}).value, 16'000'000'000u);
  EXPECT_EQ(wall_from_epoch(Epoch{160}).ns, kStart2021 + 10);
}

TEST(HybridClock, grows_within_one_tick_and_when_the_wall_clock_goes_back) {
  HybridClock clock;
  const WallTime now{kStart2021 + 5'000'000'000};
  const Epoch first = clock.next(now);
  const Epoch second = clock.next(now);
  const Epoch third = clock.next({now.ns - 1'000'000});
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(HybridClock, follows_the_wall_clock_with_the_logical_bits_clear) {
  HybridClock clock;
  EXPECT_EQ(clock.next({kStart2021 + 5'000'000'000}).value & ((1u << 18) - 1), 0u);
}

TEST(HybridClock, follows_epochs_it_sees_unless_they_are_too_far_ahead) {
  HybridClock clock;
  const WallTime now{kStart2021 + 5'000'000'000};
  const Epoch near = epoch_from_wall({now.ns + 500'000'000});
  EXPECT_TRUE(clock.observe(near, now));
  EXPECT_GT(clock.next(now), near);
  EXPECT_FALSE(clock.observe(epoch_from_wall({now.ns + 2'000'000'000}), now));
}

}  // namespace
}  // namespace firn
