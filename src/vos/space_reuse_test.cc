// What large values leave behind when they are overwritten is used again before the store grows.
#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "runtime/blocking_run.h"
#include "vos/memory_device_test.h"
#include "vos/store.h"

namespace firn::vos {
namespace {

constexpr uint64_t kMiB = 1 << 20;

Update one_mib(uint64_t number) {
  Update update;
  update.object = {PgIndex{0}, ContainerId{Uuid{{1}}}, ObjectId{1, 1}};
  update.dkey = "key " + std::to_string(number);
  update.items.push_back({.akey = "a", .kind = ValueKind::array, .record_bytes = 1, .recxs = {{0, kMiB}}});
  return update;
}

Task<Result<void>> overwrite(Store* store, int times) {
  const std::string payload(kMiB, 'x');
  const ByteView part = as_bytes(payload);
  for (int i = 0; i < times; i++) {
    FIRN_CO_CHECK(co_await store->update(one_mib(static_cast<uint64_t>(i % 4)), {&part, 1}));
  }
  co_return Result<void>();
}

TEST(SpaceReuse, overwritten_values_make_room_for_those_that_follow) {
  MemoryRuntime runtime;
  Executor& executor = runtime.executor();
  auto log = std::make_unique<MemoryDevice>(executor, 8 * kMiB);
  auto main = std::make_unique<MemoryDevice>(executor, 192 * kMiB);
  const ByteView bytes = main->bytes();
  ASSERT_TRUE(blocking_run(runtime.executor(), Store::format(runtime, *log, *main, {.store = Uuid{{7}}})));
  auto store = blocking_run(runtime.executor(), Store::open(runtime, std::move(log), std::move(main), {}));
  ASSERT_TRUE(store.has_value());
  ASSERT_TRUE(blocking_run(runtime.executor(), overwrite(store->get(), 160)).has_value());
  // 4 MiB live, some 16 MiB wait for aggregation, as many for a checkpoint.
  const ByteView second_half = bytes.subspan(96 * kMiB);
  EXPECT_EQ(std::ranges::count(second_half, std::byte{'x'}), 0);
  ASSERT_TRUE(blocking_run(runtime.executor(), (*store)->close()).has_value());
}

}  // namespace
}  // namespace firn::vos
