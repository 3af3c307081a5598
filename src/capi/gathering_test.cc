// When started operations go out.
#include "capi/gathering.h"

#include <gtest/gtest.h>

namespace firn::capi {
namespace {

constexpr MonotonicTime kSoon{1000};
constexpr MonotonicTime kLate{Gathering::kSoonNs + 2000};

TEST(GatheringTest, first_operation_goes_out_at_once) {
  Gathering gathering;
  EXPECT_FALSE(gathering.waits(1, kSoon));
  EXPECT_TRUE(gathering.waits(2, kSoon));
  EXPECT_TRUE(gathering.any());
}

// Those on their way have ended: what waits has nothing to wait for.
TEST(GatheringTest, nothing_waits_when_nothing_is_on_its_way) {
  Gathering gathering;
  EXPECT_FALSE(gathering.waits(1, kSoon));
  EXPECT_TRUE(gathering.waits(2, kSoon));
  EXPECT_FALSE(gathering.waits(2, kSoon));
}

TEST(GatheringTest, so_many_go_out_together) {
  Gathering gathering;
  for (uint32_t running = 2; running <= Gathering::kOperationsMax; running++)
    EXPECT_TRUE(gathering.waits(running, kSoon));
  EXPECT_FALSE(gathering.waits(Gathering::kOperationsMax + 1, kSoon));
  gathering.handed_over();
  EXPECT_FALSE(gathering.any());
}

TEST(GatheringTest, nothing_waits_for_callers_that_stay_away) {
  Gathering gathering;
  EXPECT_TRUE(gathering.waits(2, kSoon));
  gathering.came_back(kSoon);
  EXPECT_TRUE(gathering.waits(2, kSoon));
  gathering.came_back(kLate);
  for (uint32_t i = 0; i < Gathering::kAtOnceAfterLate; i++) EXPECT_FALSE(gathering.waits(2, kLate));
  EXPECT_TRUE(gathering.waits(2, kLate));
}

}  // namespace
}  // namespace firn::capi
