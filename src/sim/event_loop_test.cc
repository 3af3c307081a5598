// The order of events, the hash, and what becomes of a dead or frozen node's events.
#include "sim/event_loop.h"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace firn::sim {
namespace {

void run_all(EventLoop& loop) {
  while (loop.run_next(MonotonicTime{1'000'000'000'000})) {
  }
}

uint64_t hash_of(std::vector<int64_t> times, uint64_t detail) {
  EventLoop loop;
  for (const int64_t at : times) {
    loop.schedule({at}, {}, EventKind::world,
                  [&loop, detail] { loop.note({}, EventKind::world, "detail", detail); });
  }
  run_all(loop);
  return loop.hash();
}

TEST(event_loop, runs_by_time_then_by_order_of_scheduling) {
  EventLoop loop;
  std::string ran;
  loop.schedule({20}, {}, EventKind::world, [&] { ran += 'c'; });
  loop.schedule({10}, {}, EventKind::world, [&] { ran += 'a'; });
  loop.schedule({10}, {}, EventKind::world, [&] { ran += 'b'; });
  run_all(loop);
  EXPECT_EQ(ran, "abc");
}

TEST(event_loop, clock_jumps_to_events_and_then_to_the_limit) {
  EventLoop loop;
  MonotonicTime seen{};
  loop.schedule(MonotonicTime{} + 5s, {}, EventKind::world, [&] { seen = loop.now(); });
  EXPECT_TRUE(loop.run_next(MonotonicTime{} + 10s));
  EXPECT_EQ(seen, MonotonicTime{} + 5s);
  EXPECT_FALSE(loop.run_next(MonotonicTime{} + 10s));
  EXPECT_EQ(loop.now(), MonotonicTime{} + 10s);
}

TEST(event_loop, event_for_the_past_runs_now) {
  EventLoop loop;
  loop.run_next(MonotonicTime{} + 10s);
  loop.schedule(MonotonicTime{} + 1s, {}, EventKind::world, [] {});
  EXPECT_TRUE(loop.run_next(MonotonicTime{} + 20s));
  EXPECT_EQ(loop.now(), MonotonicTime{} + 10s);
}

TEST(event_loop, hash_tells_times_orders_and_details_apart) {
  EXPECT_EQ(hash_of({1, 2, 3}, 7), hash_of({1, 2, 3}, 7));
  EXPECT_NE(hash_of({1, 2, 3}, 7), hash_of({1, 2, 4}, 7));
  EXPECT_NE(hash_of({1, 2, 3}, 7), hash_of({1, 2, 3}, 8));
  EXPECT_NE(hash_of({1, 2, 3}, 7), hash_of({1, 2}, 7));
}

TEST(event_loop, events_of_a_dead_life_are_kept_and_never_run) {
  EventLoop loop;
  Life life;
  auto owned = std::make_shared<int>(1);
  loop.schedule({1}, {&life, 0}, EventKind::submit, [owned] { ++*owned; });
  loop.schedule({2}, {&life, 0}, EventKind::submit, [owned] { ++*owned; });
  loop.run_next({1});
  life.dead = true;
  run_all(loop);
  loop.schedule({3}, {&life, 0}, EventKind::submit, [owned] { ++*owned; });
  run_all(loop);
  EXPECT_EQ(*owned, 2);
  EXPECT_EQ(owned.use_count(), 3);  // two are buried
}

TEST(event_loop, events_of_a_frozen_life_wait_in_order) {
  EventLoop loop;
  Life life;
  std::string ran;
  loop.schedule({1}, {&life, 0}, EventKind::turn, [&] { ran += 'a'; });
  loop.schedule({2}, {&life, 1}, EventKind::turn, [&] { ran += 'b'; });
  life.frozen = true;
  loop.run_next({100});
  loop.run_next({100});
  EXPECT_EQ(ran, "");
  loop.thaw(life);
  run_all(loop);
  EXPECT_EQ(ran, "ab");
}

TEST(event_loop, trace_gets_a_line_for_each_event) {
  EventLoop loop;
  Life life;
  life.node = 3;
  std::vector<std::string> lines;
  loop.set_trace([&](std::string_view line) { lines.emplace_back(line); });
  loop.schedule({1'000'000'001}, {&life, 2}, EventKind::io, [] {});
  run_all(loop);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with("1.000000001 n3.2 io")) << lines[0];
}

}  // namespace
}  // namespace firn::sim
