// Tests of sleeping, yielding and cancelling.
#include "runtime/sleep.h"

#include <functional>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/cancel.h"
#include "runtime/gate.h"
#include "runtime/manual_executor.h"

namespace firn {
namespace {

Task<void> nap(Executor* executor, Duration duration, CancelToken token, std::optional<Result<void>>* out) {
  out->emplace(co_await sleep_for(*executor, duration, token));
}

TEST(SleepTest, sleeps_in_order_of_deadlines) {
  ManualExecutor executor;
  Gate gate(executor);
  std::vector<int> log;
  for (int ms : {3, 1, 2}) {
    gate.spawn([](Executor* loop, int length, std::vector<int>* out) -> Task<void> {
      co_await sleep_for(*loop, std::chrono::milliseconds(length));
      out->push_back(length);
    }(&executor, ms, &log));
  }
  executor.run();
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(executor.now(), MonotonicTime{3'000'000});
}

TEST(SleepTest, cancel_ends_a_sleep_early) {
  ManualExecutor executor;
  CancelSource source;
  Gate gate(executor);
  std::optional<Result<void>> result;
  gate.spawn(nap(&executor, 1s, source.token(), &result));
  executor.advance(1ms);
  EXPECT_FALSE(result.has_value());
  source.cancel();
  executor.run();
  ASSERT_TRUE(result.has_value());
  ASSERT_FALSE(result->has_value());
  EXPECT_EQ(result->error().code(), Code::canceled);
  EXPECT_EQ(executor.now(), MonotonicTime{1'000'000});
}

TEST(SleepTest, sleep_with_a_canceled_token_does_not_wait) {
  ManualExecutor executor;
  CancelSource source;
  source.cancel();
  Gate gate(executor);
  std::optional<Result<void>> result;
  gate.spawn(nap(&executor, 1s, source.token(), &result));
  ASSERT_TRUE(result.has_value());
  EXPECT_FALSE(result->has_value());
}

TEST(SleepTest, uncanceled_sleep_succeeds_and_ignores_a_later_cancel) {
  ManualExecutor executor;
  CancelSource source;
  Gate gate(executor);
  std::optional<Result<void>> result, plain;
  gate.spawn(nap(&executor, 1ms, source.token(), &result));
  gate.spawn(nap(&executor, 1ms, CancelToken(), &plain));
  executor.run();
  source.cancel();
  ASSERT_TRUE(result && plain);
  EXPECT_TRUE(result->has_value());
  EXPECT_TRUE(plain->has_value());
}

TEST(SleepTest, yield_lets_others_run_first) {
  ManualExecutor executor;
  Gate gate(executor);
  std::vector<int> log;
  for (int id : {1, 2}) {
    gate.spawn([](Executor* loop, int self, std::vector<int>* out) -> Task<void> {
      for (int round = 0; round < 2; round++) {
        out->push_back(self);
        co_await yield(*loop);
      }
    }(&executor, id, &log));
  }
  executor.run();
  EXPECT_EQ(log, (std::vector<int>{1, 2, 1, 2}));
}

TEST(CancelTest, callbacks_run_in_order_once_and_can_be_dropped) {
  CancelSource source;
  std::vector<int> log;
  OnCancel first(source.token(), [&] { log.push_back(1); });
  std::optional<OnCancel<std::function<void()>>> third;
  OnCancel second(source.token(), [&] {
    log.push_back(2);
    third.reset();
  });
  third.emplace(source.token(), [&] { log.push_back(3); });
  {
    OnCancel gone(source.token(), [&] { log.push_back(4); });
  }
  source.cancel();
  source.cancel();
  EXPECT_EQ(log, (std::vector<int>{1, 2}));
  OnCancel late(source.token(), [&] { log.push_back(5); });
  EXPECT_EQ(log, (std::vector<int>{1, 2, 5}));
  EXPECT_FALSE(source.token().check().has_value());
  EXPECT_TRUE(CancelToken().check().has_value());
}

}  // namespace
}  // namespace firn
