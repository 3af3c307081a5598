// A simulated run from beginning to end; see cluster_world.h.
#include "cluster_world.h"

#include <cstdio>

#include "client_program.h"
#include "control/memory_meta_store.h"
#include "engine/engine.h"
#include "sim/nemesis.h"
#include "sim/world.h"

namespace firn::simtest {

namespace {

// What differs from run to run beside the faults.
struct Shape {
  uint32_t targets = 2;
  uint64_t pool_bytes = 256 << 20;
  vos::StoreOptions store{};
  bool disk_errors = false;
  Settings settings{};

  static Shape draw(Rng rng) {
    Shape shape;
    shape.targets = static_cast<uint32_t>(rng.between(1, 4));
    shape.store.cache_bytes = 4 << 20;
    // Small enough that checkpoints happen all the time in some runs.
    shape.store.log_bytes_per_checkpoint = rng.chance(1, 2) ? 64 << 10 : 1 << 20;
    shape.pool_bytes = shape.targets * (rng.chance(1, 4) ? 16ull << 20 : 64ull << 20);
    shape.disk_errors = rng.chance(1, 4);
    shape.settings.value_bytes_max = rng.chance(1, 8) ? 200'000 : 6000;
    return shape;
  }
};

class EngineProgram final : public sim::NodeProgram {
 public:
  EngineProgram(sim::NodeContext& context, control::MetaStore& meta, const Shape& shape)
      : context_(context),
        engine_(context.runtime(), targets_of(context, shape.targets), meta, options_of(shape)),
        gate_(context.runtime().executor()) {
    gate_.spawn(run(this));
  }
  Task<void> stop() override {
    co_await gate_.close();
    if (!serving_) co_return;
    for (uint32_t target = 0; target < engine_.target_count(); target++) {
      context_.transport(target + 1).unlisten(target);
    }
    context_.transport().unlisten(Address::kControlTarget);
    co_await engine_.close();
  }

 private:
  static std::vector<Runtime*> targets_of(sim::NodeContext& context, uint32_t count) {
    std::vector<Runtime*> runtimes;
    for (uint32_t target = 0; target < count; target++) runtimes.push_back(&context.runtime(target + 1));
    return runtimes;
  }
  static engine::EngineOptions options_of(const Shape& shape) {
    engine::EngineOptions options;
    options.disk_free_bytes = [] { return Result<uint64_t>(uint64_t{1} << 40); };
    options.target.store = shape.store;
    return options;
  }
  static Task<void> run(EngineProgram* self) {
    Result<void> started = co_await self->engine_.start();
    if (!started) co_return;  // a disk error may forbid it; the nemesis starts the node again
    for (uint32_t target = 0; target < self->engine_.target_count(); target++) {
      self->context_.transport(target + 1).listen(target, self->engine_.acceptor(target));
    }
    self->context_.transport().listen(Address::kControlTarget,
                                      self->engine_.acceptor(Address::kControlTarget));
    self->serving_ = true;
  }

  sim::NodeContext& context_;
  engine::Engine engine_;
  Gate gate_;
  bool serving_ = false;
};

class ClusterRun {
 public:
  ClusterRun(uint64_t seed, const RunOptions& options)
      : options_(options),
        rng_(seed),
        shape_(Shape::draw(rng_.fork())),
        state_(make_state(shape_.settings)),
        world_(seed, world_options(seed)) {
    state_.verbose = options.log;
    if (options.trace) {
      world_.trace(
          [](std::string_view line) { std::printf("%.*s\n", static_cast<int>(line.size()), line.data()); });
    }
  }

  RunResult run() {
    add_nodes();
    const sim::NodeIndex admin = world_.add_node("admin");
    world_.start_all();
    world_.disk(engine_).options().flush_is_a_lie = options_.flush_is_a_lie;
    if (!world_.run(admin, set_up(&world_.context(admin), &state_, shape_.pool_bytes),
                    std::chrono::hours(1))) {
      state_.violation("pool and container could not be made within an hour");
      return result(0);
    }
    sim::Nemesis nemesis(world_, sim::NemesisOptions::swarm(world_.seed(), all_nodes(), 2));
    nemesis.start();
    world_.run_for(options_.work_time);
    state_.stopping = true;
    nemesis.stop();
    heal();
    verify(admin);
    return result(nemesis.acts());
  }

 private:
  sim::WorldOptions world_options(uint64_t seed) const {
    sim::WorldOptions options = sim::WorldOptions::swarm(seed);
    if (!shape_.disk_errors) options.damage = {};
    options.damage.bit_rot = {};  // there is one copy only: what rots is lost
    options.damage.misdirected = {};
    return options;
  }

  void add_nodes() {
    engine_ = world_.add_node("engine",
                              [this](sim::NodeContext& context) {
                                engine_lives_++;
                                return std::make_unique<EngineProgram>(context, meta_, shape_);
                              },
                              {.thread_count = shape_.targets + 1, .may_be_damaged = shape_.disk_errors});
    for (uint32_t i = 0; i < shape_.settings.clients; i++) {
      clients_.push_back(world_.add_node("client" + std::to_string(i), [this, i](sim::NodeContext& context) {
        return std::make_unique<ClientProgram>(context, state_, i * shape_.settings.workers_per_client);
      }));
    }
  }

  std::vector<sim::NodeIndex> all_nodes() const {
    std::vector<sim::NodeIndex> nodes = clients_;
    nodes.push_back(engine_);
    return nodes;
  }

  // No more faults, and the engine once more from its disk: what is only in memory must not count.
  void heal() {
    world_.heal();
    world_.run_for(std::chrono::seconds(30));
    for (const sim::NodeIndex client : clients_) {
      if (world_.is_up(client)) world_.kill(client);
    }
    world_.kill(engine_);
    world_.start(engine_);
  }

  void verify(sim::NodeIndex admin) {
    auto verified = world_.run(admin, verify_all(&world_.context(admin), &state_), std::chrono::minutes(30));
    if (!verified) {
      state_.violation("the last check did not end within 30 minutes");
    } else if (!*verified) {
      state_.violation("the last check failed: " + verified->error().message());
    }
  }

  RunResult result(uint64_t faults) {
    if (options_.log) {
      for (const auto& line : world_.log_lines().all()) std::printf("%s\n", std::string(line).c_str());
    }
    return {world_.hash(), world_.loop().events_run(), state_.operations, state_.in_doubt, engine_lives_,
            faults,        state_.violations};
  }

  const RunOptions options_;
  Rng rng_;
  const Shape shape_;
  SharedState state_;
  control::MemoryMetaStore meta_;
  sim::World world_;
  sim::NodeIndex engine_;
  std::vector<sim::NodeIndex> clients_;
  uint64_t engine_lives_ = 0;
};

}  // namespace

RunResult run_cluster(uint64_t seed, const RunOptions& options) {
  ClusterRun run(seed, options);
  return run.run();
}

}  // namespace firn::simtest
