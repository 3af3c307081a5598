// Repeated requests, and crashes at every step: what was begun is done or gone, and a repeat is answered as
// the first time.
#include <functional>

#include <gtest/gtest.h>

#include "control/fake_system_test.h"

namespace firn::control {
namespace {

TEST(Repeat, of_a_create_gives_the_first_answer) {
  FakeSystem system;
  const PoolInfo first = ok(system.create_pool("tank", FakeSystem::caller(1)));
  EXPECT_EQ(ok(system.create_pool("tank", FakeSystem::caller(1))).id, first.id);
  system.restart();
  EXPECT_EQ(ok(system.create_pool("tank", FakeSystem::caller(1))).id, first.id);
  EXPECT_EQ(code_of(system.create_pool("tank", FakeSystem::caller(2))), Code::exists);

  const ContainerInfo home = ok(system.create_container("tank", "home", FakeSystem::caller(3)));
  EXPECT_EQ(ok(system.create_container("tank", "home", FakeSystem::caller(3))).id, home.id);
}

TEST(Repeat, of_a_destroy_succeeds_and_spares_what_came_later) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  ok(system.create_container("tank", "home"));
  ok(system.destroy_container("tank", "home", FakeSystem::caller(1)));
  ok(system.create_container("tank", "home"));
  ok(system.destroy_container("tank", "home", FakeSystem::caller(1)));
  EXPECT_EQ(ok(system.run(system.service->containers().list({"tank"}))).containers.size(), 1u);

  ok(system.destroy_pool("tank", true, FakeSystem::caller(2)));
  ok(system.create_pool("tank"));
  ok(system.destroy_pool("tank", true, FakeSystem::caller(2)));
  EXPECT_EQ(ok(system.run(system.service->pools().list())).pools.size(), 1u);
}

TEST(Repeat, number_used_for_another_request_is_refused) {
  FakeSystem system;
  ok(system.create_pool("tank", FakeSystem::caller(1)));
  EXPECT_EQ(code_of(system.destroy_pool("tank", false, FakeSystem::caller(1))), Code::invalid);
}

TEST(Repeat, refusals_are_judged_anew) {
  FakeSystem system;
  EXPECT_EQ(code_of(system.create_container("tank", "home", FakeSystem::caller(1))), Code::not_found);
  ok(system.create_pool("tank"));
  ok(system.create_container("tank", "home", FakeSystem::caller(1)));
}

TEST(Repeat, answers_are_forgotten_when_seen_or_old) {
  FakeSystem system;
  ok(system.create_pool("tank"));
  EXPECT_EQ(system.requests_remembered(), 0u) << "a request without identity is not remembered";
  for (uint64_t i = 1; i <= 3; i++) {
    ok(system.create_container("tank", std::to_string(i), FakeSystem::caller(i)));
  }
  EXPECT_EQ(system.requests_remembered(), 3u);
  Caller seen = FakeSystem::caller(4);
  seen.completed_below = RequestSequence{3};
  ok(system.create_container("tank", "4", seen));
  EXPECT_EQ(system.requests_remembered(), 2u);
  system.runtime.executor().advance(RequestLog::kAgeMax * 2);
  ok(system.create_container("tank", "5"));
  EXPECT_EQ(system.requests_remembered(), 0u);
}

TEST(Change, is_not_begun_after_its_deadline) {
  FakeSystem system;
  system.runtime.executor().advance(10s);
  Caller late = FakeSystem::caller(1);
  late.deadline = MonotonicTime{1};
  EXPECT_EQ(code_of(system.create_pool("tank", late)), Code::timed_out);
}

// All pools seen are whole, and there is nothing else.
void expect_whole(FakeSystem& system) {
  const PoolListReply list = ok(system.run(system.service->pools().list()));
  EXPECT_EQ(system.targets.stores.size(), list.pools.size() * FakeTargets::kTargets);
  for (const PoolInfo& pool : list.pools) ok(system.run(system.service->pools().query({pool.label})));
  if (list.pools.empty()) EXPECT_TRUE(system.keys_left().empty()) << system.keys_left().front();
}

// Runs `change` in a fresh system, each time failing from another step on; then crashes and restarts it, and
// repeats the change with the same identity, which must succeed.
void at_every_step(const std::function<void(FakeSystem&)>& prepare,
                   const std::function<Result<void>(FakeSystem&)>& change) {
  for (int fail_at = 1;; fail_at++) {
    SCOPED_TRACE("failing from step " + std::to_string(fail_at));
    FakeSystem system;
    prepare(system);
    system.steps = {.done = 0, .fail_at = fail_at};
    const auto first = change(system);
    const bool failed = system.steps.done >= fail_at;
    system.restart_after_crash();
    expect_whole(system);
    const auto repeated = change(system);
    EXPECT_TRUE(repeated) << repeated.error().message();
    expect_whole(system);
    if (!failed) return;
    ASSERT_LT(fail_at, 100);
  }
}

Result<void> only_error(auto result) {
  if (!result) return std::move(result).error();
  return {};
}

TEST(Crash, while_creating_a_pool) {
  at_every_step(
      [](FakeSystem&) {},
      [](FakeSystem& system) { return only_error(system.create_pool("tank", FakeSystem::caller(1))); });
}

TEST(Crash, while_destroying_a_pool) {
  at_every_step(
      [](FakeSystem& system) {
        ok(system.create_pool("tank"));
        ok(system.create_container("tank", "home"));
      },
      [](FakeSystem& system) {
        return only_error(system.destroy_pool("tank", true, FakeSystem::caller(1)));
      });
}

TEST(Crash, while_creating_a_container) {
  at_every_step([](FakeSystem& system) { ok(system.create_pool("tank")); },
                [](FakeSystem& system) {
                  return only_error(system.create_container("tank", "home", FakeSystem::caller(1)));
                });
}

TEST(Crash, while_destroying_a_container) {
  for (int fail_at = 1; fail_at < 20; fail_at++) {
    SCOPED_TRACE("failing from step " + std::to_string(fail_at));
    FakeSystem system;
    ok(system.create_pool("tank"));
    const ContainerInfo home = ok(system.create_container("tank", "home"));
    system.steps = {.done = 0, .fail_at = fail_at};
    (void)system.destroy_container("tank", "home", FakeSystem::caller(1));
    system.runtime.executor().run_ready();
    system.restart_after_crash();
    ok(system.destroy_container("tank", "home", FakeSystem::caller(1)));
    system.runtime.executor().run();
    EXPECT_EQ(system.targets.removed.size(), FakeTargets::kTargets);
    EXPECT_TRUE(ok(system.runtime.run(system.meta.list("container"))).empty());
  }
}

TEST(Failure, while_creating_a_pool_leaves_nothing_even_without_a_restart) {
  FakeSystem system;
  system.steps = {.done = 0, .fail_at = 4};  // the commit passes, one store is made
  EXPECT_EQ(code_of(system.create_pool("tank", FakeSystem::caller(1))), Code::io);
  system.steps = {};
  ok(system.create_pool("tank", FakeSystem::caller(2)));
  expect_whole(system);
}

}  // namespace
}  // namespace firn::control
