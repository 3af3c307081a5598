// metrics_bench: what it costs to count requests: the same load on two engines over TCP, one that counts and
// one that does not.
//
//   metrics_bench [--directory DIR] [--rounds N] [--batch N] [--only on|off] [--null yes]
//
// Rounds alternate between the engines, which of them begins changes with each; each figure is the median.
// --only runs one engine, for a profiler. --null: neither engine counts, so what differs is the benchmark's
// error. DIR (default /dev/shm) is where the systems are made. One target,
// one client, 64 requests of 64 bytes in flight.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "client/object.h"
#include "engine/engine_process.h"
#include "model/object_id.h"
#include "net/tcp_transport.h"
#include "runtime/real_runtime.h"
#include "runtime/when_all.h"

namespace firn {
namespace {

constexpr size_t kInFlight = 64;
constexpr size_t kValueBytes = 64;
constexpr uint64_t kKeys = 100'000;

template <class T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "metrics_bench: {}\n", result.error().message());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// An engine, and a client of it.
class Side {
 public:
  Side(RealRuntime& runtime, const std::string& directory, bool record)
      : runtime_(runtime),
        engine_(must(engine::EngineProcess::start(directory, {.target_count = 1,
                                                              .listen = {"tcp://127.0.0.1:0"},
                                                              .log_level = LogLevel::error,
                                                              .target = {.metrics = {.record = record}}}))),
        transport_(runtime, runtime.sockets()),
        client_(runtime, transport_, {engine_->uri()}, {}) {
    must(runtime.run(client_.create_pool({.label = "tank", .capacity_bytes = 1ull << 30})));
    must(runtime.run(client_.create_container({.pool = "tank", .label = "home"})));
    auto pool = must(runtime.run(client_.connect_pool("tank")));
    container_ = must(runtime.run(pool->open_container("home")));
  }
  ~Side() {
    container_.reset();
    runtime_.run(client_.close());
  }

  // Nanoseconds for one of so many operations.
  double run(size_t operations, bool update) {
    const auto begin = std::chrono::steady_clock::now();
    must(runtime_.run(lanes(this, operations / kInFlight, update)));
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    const uint64_t done = operations / kInFlight * kInFlight;
    return took.count() / static_cast<double>(done);
  }

 private:
  static Task<Result<void>> lanes(Side* self, size_t each, bool update) {
    std::vector<Task<Result<void>>> lanes;
    for (size_t i = 0; i < kInFlight; i++) lanes.push_back(lane(self, each, update));
    co_return co_await when_all_ok(std::move(lanes));
  }
  static Task<Result<void>> lane(Side* self, size_t count, bool update) {
    client::Object object =
        self->container_->open(make_object_id({0, 1}, ObjectType::multi_hashed, kClassS1, 1));
    const std::string value(kValueBytes, 'x');
    for (size_t i = 0; i < count; i++) {
      Key key = uint64_key(self->next_++ * 0x9e3779b97f4a7c15ULL % kKeys);
      if (update) {
        std::vector<UpdateItem> items{{.akey = "a", .record_bytes = value.size()}};
        FIRN_CO_CHECK(co_await object.update(std::move(key), std::move(items), {as_bytes(value)}));
      } else {
        FIRN_CO_CHECK(co_await object.fetch_value(std::move(key), "a"));
      }
    }
    co_return Result<void>();
  }

  RealRuntime& runtime_;
  std::unique_ptr<engine::EngineProcess> engine_;
  net::TcpTransport transport_;
  client::Client client_;
  std::shared_ptr<client::Container> container_;
  uint64_t next_ = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

struct Options {
  std::string directory = "/dev/shm";
  size_t rounds = 15;
  size_t batch = 50'000;
  std::string only;
  bool null = false;
};

struct Times {
  std::vector<double> on;
  std::vector<double> off;
};

void report(const char* name, const Times& times) {
  const double on = median(times.on);
  const double off = median(times.off);
  std::vector<double> ratios;
  for (size_t i = 0; i < times.on.size(); i++) ratios.push_back(times.on[i] / times.off[i]);
  fmt::print("{:<8}{:>10.0f}{:>12.0f}{:>14.1f}%{:>18.1f}%\n", name, off, on, 100 * (on / off - 1),
             100 * (median(ratios) - 1));
}

void compare(const Options& options, Side& on, Side& off) {
  fmt::print("        off ns/op    on ns/op  of the medians  median of rounds\n");
  for (const bool update : {true, false}) {
    on.run(options.batch, update);
    off.run(options.batch, update);
    Times times;
    for (size_t round = 0; round < options.rounds; round++) {
      if (round % 2 == 0) times.on.push_back(on.run(options.batch, update));
      times.off.push_back(off.run(options.batch, update));
      if (round % 2 == 1) times.on.push_back(on.run(options.batch, update));
    }
    report(update ? "update" : "fetch", times);
  }
}

void run(const Options& options) {
  const std::string base = fmt::format("{}/firn-metrics-bench-{}", options.directory, ::getpid());
  {
    const auto runtime = must(RealRuntime::create({.log_level = LogLevel::error}));
    std::unique_ptr<Side> on;
    std::unique_ptr<Side> off;
    if (options.only != "off") on = std::make_unique<Side>(*runtime, base + "/on", !options.null);
    if (options.only != "on") off = std::make_unique<Side>(*runtime, base + "/off", false);
    if (on != nullptr && off != nullptr) {
      compare(options, *on, *off);
    } else {
      for (const bool update : {true, false}) (on != nullptr ? on : off)->run(options.batch, update);
    }
  }
  std::filesystem::remove_all(base);
}

}  // namespace
}  // namespace firn

int main(int argc, char** argv) {
  firn::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--directory") == 0) options.directory = argv[i + 1];
    if (std::strcmp(argv[i], "--rounds") == 0) options.rounds = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--batch") == 0) options.batch = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--only") == 0) options.only = argv[i + 1];
    if (std::strcmp(argv[i], "--null") == 0) options.null = std::strcmp(argv[i + 1], "yes") == 0;
  }
  firn::run(options);
  return 0;
}
