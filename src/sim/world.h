// World: a whole cluster in one thread and virtual time. One seed decides everything; the same seed,
// options and calls give the same hash().
//
//   World world(seed, WorldOptions::swarm(seed));
//   const NodeIndex server = world.add_node("server", [](NodeContext& context) {
//     return std::make_unique<CounterServer>(context);
//   });
//   const NodeIndex client = world.add_node("client");  // no program: the test acts on it
//   world.start_all();
//   auto reply = world.run(client, ask(&world.context(client)), 10s);
//   world.kill(server);
//   world.start(server);
//   world.heal();
//   EXPECT_TRUE(world.run_until([&] { return ...; }, 60s));
//
// A kill is a power failure: no code of the node runs any more, not even a destructor. Its objects and
// coroutine frames go to a graveyard, as they are; the memory is not given back before the process ends.
// Harnesses that run many seeds with kills run them in child processes.
#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/rng.h"
#include "sim/event_loop.h"
#include "sim/node.h"
#include "sim/options.h"
#include "sim/sim_disk.h"
#include "sim/sim_network.h"
#include "sim/sim_runtime.h"

namespace firn::sim {

class World {
 public:
  explicit World(uint64_t seed, const WorldOptions& options = {});
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  // Nodes that still run are killed.
  ~World();

  uint64_t seed() const { return seed_; }
  uint64_t hash() const { return loop_.hash(); }
  MonotonicTime now() const { return loop_.now(); }
  EventLoop& loop() { return loop_; }
  SimNetwork& network() { return network_; }
  // For the test's own choices.
  Rng& rng() { return rng_; }
  // May be changed at any time; disks have options of their own (disk().options()).
  WorldOptions& options() { return options_; }
  const LogLines& log_lines() const { return log_lines_; }
  // Each event, as one line, to `sink`.
  void trace(EventLoop::TraceSink sink) { loop_.set_trace(std::move(sink)); }

  // --- nodes; a new one is down
  NodeIndex add_node(std::string name, StartFunction start = {}, NodeOptions options = {});
  uint32_t node_count() const { return static_cast<uint32_t>(nodes_.size()); }
  // The node must be down.
  void start(NodeIndex node);
  void start_all();
  // Power failure, at once; may come out of the node's own code. No effect on a node that is down.
  void kill(NodeIndex node);
  void restart(NodeIndex node);
  // Runs the program's stop() and destroys it, with the asserts of its destructors. False if that takes
  // longer than `limit`; the node then still runs.
  bool stop(NodeIndex node, Duration limit);
  // Its events wait, as if the host had stopped the process; time goes on.
  void freeze(NodeIndex node);
  void unfreeze(NodeIndex node);
  bool is_up(NodeIndex node) const { return nodes_.at(node.value)->context != nullptr; }
  bool is_frozen(NodeIndex node) const { return is_up(node) && life(node).frozen; }

  // Of the present life; the node is up. References to an earlier life stay valid and have no effect.
  NodeContext& context(NodeIndex node);
  NodeProgram* program(NodeIndex node) { return nodes_.at(node.value)->program.get(); }
  SimRuntime& runtime(NodeIndex node, uint32_t thread = 0) { return context(node).runtime(thread); }
  // Of all lives.
  SimDisk& disk(NodeIndex node) { return nodes_.at(node.value)->disk; }
  SimWallClock& wall_clock(NodeIndex node) { return nodes_.at(node.value)->wall_clock; }

  // --- running
  // Runs `work` as the world's own event, `delay` from now.
  void after(Duration delay, Work work);
  void run_for(Duration duration);
  // Until the predicate holds, looked at after each event. False when it does not within `limit`.
  bool run_until(const std::function<bool()>& predicate, Duration limit);
  // Runs a task on the node's first thread. Nothing (false for Task<void>) when it has not ended within
  // `limit` or the node dies; a task that has not ended goes on when the world does.
  template <class T>
  auto run(NodeIndex node, Task<T> task, Duration limit);

  // Switches all faults off: options calm, partitions gone, frozen nodes thawed. Nodes that are down stay
  // down. What a test demands after that is liveness.
  void heal();

 private:
  struct Node {
    Node(World& world, NodeIndex index, std::string name, StartFunction start, const NodeOptions& options);
    const std::string name;
    const StartFunction start;
    const uint32_t thread_count;
    SimDisk disk;
    SimWallClock wall_clock;
    uint32_t lives = 0;
    std::unique_ptr<NodeContext> context;  // while up
    std::unique_ptr<NodeProgram> program;
  };
  struct Graveyard;

  Life& life(NodeIndex node) const { return *nodes_.at(node.value)->context->life_; }
  void make_context(NodeIndex node);
  DiskOptions disk_options(const NodeOptions& options) const;
  void heal_disk(SimDisk& disk) const;
  SimWallClock draw_wall_clock();

  const uint64_t seed_;
  Rng rng_;
  WorldOptions options_;
  EventLoop loop_;
  SimNetwork network_;
  LogLines log_lines_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Life>> stopped_lives_;  // events that will be dropped may still name them
  std::unique_ptr<Graveyard> graveyard_;
};

namespace detail {

// A coroutine that nobody awaits; started by its executor, its frame goes away at its end.
struct Root {
  struct promise_type {
    Root get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept {
      assert_failed("no exception leaves a coroutine", __FILE__, __LINE__);
    }
  };
  std::coroutine_handle<> coroutine;
};

// Shared by the coroutine and the one who waits for it, who may give up first.
template <class T>
struct Outcome {
  using Value = std::conditional_t<std::is_void_v<T>, bool, T>;
  std::optional<Value> value;
};

template <class T>
Root run_root(Task<T> task, std::shared_ptr<Outcome<T>> outcome) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(task);
    outcome->value = true;
  } else {
    outcome->value.emplace(co_await std::move(task));
  }
}

}  // namespace detail

template <class T>
auto World::run(NodeIndex node, Task<T> task, Duration limit) {
  const Life& own = life(node);
  auto outcome = std::make_shared<detail::Outcome<T>>();
  runtime(node).executor().post(detail::run_root<T>(std::move(task), outcome).coroutine);
  run_until([&] { return outcome->value.has_value() || own.dead; }, limit);
  if constexpr (std::is_void_v<T>) {
    return outcome->value.has_value();
  } else {
    return std::move(outcome->value);
  }
}

}  // namespace firn::sim
