// store_bench: what an update and a fetch cost in one target's store, without network.
//
//   store_bench [DIRECTORY] [REPETITIONS] [DEVICE]
//
// DIRECTORY: where the store's files go (default /dev/shm: memory). DEVICE: auto, mapped, direct or buffered.
//
// Beside it, in the same run, the bare device with the same durability: write and flush of as many bytes, one
// at a time. Each number is the median of the repetitions, which alternate. One thread.
#include "vos/store.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/assert.h"
#include "codec/crc32c.h"
#include "model/pieces.h"
#include "runtime/real_runtime.h"
#include "runtime/when_all.h"

namespace firn {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kLogBytes = 256 << 20;
constexpr uint64_t kMainBytes = 4ull << 30;
constexpr uint64_t kArrays = 200;            // of 1 MiB, to be fetched
constexpr uint64_t kArrayKeys = 1ull << 40;  // their keys begin here

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "store_bench: {}\n", result.error().message());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

struct Bench {
  RealRuntime* runtime;
  vos::Store* store;
  BlockDevice* bare;
  uint64_t next_key = 0;
  std::string bytes = std::string(1 << 20, 'x');
};

vos::ObjectRef object() { return {PgIndex{3}, ContainerId{}, ObjectId{.hi = 1, .lo = 2}}; }

Task<Result<void>> update_value(Bench* bench, uint64_t key, size_t size) {
  const ByteView value = as_bytes(bench->bytes).first(size);
  vos::Update update{.object = object(), .dkey = uint64_key(key * 0x9e3779b97f4a7c15ULL)};
  update.items.push_back({.akey = "0", .record_bytes = size, .checksums = {crc32c(value)}});
  FIRN_CO_CHECK(co_await bench->store->update(std::move(update), {&value, 1}));
  co_return {};
}

Task<Result<void>> fetch_value(Bench* bench, uint64_t key, size_t size) {
  vos::Fetch fetch{.object = object(), .dkey = uint64_key(key * 0x9e3779b97f4a7c15ULL)};
  fetch.items.push_back({.akey = "0", .capacity_bytes = size});
  FIRN_CO_TRY(auto found, co_await bench->store->fetch(std::move(fetch)));
  if (found.payload.size() != size) co_return fail(Code::corrupt, "the benchmark's value is not there");
  co_return {};
}

Task<Result<void>> update_array(Bench* bench, uint64_t key, size_t size) {
  const ByteView data = as_bytes(bench->bytes).first(size);
  vos::Update update{.object = object(), .dkey = uint64_key(key)};
  UpdateItem item{.akey = "a", .kind = ValueKind::array, .record_bytes = 1, .recxs = {{0, size}}};
  for_each_piece({0, size}, 1, [&](Recx piece) {
    item.checksums.push_back(crc32c(data.subspan(piece.start, piece.count)));
  });
  update.items.push_back(std::move(item));
  FIRN_CO_CHECK(co_await bench->store->update(std::move(update), {&data, 1}));
  co_return {};
}

Task<Result<void>> fetch_array(Bench* bench, uint64_t key, size_t size) {
  vos::Fetch fetch{.object = object(), .dkey = uint64_key(kArrayKeys + key)};
  fetch.items.push_back({.akey = "a", .kind = ValueKind::array, .recxs = {{0, size}}});
  FIRN_CO_TRY(auto found, co_await bench->store->fetch(std::move(fetch)));
  if (found.payload.size() != size) co_return fail(Code::corrupt, "the benchmark's array is not there");
  co_return {};
}

Task<Result<void>> bare_write(Bench* bench, uint64_t at, size_t size) {
  const ByteView data = as_bytes(bench->bytes).first(size);
  FIRN_CO_CHECK(co_await bench->bare->write(at % 512 * size, {&data, 1}));
  co_return co_await bench->bare->flush();
}

using Operation = Task<Result<void>> (*)(Bench*, uint64_t key, size_t size);

struct Row {
  const char* name;
  Operation operation;
  size_t size;
  uint64_t keys;  // fetches take them at random, updates make new ones
  bool fetches;
  size_t in_flight;
  std::vector<double> us{};
};

// `in_flight` loops share the operations among them.
Task<Result<void>> loop(Bench* bench, const Row* row, uint64_t seed, uint64_t count) {
  Rng rng(seed);
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t key = row->fetches ? rng.below(row->keys) : bench->next_key++;
    FIRN_CO_CHECK(co_await row->operation(bench, key, row->size));
  }
  co_return {};
}

Task<Result<void>> run_row(Bench* bench, const Row* row, uint64_t count) {
  std::vector<Task<Result<void>>> loops;
  for (size_t i = 0; i < row->in_flight; i++)
    loops.push_back(loop(bench, row, i + 1, count / row->in_flight));
  co_return co_await when_all_ok(std::move(loops));
}

void measure(Bench& bench, Row& row) {
  uint64_t count = 64;
  double seconds = 0;
  for (; seconds < 0.3; count *= 2) {
    const auto begin = Clock::now();
    must(bench.runtime->run(run_row(&bench, &row, count)));
    seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    if (seconds >= 0.3) break;
  }
  row.us.push_back(seconds * 1e6 / static_cast<double>(count));
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Task<Result<std::unique_ptr<vos::Store>>> make_store(Runtime* runtime) {
  for (const char* name : {"bench/log", "bench/main", "bench/bare"})
    (void)co_await runtime->storage().remove(name);
  FIRN_CO_TRY(auto log, co_await runtime->storage().create("bench/log", kLogBytes));
  FIRN_CO_TRY(auto main, co_await runtime->storage().create("bench/main", kMainBytes));
  FIRN_CO_CHECK(co_await vos::Store::format(*runtime, *log, *main, {.store = Uuid::random(runtime->rng())}));
  co_return co_await vos::Store::open(*runtime, std::move(log), std::move(main),
                                      {.cache_bytes = 1ull << 30, .log_bytes_per_checkpoint = kLogBytes / 4});
}

void print(const std::vector<Row>& rows) {
  fmt::print("{:<28} {:>10} {:>12} {:>12}\n", "operation", "in flight", "us each", "MiB/s");
  for (const Row& row : rows) {
    const double us = median(row.us);
    fmt::print("{:<28} {:>10} {:>12.2f} {:>12.0f}\n", row.name, row.in_flight, us,
               static_cast<double>(row.size) / us * 1e6 / (1 << 20));
  }
}

int run(const std::string& directory, int repetitions, DeviceKind kind) {
  auto runtime = must(
      RealRuntime::create({.storage_root = directory, .device_kind = kind, .log_level = LogLevel::warning}));
  auto store = must(runtime->run(make_store(runtime.get())));
  auto bare = must(runtime->run(runtime->storage().create("bench/bare", 512ull << 20)));
  Bench bench{runtime.get(), store.get(), bare.get()};
  constexpr uint64_t kKeys = 100'000;
  Row fill{"fill", update_value, 64, kKeys, false, 250};
  must(runtime->run(run_row(&bench, &fill, kKeys)));
  for (uint64_t key = 0; key < kArrays; key++)
    must(runtime->run(update_array(&bench, kArrayKeys + key, 1 << 20)));
  std::vector<Row> rows = {
      {"bare write+flush 512 B", bare_write, 512, 0, false, 1},
      {"update 64 B", update_value, 64, 0, false, 1},
      {"update 64 B", update_value, 64, 0, false, 64},
      {"fetch 64 B", fetch_value, 64, kKeys, true, 1},
      {"bare write+flush 4 KiB", bare_write, 4096, 0, false, 1},
      {"array update 4 KiB", update_array, 4096, 0, false, 1},
      {"array update 4 KiB", update_array, 4096, 0, false, 64},
      {"bare write+flush 1 MiB", bare_write, 1 << 20, 0, false, 1},
      {"array update 1 MiB", update_array, 1 << 20, 0, false, 4},
      {"array fetch 1 MiB", fetch_array, 1 << 20, kArrays, true, 4},
  };
  for (int repetition = 0; repetition < repetitions; repetition++) {
    for (Row& row : rows) {
      if (row.operation == update_array) bench.next_key %= 2000;  // again and again the same chunks
      measure(bench, row);
    }
  }
  print(rows);
  must(runtime->run(store->close()));
  for (const char* name : {"bench/log", "bench/main", "bench/bare"}) {
    must(runtime->run(runtime->storage().remove(name)));
  }
  return 0;
}

}  // namespace
}  // namespace firn

int main(int argc, char** argv) {
  const auto kind = firn::device_kind_of_name(argc > 3 ? argv[3] : "auto");
  if ((argc > 1 && argv[1][0] == '-') || !kind) {
    fmt::print(stderr, "usage: store_bench [DIRECTORY] [REPETITIONS] [auto|mapped|direct|buffered]\n");
    return 2;
  }
  return firn::run(argc > 1 ? argv[1] : "/dev/shm", argc > 2 ? std::atoi(argv[2]) : 5, *kind);
}
