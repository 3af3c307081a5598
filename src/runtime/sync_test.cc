// Tests of Event, OneShot, Semaphore and Queue.
#include "runtime/sync.h"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/gate.h"
#include "runtime/manual_executor.h"
#include "runtime/sleep.h"

namespace firn {
namespace {

struct SyncTest : ::testing::Test {
  ManualExecutor executor;
  Gate gate{executor};
  std::vector<int> log;
};

Task<void> wait_and_log(Event* event, std::vector<int>* log, int id) {
  co_await event->wait();
  log->push_back(id);
}

TEST_F(SyncTest, event_wakes_all_in_order_and_not_inline) {
  Event event(executor);
  gate.spawn(wait_and_log(&event, &log, 1));
  gate.spawn(wait_and_log(&event, &log, 2));
  executor.run_ready();
  EXPECT_TRUE(log.empty());
  event.set();
  event.reset();
  EXPECT_TRUE(log.empty());
  executor.run_ready();
  EXPECT_EQ(log, (std::vector<int>{1, 2}));
  gate.spawn(wait_and_log(&event, &log, 3));
  EXPECT_EQ(log.size(), 2u);
  event.set();
  executor.run_ready();
  gate.spawn(wait_and_log(&event, &log, 4));
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3, 4}));
}

TEST_F(SyncTest, destroyed_waiter_leaves_the_list) {
  Event event(executor);
  struct Starter {
    struct promise_type {
      Starter get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
      std::suspend_never initial_suspend() { return {}; }
      std::suspend_always final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() {}
    };
    std::coroutine_handle<promise_type> handle;
  };
  Starter waiting = [](Event* on) -> Starter { co_await on->wait(); }(&event);
  waiting.handle.destroy();
  event.set();
  EXPECT_EQ(executor.run_ready(), 0u);
}

Task<void> take_and_log(OneShot<std::unique_ptr<int>>* shot, std::vector<int>* log) {
  std::unique_ptr<int> value = co_await shot->wait();
  log->push_back(*value);
}

TEST_F(SyncTest, one_shot_works_in_both_orders) {
  OneShot<std::unique_ptr<int>> early(executor), late(executor);
  early.set(std::make_unique<int>(1));
  gate.spawn(take_and_log(&early, &log));
  gate.spawn(take_and_log(&late, &log));
  EXPECT_EQ(log, (std::vector<int>{1}));
  late.set(std::make_unique<int>(2));
  EXPECT_FALSE(late.try_set(std::make_unique<int>(3)));
  executor.run_ready();
  EXPECT_EQ(log, (std::vector<int>{1, 2}));
  EXPECT_TRUE(late.is_set());
}

Task<void> hold(SyncTest* test, Semaphore* semaphore, size_t count, int id) {
  auto units = co_await semaphore->acquire(count);
  test->log.push_back(id);
  co_await sleep_for(test->executor, 1ms);
}

TEST_F(SyncTest, semaphore_is_first_come_first_served) {
  Semaphore semaphore(executor, 3);
  gate.spawn(hold(this, &semaphore, 2, 1));
  gate.spawn(hold(this, &semaphore, 3, 2));
  gate.spawn(hold(this, &semaphore, 1, 3));  // would fit, but may not overtake
  EXPECT_EQ(log, (std::vector<int>{1}));
  EXPECT_EQ(semaphore.waiting(), 2u);
  EXPECT_FALSE(semaphore.try_acquire(1));
  executor.run();
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(semaphore.available(), 3u);
}

TEST_F(SyncTest, semaphore_units_move_and_release_early) {
  Semaphore semaphore(executor, 2);
  auto units = semaphore.try_acquire(2);
  ASSERT_TRUE(units.has_value());
  Semaphore::Units moved = std::move(*units);
  EXPECT_EQ(moved.count(), 2u);
  EXPECT_FALSE(semaphore.try_acquire(1).has_value());
  moved.release();
  EXPECT_EQ(semaphore.available(), 2u);
}

Task<void> produce(Queue<int>* queue, int count, std::vector<int>* refused) {
  for (int i = 0; i < count; i++) {
    if (!co_await queue->push(i)) refused->push_back(i);
  }
  queue->close();
}

Task<void> consume(Queue<int>* queue, std::vector<int>* out) {
  while (auto item = co_await queue->pop()) out->push_back(*item);
}

TEST_F(SyncTest, queue_keeps_order_and_bound) {
  Queue<int> queue(executor, 2);
  std::vector<int> refused;
  gate.spawn(produce(&queue, 10, &refused));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_FALSE(queue.try_push(99));
  gate.spawn(consume(&queue, &log));
  executor.run();
  EXPECT_EQ(log, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_TRUE(refused.empty());
}

TEST_F(SyncTest, closed_queue_wakes_everyone) {
  Queue<int> full(executor, 1), empty(executor, 1);
  std::vector<int> refused;
  gate.spawn(produce(&full, 2, &refused));
  gate.spawn(consume(&empty, &log));
  full.close();
  empty.close();
  executor.run();
  EXPECT_EQ(refused, (std::vector<int>{1}));
  EXPECT_EQ(full.try_pop(), 0);
  EXPECT_EQ(gate.size(), 0u);
}

}  // namespace
}  // namespace firn
