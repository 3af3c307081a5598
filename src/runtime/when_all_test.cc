// Tests of when_all.
#include "runtime/when_all.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/blocking_run.h"
#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace firn {
namespace {

Task<std::unique_ptr<int>> value_after(Executor* executor, Duration duration, int value) {
  co_await sleep_for(*executor, duration);
  co_return std::make_unique<int>(value);
}

Task<Result<void>> outcome_after(Executor* executor, Duration duration, int error, int* ended) {
  if (duration.count() > 0) co_await sleep_for(*executor, duration);
  ++*ended;
  if (error != 0) co_return fail(Code::io, std::to_string(error));
  co_return Result<void>();
}

TEST(WhenAllTest, values_come_in_task_order_and_tasks_overlap) {
  ManualExecutor executor;
  std::vector<Task<std::unique_ptr<int>>> tasks;
  for (int i = 0; i < 10; i++) tasks.push_back(value_after(&executor, (20 - i) * 1ms, i));
  auto values = blocking_run(executor, when_all(std::move(tasks)));
  ASSERT_EQ(values.size(), 10u);
  for (int i = 0; i < 10; i++) EXPECT_EQ(*values[i], i);
  EXPECT_EQ(executor.now(), MonotonicTime{20'000'000});
}

TEST(WhenAllTest, first_error_in_task_order_after_all_have_ended) {
  ManualExecutor executor;
  int ended = 0;
  std::vector<Task<Result<void>>> tasks;
  tasks.push_back(outcome_after(&executor, 1ms, 0, &ended));
  tasks.push_back(outcome_after(&executor, 9ms, 2, &ended));
  tasks.push_back(outcome_after(&executor, 2ms, 3, &ended));
  tasks.push_back(outcome_after(&executor, 0ms, 0, &ended));
  auto result = blocking_run(executor, when_all_ok(std::move(tasks)));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().what(), "2");
  EXPECT_EQ(ended, 4);
}

TEST(WhenAllTest, nothing_and_tasks_that_never_wait_complete_at_once) {
  ManualExecutor executor;
  int ended = 0;
  EXPECT_TRUE(blocking_run(executor, when_all_ok({})).has_value());
  std::vector<Task<Result<void>>> tasks;
  for (int i = 0; i < 3; i++) tasks.push_back(outcome_after(&executor, 0ms, 0, &ended));
  EXPECT_TRUE(blocking_run(executor, when_all_ok(std::move(tasks))).has_value());
  EXPECT_EQ(ended, 3);
}

TEST(WhenAllTest, void_tasks) {
  ManualExecutor executor;
  int ended = 0;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 3; i++) {
    tasks.push_back([](Executor* loop, int* out) -> Task<void> {
      co_await sleep_for(*loop, 1ms);
      ++*out;
    }(&executor, &ended));
  }
  blocking_run(executor, when_all(std::move(tasks)));
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace firn
