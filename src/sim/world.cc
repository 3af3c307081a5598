// A simulated cluster; see world.h.
#include "sim/world.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/lsan_interface.h>
#define FIRN_LEAK_CHECK 1
#endif
#endif

namespace firn::sim {

// What killed nodes leave behind. Nothing in it is run or destroyed: frames, gates and timers refer to each
// other in every direction, and their destructors would run code of a dead node.
struct World::Graveyard {
  struct Grave {
    std::unique_ptr<NodeContext> context;
    std::unique_ptr<NodeProgram> program;
  };
  std::vector<Grave> graves;

  static void leave(std::unique_ptr<Graveyard> graveyard) {
    if (graveyard->graves.empty()) return;
    Graveyard* const kept = graveyard.release();
#ifdef FIRN_LEAK_CHECK
    __lsan_ignore_object(kept);
#else
    static_cast<void>(kept);
#endif
  }
};

World::Node::Node(World& world, NodeIndex index, std::string node_name, StartFunction start_function,
                  const NodeOptions& options)
    : name(std::move(node_name)),
      start(std::move(start_function)),
      thread_count(options.thread_count),
      disk(world.loop_, world.rng_.fork(), world.disk_options(options),
           [&world, index] { world.kill(index); }),
      wall_clock(world.draw_wall_clock()) {
  FIRN_ASSERT(thread_count > 0);
}

World::World(uint64_t seed, const WorldOptions& options)
    : seed_(seed),
      rng_(seed),
      options_(options),
      network_(loop_, rng_.fork(), options_.network),
      graveyard_(std::make_unique<Graveyard>()) {}

World::~World() {
  for (uint32_t node = 0; node < node_count(); node++) kill(NodeIndex{node});
  loop_.clear();
  Graveyard::leave(std::move(graveyard_));
}

// --- nodes

DiskOptions World::disk_options(const NodeOptions& options) const {
  DiskOptions disk = options_.disk;
  if (options.may_be_damaged) disk.damage = options_.damage;
  return disk;
}

SimWallClock World::draw_wall_clock() {
  const ClockOptions& clock = options_.clock;
  SimWallClock wall;
  wall.offset = DurationRange{0ns, 2 * clock.wall_offset_max}.draw(rng_) - clock.wall_offset_max;
  const int64_t drift_max = clock.wall_drift_ppm_max;
  wall.drift_ppm = static_cast<int64_t>(rng_.below(2 * clock.wall_drift_ppm_max + 1)) - drift_max;
  return wall;
}

NodeIndex World::add_node(std::string name, StartFunction start, NodeOptions options) {
  const NodeIndex node{node_count()};
  network_.add_node(name);
  nodes_.push_back(std::make_unique<Node>(*this, node, std::move(name), std::move(start), options));
  return node;
}

NodeContext& World::context(NodeIndex node) {
  FIRN_ASSERT(is_up(node));
  return *nodes_.at(node.value)->context;
}

void World::make_context(NodeIndex index) {
  Node& node = *nodes_.at(index.value);
  node.context = std::make_unique<NodeContext>(node.name);
  Life& own = life(index);
  own.node = index.value;
  own.number = ++node.lives;
  const bool shifted = options_.clock.monotonic_origins_differ;
  const Duration origin = shifted ? DurationRange{1s, 1000s}.draw(rng_) : 0ns;
  for (uint32_t thread = 0; thread < node.thread_count; thread++) {
    const EventOwner owner{&own, thread};
    node.context->runtimes_.push_back(
        std::make_unique<SimRuntime>(SimRuntime::Parts{loop_, owner, node.disk, node.wall_clock, log_lines_},
                                     node.name, rng_.fork(), options_.schedule, origin));
    node.context->transports_.push_back(std::make_unique<SimTransport>(network_, owner));
  }
}

void World::start(NodeIndex index) {
  FIRN_ASSERT(!is_up(index));
  make_context(index);
  Node& node = *nodes_[index.value];
  NodeContext& own_context = *node.context;
  const EventOwner owner{own_context.life_.get(), 0};
  network_.life_begins(*owner.life);
  loop_.note(owner, EventKind::world, "start", owner.life->number);
  if (!node.start) return;
  std::unique_ptr<NodeProgram> program = node.start(own_context);
  if (owner.dead()) {  // killed while it started
    graveyard_->graves.push_back({nullptr, std::move(program)});
  } else {
    node.program = std::move(program);
  }
}

void World::start_all() {
  for (uint32_t node = 0; node < node_count(); node++) {
    if (!is_up(NodeIndex{node})) start(NodeIndex{node});
  }
}

void World::kill(NodeIndex index) {
  if (!is_up(index)) return;
  Node& node = *nodes_[index.value];
  Life& own = life(index);
  loop_.note({&own, 0}, EventKind::world, "kill", own.number);
  own.dead = true;
  loop_.drop_held(own);
  network_.life_ends(own);
  node.disk.crash();
  graveyard_->graves.push_back({std::move(node.context), std::move(node.program)});
}

void World::restart(NodeIndex node) {
  kill(node);
  start(node);
}

bool World::stop(NodeIndex index, Duration limit) {
  FIRN_ASSERT(is_up(index));
  Node& node = *nodes_[index.value];
  if (node.program != nullptr && !run(index, node.program->stop(), limit)) return false;
  Life& own = life(index);
  loop_.note({&own, 0}, EventKind::world, "stop", own.number);
  node.program.reset();
  own.dead = true;
  network_.life_ends(own);
  stopped_lives_.push_back(std::move(node.context->life_));
  node.context.reset();
  return true;
}

void World::freeze(NodeIndex node) {
  FIRN_ASSERT(is_up(node));
  loop_.note({&life(node), 0}, EventKind::world, "freeze");
  life(node).frozen = true;
}

void World::unfreeze(NodeIndex node) {
  if (!is_frozen(node)) return;
  loop_.note({&life(node), 0}, EventKind::world, "unfreeze");
  loop_.thaw(life(node));
}

// --- running

void World::after(Duration delay, Work work) {
  loop_.schedule(loop_.now() + delay, {}, EventKind::world, std::move(work));
}

void World::run_for(Duration duration) {
  const MonotonicTime limit = loop_.now() + duration;
  while (loop_.run_next(limit)) {
  }
}

bool World::run_until(const std::function<bool()>& predicate, Duration limit) {
  const MonotonicTime end = loop_.now() + limit;
  while (!predicate()) {
    if (!loop_.run_next(end)) return predicate();
  }
  return true;
}

void World::heal_disk(SimDisk& disk) const {
  WorldOptions healed;
  healed.disk = disk.options();
  healed.heal();
  disk.options() = healed.disk;
  disk.plan().cancel();
}

void World::heal() {
  options_.heal();
  network_.heal_partitions();
  for (uint32_t index = 0; index < node_count(); index++) {
    heal_disk(disk(NodeIndex{index}));
    unfreeze(NodeIndex{index});
  }
}

}  // namespace firn::sim
