// Tests of the timer queue.
#include "runtime/timer_queue.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn {
namespace {

struct Recorder : Timer {
  Recorder(std::vector<int>& out, int number) : fired(out), id(number) {}
  void fire() override {
    fired.push_back(id);
    if (also) also();
  }
  std::vector<int>& fired;
  int id;
  std::function<void()> also;
};

struct TimerQueueTest : ::testing::Test {
  std::vector<int> fired;
  TimerQueue queue;
};

TEST_F(TimerQueueTest, fires_by_time_then_by_order_of_arming) {
  Recorder a(fired, 1), b(fired, 2), c(fired, 3);
  queue.arm(a, {20});
  queue.arm(b, {10});
  queue.arm(c, {10});
  EXPECT_EQ(queue.next_deadline(), MonotonicTime{10});
  EXPECT_EQ(queue.fire_due({9}), 0u);
  EXPECT_EQ(queue.fire_due({20}), 3u);
  EXPECT_EQ(fired, (std::vector<int>{2, 3, 1}));
  EXPECT_EQ(queue.next_deadline(), MonotonicTime::never());
}

TEST_F(TimerQueueTest, arming_anew_forgets_old_time_and_old_place) {
  Recorder a(fired, 1), b(fired, 2);
  queue.arm(a, {10});
  queue.arm(b, {10});
  queue.arm(a, {10});
  EXPECT_EQ(queue.size(), 2u);
  queue.fire_due({10});
  EXPECT_EQ(fired, (std::vector<int>{2, 1}));
}

TEST_F(TimerQueueTest, disarmed_timer_does_not_fire) {
  Recorder a(fired, 1), b(fired, 2);
  queue.arm(a, {10});
  queue.arm(b, {11});
  queue.disarm(a);
  queue.disarm(a);
  EXPECT_FALSE(a.armed());
  queue.fire_due({100});
  EXPECT_EQ(fired, (std::vector<int>{2}));
}

TEST_F(TimerQueueTest, timer_may_disarm_another_and_rearm_itself_while_firing) {
  Recorder a(fired, 1), b(fired, 2), c(fired, 3);
  a.also = [&] {
    queue.disarm(b);
    if (fired.size() < 100) queue.arm(a, {0});
  };
  queue.arm(a, {5});
  queue.arm(b, {5});
  queue.arm(c, {6});
  EXPECT_LE(queue.fire_due({6}), 3u);
  EXPECT_EQ(std::ranges::count(fired, 2), 0);
  queue.disarm(a);
  queue.disarm(c);
}

TEST_F(TimerQueueTest, random_operations_match_a_sorted_list) {
  Rng rng(7);
  std::vector<std::unique_ptr<Recorder>> timers;
  for (int i = 0; i < 200; i++) timers.push_back(std::make_unique<Recorder>(fired, i));
  struct Armed {
    int64_t at;
    int order;
    int id;
    auto operator<=>(const Armed&) const = default;
  };
  std::vector<Armed> expected;
  for (int step = 0; step < 5000; step++) {
    const int id = static_cast<int>(rng.below(timers.size()));
    std::erase_if(expected, [&](const Armed& armed) { return armed.id == id; });
    if (rng.chance(1, 3)) {
      queue.disarm(*timers[id]);
    } else {
      const int64_t at = static_cast<int64_t>(rng.below(50));
      queue.arm(*timers[id], {at});
      expected.push_back({at, step, id});
    }
  }
  std::ranges::sort(expected);
  EXPECT_EQ(queue.size(), expected.size());
  EXPECT_EQ(queue.fire_due({1000}), expected.size());
  std::vector<int> expected_ids;
  for (const Armed& armed : expected) expected_ids.push_back(armed.id);
  EXPECT_EQ(fired, expected_ids);
}

}  // namespace
}  // namespace firn
