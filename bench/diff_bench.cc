// diff_bench: what it costs to find the few records of a store that changed.
//
//   diff_bench [DIRECTORY] [RECORDS] [CHANGED]    default: /dev/shm 1000000 1000
//
// Fills one placement group with small single values, changes some of them at random, and opens the store
// anew, so that no page is in memory. Then the difference since before the changes, with time and pages read;
// for comparison the difference since ever, which is all records.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/assert.h"
#include "codec/crc32c.h"
#include "runtime/real_runtime.h"
#include "runtime/when_all.h"
#include "vos/store.h"

namespace firn {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kInFlight = 256;
constexpr size_t kValueBytes = 32;

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "diff_bench: {}\n", result.error().message());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Task<Result<void>> put(vos::Store* store, uint64_t key) {
  const std::string value(kValueBytes, static_cast<char>(key));
  const ByteView data = as_bytes(value);
  vos::Update update;
  update.object = {PgIndex{3}, ContainerId{}, ObjectId{.hi = 1, .lo = 2}};
  update.dkey = uint64_key(key);
  update.items.push_back({.akey = "0", .record_bytes = kValueBytes, .checksums = {crc32c(data)}});
  FIRN_CO_CHECK(co_await store->update(std::move(update), {&data, 1}));
  co_return {};
}

// Keys begin, begin + step, ...
Task<Result<void>> put_many(vos::Store* store, uint64_t begin, uint64_t count, uint64_t step) {
  for (uint64_t done = 0; done < count; done += kInFlight) {
    std::vector<Task<Result<void>>> tasks;
    for (uint64_t i = done; i < std::min<uint64_t>(count, done + kInFlight); i++) {
      tasks.push_back(put(store, begin + i * step));
    }
    FIRN_CO_CHECK(co_await when_all_ok(std::move(tasks)));
  }
  co_return {};
}

Task<Result<uint64_t>> count_diff(vos::Store* store, Epoch since) {
  vos::Diff diff{.pg = PgIndex{3}, .since = since, .position = {}};
  uint64_t records = 0;
  for (bool end = false; !end;) {
    FIRN_CO_TRY(const auto answer, co_await store->diff(diff));
    records += answer.records.size();
    diff.position = answer.position;
    diff.upto = answer.upto;
    end = answer.end;
  }
  co_return records;
}

Task<Result<std::unique_ptr<vos::Store>>> open_store(RealRuntime* runtime, uint64_t main_bytes) {
  if (main_bytes > 0) {
    for (const char* name : {"bench/log", "bench/main"}) (void)co_await runtime->storage().remove(name);
    FIRN_CO_TRY(auto log, co_await runtime->storage().create("bench/log", 256ull << 20));
    FIRN_CO_TRY(auto main, co_await runtime->storage().create("bench/main", main_bytes));
    FIRN_CO_CHECK(
        co_await vos::Store::format(*runtime, *log, *main, {.store = Uuid::random(runtime->rng())}));
  }
  FIRN_CO_TRY(auto log, co_await runtime->storage().open("bench/log"));
  FIRN_CO_TRY(auto main, co_await runtime->storage().open("bench/main"));
  co_return co_await vos::Store::open(*runtime, std::move(log), std::move(main),
                                      {.retention = {.readable_from = kEpochNone}});
}

void measure(RealRuntime& runtime, vos::Store& store, const char* what, Epoch since) {
  const uint64_t loads = store.stats().page_loads;
  const auto begin = Clock::now();
  const uint64_t records = must(runtime.run(count_diff(&store, since)));
  fmt::print("{:<14} {:>10} records {:>10.2f} ms {:>8} of {} pages read\n", what, records,
             seconds_since(begin) * 1e3, store.stats().page_loads - loads, store.stats().pages);
}

void run(const char* directory, uint64_t records, uint64_t changed) {
  auto runtime = must(RealRuntime::create({.storage_root = directory, .log_level = LogLevel::warning}));
  auto store = must(runtime->run(open_store(runtime.get(), (1ull << 30) + records * 400)));
  const auto begin = Clock::now();
  must(runtime->run(put_many(store.get(), 0, records, 1)));
  fmt::print("filled with {} records in {:.1f} s\n", records, seconds_since(begin));
  const Epoch before = store->newest_epoch();
  must(runtime->run(put_many(store.get(), 7, changed, records / changed)));
  for (const auto& [what, since] : {std::pair{"changed", before}, std::pair{"all", kEpochNone}}) {
    must(runtime->run(store->close()));
    store = must(runtime->run(open_store(runtime.get(), 0)));
    measure(*runtime, *store, what, since);
  }
  must(runtime->run(store->close()));
  store.reset();
  for (const char* name : {"bench/log", "bench/main"}) must(runtime->run(runtime->storage().remove(name)));
}

}  // namespace
}  // namespace firn

int main(int argument_count, char** arguments) {
  const char* directory = argument_count > 1 ? arguments[1] : "/dev/shm";
  const uint64_t records = argument_count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1'000'000;
  const uint64_t changed = argument_count > 3 ? std::strtoull(arguments[3], nullptr, 10) : 1000;
  if (records < 8 || changed == 0 || changed > records / 8) {
    fmt::print(stderr, "usage: diff_bench [DIRECTORY] [RECORDS] [CHANGED <= RECORDS / 8]\n");
    return 2;
  }
  firn::run(directory, records, changed);
  return 0;
}
