// torture: kill -9 of a store under load, again and again, on real files.
//
// This process makes up operations and keeps a model of what must be there. A child carries them out on a
// store, many at a time, and enters each answer into shared memory, until it is killed at a random moment. A
// fresh child (sometimes after one that is killed while it recovers) checks the files, opens the store and
// compares: what was acknowledged is there, what was not is there as a whole or not at all, acknowledged
// conditions held, older epochs read as they did. After some rounds a new store.
//
//   torture [--seconds N | --rounds N] [--seed N] [--directory DIR]
//
// DIR may be on any file system; default: $TMPDIR or /tmp. The same seed gives the same operations and the
// same times to kill; which operation a kill meets depends on the machine. After a failure the files stay.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include <CLI/CLI.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "base/rng.h"
#include "child.h"

namespace firn::torture {
namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

constexpr size_t kOperationsPerRound = 800;
constexpr uint64_t kRoundsPerStore = 6;

struct Options {
  uint64_t seed = static_cast<uint64_t>(::getpid());
  uint64_t seconds = 25;
  uint64_t rounds = UINT64_MAX;
  std::string directory;
};

// A forked child; the work's result is its exit status.
template <class Work>
pid_t start(Work work) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::_exit(work());
}

// Kills it after the delay, unless it has ended. False if it ended by itself and not well.
bool kill_after(pid_t child, std::chrono::microseconds delay) {
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : WEXITSTATUS(status) == 0;
}

bool succeeds(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Until its store is open, so that it is killed at work however slow the disk is; or it has ended.
void wait_until_begun(const Ledger& ledger, pid_t child) {
  const auto end = SteadyClock::now() + std::chrono::seconds(60);
  siginfo_t ended{};
  while (!ledger.begun() && ended.si_pid == 0 && SteadyClock::now() < end) {
    std::this_thread::sleep_for(std::chrono::microseconds(500));
    ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT);
  }
}

struct Totals {
  uint64_t rounds = 0;
  uint64_t acknowledged = 0;
  uint64_t in_flight_at_kills = 0;
  uint64_t ended_before_kill = 0;
};

// One store: made, and killed some times.
class Life {
 public:
  Life(std::string directory, uint64_t seed, Totals& totals)
      : rng_(seed),
        workload_(rng_.next(), workload_options()),
        totals_(totals),
        ledger_(kOperationsPerRound) {
    round_.directory = std::move(directory);
    round_.reclaim = rng_.chance(1, 2);
  }

  bool begin() {
    fs::remove_all(round_.directory);
    fs::create_directories(round_.directory);
    return succeeds(start([this] { return format_store(round_); }));
  }

  bool run_round() {
    prepare();
    const std::chrono::microseconds delay(rng_.between(500, rng_.chance(1, 2) ? 30'000 : 200'000));
    const pid_t child = start([this] { return run_operations(round_, ledger_); });
    wait_until_begun(ledger_, child);
    if (!kill_after(child, delay)) return false;
    totals_.rounds++;
    totals_.acknowledged += ledger_.count(Outcome::done);
    totals_.in_flight_at_kills += ledger_.count(Outcome::in_flight);
    totals_.ended_before_kill += ledger_.count(Outcome::not_sent) == 0 ? 1 : 0;
    while (rng_.chance(1, 3)) {
      const std::chrono::microseconds soon(rng_.below(20'000));
      if (!kill_after(start([this] { return open_and_close(round_); }), soon)) return false;
    }
    if (!succeeds(start([this] { return verify(round_, ledger_, reference_); }))) return false;
    return remember();
  }

 private:
  static model::WorkloadOptions workload_options() {
    return {.objects = 6, .dkeys = 12, .akeys = 4, .single_bytes_max = 60'000};
  }

  void prepare() {
    round_.seed = rng_.next();
    round_.calls.clear();
    ledger_.clear();
    const ClientId client{rng_.next()};
    for (uint64_t i = 0; i < kOperationsPerRound; i++) {
      model::ChangeCall& call = round_.calls.emplace_back(workload_.change());
      const RequestId request{client, RequestSequence{i + 1}};
      std::visit([&](auto& change) { change.request = request; }, call.call);
    }
  }

  // What the verifying child has found out.
  bool remember() {
    const std::string broken = learn(round_, ledger_, reference_, kEpochNone, kEpochMax);
    for (size_t i = 0; i < ledger_.size(); i++) {
      if (ledger_.outcome(i) == Outcome::done) round_.older_epochs.push_back(ledger_.epoch(i));
    }
    return broken.empty();
  }

  Rng rng_;
  model::Workload workload_;
  Totals& totals_;
  Ledger ledger_;
  Round round_;
  model::ReferenceStore reference_;
};

int torture(const Options& options) {
  const std::string directory = options.directory + "/firn-torture-" + std::to_string(::getpid());
  std::printf("torture: seed %llu, files in %s; to repeat: torture --seed %llu --directory %s\n",
              static_cast<unsigned long long>(options.seed), directory.c_str(),
              static_cast<unsigned long long>(options.seed), options.directory.c_str());
  std::fflush(stdout);
  const auto end = SteadyClock::now() + std::chrono::seconds(options.seconds);
  Rng rng(options.seed);
  Totals totals;
  bool good = true;
  while (good && totals.rounds < options.rounds && SteadyClock::now() < end) {
    Life life(directory, rng.next(), totals);
    good = life.begin();
    for (uint64_t i = 0; good && i < kRoundsPerStore && SteadyClock::now() < end; i++)
      good = life.run_round();
  }
  std::printf(
      "torture: %llu kills, %llu operations acknowledged, %llu in flight when killed, %llu rounds ended "
      "before their kill: %s\n",
      static_cast<unsigned long long>(totals.rounds), static_cast<unsigned long long>(totals.acknowledged),
      static_cast<unsigned long long>(totals.in_flight_at_kills),
      static_cast<unsigned long long>(totals.ended_before_kill),
      good ? "all as it must be" : "FAILED, the files are kept");
  if (good) fs::remove_all(directory);
  return good && totals.acknowledged > 0 ? 0 : 1;
}

}  // namespace
}  // namespace firn::torture

int main(int argc, char** argv) {
  firn::torture::Options options;
  const char* const temporary = std::getenv("TMPDIR");
  options.directory = temporary != nullptr ? temporary : "/tmp";
  CLI::App app("Kills a store under load, again and again, and checks what it kept.", "torture");
  app.add_option("--seconds", options.seconds, "How long")->capture_default_str();
  app.add_option("--rounds", options.rounds, "At most so many kills");
  app.add_option("--seed", options.seed, "What is done and when it is killed");
  app.add_option("--directory", options.directory, "Where the stores are made")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return firn::torture::torture(options);
}
