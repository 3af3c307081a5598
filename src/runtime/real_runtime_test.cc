// Tests of the real runtime, its threads and calls between them.
#include "runtime/real_runtime.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "runtime/call_on.h"
#include "runtime/runtime_thread.h"
#include "runtime/sleep.h"
#include "runtime/stderr_log.h"

namespace firn {
namespace {

TEST(RealRuntimeTest, parts_work_together) {
  auto runtime = RealRuntime::create();
  ASSERT_TRUE(runtime.has_value());
  Runtime& product = **runtime;
  const MonotonicTime before = product.now();
  const int value = (*runtime)->run([](Runtime* given) -> Task<int> {
    co_await sleep_for(given->executor(), 2ms);
    co_return 7;
  }(&product));
  EXPECT_EQ(value, 7);
  EXPECT_GE(product.now() - before, 2ms);
  EXPECT_GT(product.wall_time().ns, 1'600'000'000'000'000'000);
}

TEST(RealRuntimeTest, random_streams_differ_between_runtimes) {
  auto first = RealRuntime::create();
  auto second = RealRuntime::create();
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->rng().next(), (*second)->rng().next());
}

TEST(StderrLogTest, drops_lines_below_its_level) {
  ::testing::internal::CaptureStderr();
  {
    StderrLog log(LogLevel::warning);
    log.info("pool=p1 not shown");
    log.warning("pool=p1 shown {}");
    log.set_level(LogLevel::debug);
    log.debug("pool=p1 details");
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_FALSE(text.contains("not shown"));
  EXPECT_TRUE(text.contains("pool=p1 shown {}")) << text;
  EXPECT_TRUE(text.contains("pool=p1 details")) << text;
}

Task<std::unique_ptr<int>> later(Executor* executor, int value) {
  co_await sleep_for(*executor, 1ms);
  co_return std::make_unique<int>(value);
}

TEST(RuntimeThreadTest, plain_code_calls_into_the_thread) {
  auto thread = RuntimeThread::start();
  ASSERT_TRUE(thread.has_value());
  Executor& executor = (*thread)->runtime().executor();
  for (int i = 0; i < 10; i++) EXPECT_EQ(*(*thread)->call([&] { return later(&executor, i); }), i);
  (*thread)->stop();
  (*thread)->stop();
}

TEST(RuntimeThreadTest, stop_waits_for_the_gates_tasks) {
  bool done = false;
  {
    auto thread = RuntimeThread::start();
    ASSERT_TRUE(thread.has_value());
    RuntimeThread& other = **thread;
    other.runtime().executor().submit([&] {
      other.gate().spawn([](Executor* executor, bool* out) -> Task<void> {
        co_await sleep_for(*executor, 10ms);
        *out = true;
      }(&other.runtime().executor(), &done));
    });
  }
  EXPECT_TRUE(done);
}

TEST(RuntimeThreadTest, coroutine_calls_another_thread) {
  auto runtime = RealRuntime::create();
  auto thread = RuntimeThread::start();
  ASSERT_TRUE(runtime && thread);
  const int sum = (*runtime)->run([](RealRuntime* here, RuntimeThread* there) -> Task<int> {
    int total = 0;
    for (int i = 0; i < 20; i++) {
      Executor& executor = there->runtime().executor();
      auto value =
          co_await call_on(here->executor(), executor, there->gate(), [&] { return later(&executor, i); });
      total += *value;
    }
    co_return total;
  }(runtime->get(), thread->get()));
  EXPECT_EQ(sum, 190);
}

}  // namespace
}  // namespace firn
