// Tests of when a loop polls, hands the core over, and sleeps.
#include "runtime/spin_policy.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

using Crowd = SpinPolicy::Crowd;

constexpr SpinPolicy::Plan kBlock{};

void pass(SpinPolicy& policy, int periods, Duration wait, Crowd crowd = Crowd::nobody) {
  for (int i = 0; i < periods; i++) policy.waited(wait, crowd);
}

TEST(SpinPolicyTest, spins_only_under_steady_work) {
  SpinPolicy policy(2);
  EXPECT_EQ(policy.plan(), kBlock);
  pass(policy, 50, 55us);
  EXPECT_EQ(policy.plan(), (SpinPolicy::Plan{Duration(SpinPolicy::kSpinMaxNs), false}));
  pass(policy, 4, 10ms);
  EXPECT_EQ(policy.plan(), kBlock);
}

TEST(SpinPolicyTest, who_takes_the_core_is_told_by_how_long) {
  EXPECT_EQ(SpinPolicy::crowd_of(1us), Crowd::nobody);
  EXPECT_EQ(SpinPolicy::crowd_of(100us), Crowd::loops);
  EXPECT_EQ(SpinPolicy::crowd_of(3ms), Crowd::computation);
}

TEST(SpinPolicyTest, shared_core_is_handed_over_before_each_look) {
  SpinPolicy policy(2);
  pass(policy, 50, 150us);
  EXPECT_EQ(policy.plan(), kBlock);  // too long for one that has the core for itself
  policy.waited(150us, Crowd::loops);
  EXPECT_EQ(policy.plan(), (SpinPolicy::Plan{Duration(SpinPolicy::kSharedSpinMaxNs), true}));
}

TEST(SpinPolicyTest, shared_core_is_forgotten_when_nobody_wants_it_any_more) {
  SpinPolicy policy(2);
  pass(policy, 50, 5us);
  policy.waited(50us, Crowd::loops);
  ASSERT_TRUE(policy.plan().yield_first);
  pass(policy, SpinPolicy::kSharedPeriods, 5us);
  EXPECT_EQ(policy.plan(), (SpinPolicy::Plan{Duration(SpinPolicy::kSpinMaxNs), false}));
}

TEST(SpinPolicyTest, idle_loop_sleeps_on_a_shared_core_too) {
  SpinPolicy policy(2);
  pass(policy, 50, 50us, Crowd::loops);
  pass(policy, 8, 10ms, Crowd::loops);
  EXPECT_EQ(policy.plan(), kBlock);
}

TEST(SpinPolicyTest, beside_a_computation_it_blocks_for_a_while_and_ever_longer) {
  SpinPolicy policy(2);
  int skipped[2] = {};
  for (int& count : skipped) {
    pass(policy, 50, 5us);
    ASSERT_NE(policy.plan(), kBlock);
    policy.waited(5us, Crowd::computation);
    for (; policy.plan() == kBlock; count++) policy.waited(5us, Crowd::nobody);
  }
  EXPECT_GT(skipped[0], 0);
  EXPECT_GT(skipped[1], skipped[0]);
}

TEST(SpinPolicyTest, single_core_never_spins) {
  SpinPolicy policy(1);
  pass(policy, 50, 5us);
  EXPECT_EQ(policy.plan(), kBlock);
  policy.waited(5us, Crowd::loops);
  EXPECT_EQ(policy.plan(), kBlock);
}

}  // namespace
}  // namespace firn
