#include "object_bench/one_client_rows.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "bare_tcp.h"
#include "object_bench/object_client.h"
#include "object_bench/served_system.h"

namespace firn::bench {

namespace {

constexpr char kPingPong[] = "spinning ping-pong of 64 B";
constexpr char kBlocking[] = "blocking ping-pong of 64 B";
constexpr char kEcho[] = "echo of 64 B, 64 in flight";

// One engine with one target, and one client.
class OneClient : public Scenario {
 public:
  explicit OneClient(const RowContext& context)
      : seconds_(context.options.seconds),
        bare_(context.wants("bare")),
        system_(context.memory, 1),
        client_(system_.uri(), context.options.keys) {}

 protected:
  void add_firn(const std::string& mode, Load load) {
    const std::string config = fmt::format("operation={} in_flight={}", mode, load.in_flight);
    variants.push_back({"firn", mode, config, [this, load] {
                          return slices([this, load](uint64_t count) { client_.run(load, count); });
                        }});
  }
  void add_bare(const std::string& mode, std::function<std::vector<Figure>()> measure) {
    if (bare_) variants.push_back({"bare", mode, "", std::move(measure)});
  }
  // `run` does so many operations.
  std::vector<Figure> slices(const std::function<void(uint64_t)>& run) const {
    uint64_t size = 0;
    auto figures = measure_slices(seconds_, [&](uint64_t count) { size = count; }, [&] { run(size); });
    figures.push_back({"rate", "k/s", 1e6 / figures.front().value});
    return figures;
  }

  const double seconds_;
  const bool bare_;
  ServedSystem system_;
  ObjectClient client_;
};

class OneAtATime final : public OneClient {
 public:
  explicit OneAtATime(const RowContext& context) : OneClient(context) {
    client_.fill();
    add_bare(kPingPong, [this] {
      BarePingPong bare(kSmallBytes, kSmallBytes, Waiting::spinning);
      return slices([&bare](uint64_t count) {
        for (uint64_t i = 0; i < count; i++) bare.round_trip();
      });
    });
    add_firn("fetch 64 B", {Operation::fetch});
    add_firn("update 64 B", {Operation::update});
    const std::string bare = std::string("bare, ") + kPingPong;
    ratios = {{"median slice", "firn, fetch 64 B", bare, "<= 1.3"},
              {"median slice", "firn, update 64 B", bare, "<= 1.6"}};
  }
};

class ManyInFlight final : public OneClient {
 public:
  explicit ManyInFlight(const RowContext& context) : OneClient(context) {
    client_.fill();
    add_bare(kEcho, [this] {
      BareEcho bare(kSmallBytes);
      return slices([&bare](uint64_t count) { bare.exchange(count, 64); });
    });
    add_firn("fetch 64 B, 64 in flight", {Operation::fetch, 64});
    add_firn("update 64 B, 64 in flight", {Operation::update, 64});
    const std::string bare = std::string("bare, ") + kEcho;
    ratios = {{"mean", "firn, fetch 64 B, 64 in flight", bare, ""},
              {"mean", "firn, update 64 B, 64 in flight", bare, ""}};
  }
};

// The first request after a second in which nothing happened.
class AfterIdleness final : public OneClient {
 public:
  explicit AfterIdleness(const RowContext& context)
      : OneClient(context), blocking_(kSmallBytes, kSmallBytes, Waiting::blocking) {
    client_.fill();
    variants = {{"bare", kBlocking, "", [this] { return first([this] { blocking_.round_trip(); }); }},
                {"firn", "fetch 64 B", "", [this] { return first({Operation::fetch}); }},
                {"firn", "update 64 B", "", [this] { return first({Operation::update}); }}};
    const std::string bare = std::string("bare, ") + kBlocking;
    ratios = {{"first", "firn, fetch 64 B", bare, "<= 1.3"}, {"first", "firn, update 64 B", bare, "<= 1.3"}};
  }

 private:
  std::vector<Figure> first(Load load) {
    return first([this, load] { client_.run(load, 1); });
  }
  static std::vector<Figure> first(const std::function<void()>& run) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    const Stopwatch watch;
    run();
    return {{"first", "us", watch.seconds() * 1e6}};
  }

  BarePingPong blocking_;
};

template <class Of>
Row row(const char* name, const char* about, const char* bar) {
  return {name, about, bar, [](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<Of>(context);
          }};
}

}  // namespace

std::vector<Row> one_client_rows() {
  return {row<OneAtATime>("one-at-a-time", "values of 64 B, awaited one by one, cores free",
                          "fetch <= 1.3, update <= 1.6 of a spinning ping-pong"),
          row<AfterIdleness>("after-idleness", "the first request after 1 s in which nothing happened",
                             "<= 1.3 of a blocking ping-pong"),
          row<ManyInFlight>("in-flight-64", "values of 64 B, 64 in flight, one client, one target",
                            "fetch >= 300 k/s, update >= 200 k/s")};
}

}  // namespace firn::bench
