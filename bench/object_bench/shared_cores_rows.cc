#include "object_bench/shared_cores_rows.h"

#include <chrono>
#include <optional>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "object_bench/client_team.h"
#include "object_bench/served_system.h"
#include "vos_bench/must.h"

namespace firn::bench {

namespace {

constexpr int kTargets = 2;

void fill(const std::string& uri, uint64_t keys) {
  ChildProcess([&](int, int) { ObjectClient(uri, keys).fill(); }).rest();
}

// What a compiler does to the others: it always wants a core and touches memory.
void keep_busy(int, int) {
  std::vector<uint64_t> memory(1 << 20);
  for (uint64_t at = 1;; at = at * 6364136223846793005 + 1442695040888963407) {
    memory[at >> 44] += at;
    asm volatile("" : : "r"(memory.data()) : "memory");
  }
}

// Clients and an engine with two targets that have fewer cores than they are.
class Crowded final : public Scenario {
 public:
  explicit Crowded(const RowContext& context)
      : seconds_(context.options.seconds), system_(context.memory, kTargets) {
    fill(system_.uri(), context.options.keys);
    one_.emplace(system_.uri(), context.options.keys, 1);
    four_.emplace(system_.uri(), context.options.keys, 4);
    for (const bool busy : {false, true}) {
      const std::string beside = busy ? ", beside a compiler" : "";
      add("1 client, 1 in flight" + beside, *one_, 1, busy);
      add("1 client, 64 in flight" + beside, *one_, 64, busy);
      add("4 clients, 1 in flight each" + beside, *four_, 1, busy);
      add("4 clients, 16 in flight each" + beside, *four_, 16, busy);
      ratios.push_back({"rate", "firn, 4 clients, 16 in flight each" + beside,
                        "firn, 1 client, 64 in flight" + beside, ">= 0.9"});
      ratios.push_back({"rate", "firn, 4 clients, 1 in flight each" + beside,
                        "firn, 1 client, 1 in flight" + beside, ">= 0.9"});
    }
  }

 private:
  void add(const std::string& mode, ClientTeam& team, size_t in_flight, bool busy) {
    variants.push_back({"firn", mode, "targets=2", [this, &team, in_flight, busy] {
                          std::optional<ChildProcess> neighbour;
                          if (busy) neighbour.emplace(keep_busy);
                          return measure(team, in_flight);
                        }});
  }
  std::vector<Figure> measure(ClientTeam& team, size_t in_flight) const {
    const double before = system_.engine().cpu_seconds() + team.cpu_seconds();
    const Stopwatch watch;
    const double rate = team.operations_per_second({Operation::fetch, in_flight}, seconds_);
    const double cpu = system_.engine().cpu_seconds() + team.cpu_seconds() - before;
    return {{"rate", "k/s", rate * 1e-3}, {"cpu", "us/op", cpu / watch.seconds() / rate * 1e6}};
  }

  const double seconds_;
  ServedSystem system_;
  std::optional<ClientTeam> one_;
  std::optional<ClientTeam> four_;
};

// Connected clients that have nothing to ask.
class Idle final : public Scenario {
 public:
  explicit Idle(const RowContext& context) : system_(context.memory, kTargets) {
    fill(system_.uri(), context.options.keys);
    clients_.emplace(system_.uri(), context.options.keys, 2);
    variants = {{"firn", "engine and 2 connected clients", "", [this] { return measure(); }}};
  }

 private:
  std::vector<Figure> measure() const {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const double engine = system_.engine().cpu_seconds();
    const double clients = clients_->cpu_seconds();
    const Stopwatch watch;
    std::this_thread::sleep_for(std::chrono::seconds(1));
    return {{"engine", "%", (system_.engine().cpu_seconds() - engine) / watch.seconds() * 100},
            {"clients", "%", (clients_->cpu_seconds() - clients) / watch.seconds() * 100}};
  }

  ServedSystem system_;
  std::optional<ClientTeam> clients_;
};

// From the start of a client to its first answer.
class Start final : public Scenario {
 public:
  explicit Start(const RowContext& context) : keys_(context.options.keys), system_(context.memory, 1) {
    fill(system_.uri(), keys_);
    variants = {{"firn", "library: connect, open, fetch a value", "", [this] { return library(); }},
                {"firn", "program: firn pool list", "", [this] { return program(); }}};
  }

 private:
  std::vector<Figure> library() const {
    ChildProcess client([this](int, int output) {
      const Stopwatch watch;
      ObjectClient(system_.uri(), keys_).run({}, 1);
      const std::string text = fmt::format("{}\n", watch.seconds() * 1e3);
      if (::write(output, text.data(), text.size()) < 0) ::_exit(1);
    });
    return {{"first answer", "ms", std::stod(client.read_line())}};
  }
  std::vector<Figure> program() const {
    const Stopwatch watch;
    ChildProcess command =
        ChildProcess::of_program({firn_program(), "--system", system_.uri(), "pool", "list"});
    if (command.read_line().empty()) give_up("firn pool list says nothing");
    return {{"first answer", "ms", watch.seconds() * 1e3}};
  }

  const uint64_t keys_;
  ServedSystem system_;
};

template <class Of>
Row row(const char* name, const char* about, const char* bar) {
  return {name, about, bar, [](const RowContext& context) -> std::unique_ptr<Scenario> {
            return std::make_unique<Of>(context);
          }};
}

}  // namespace

std::vector<Row> shared_cores_rows() {
  return {row<Crowded>("crowded", "fetches of 64 B by all clients together; an engine with 2 targets",
                       "4 clients >= 0.9 of one"),
          row<Idle>("idle", "processor time while nothing happens", "0 %"),
          row<Start>("start", "from the start of a client to its first answer", "<= 5 ms")};
}

}  // namespace firn::bench
