// Trouble at seeded times; see nemesis.h.
#include "sim/nemesis.h"

#include <utility>

namespace firn::sim {

NemesisOptions NemesisOptions::swarm(uint64_t seed, std::vector<NodeIndex> nodes, uint32_t down_max) {
  Rng rng(seed ^ 0x4e454d455349534eULL);
  NemesisOptions options;
  options.partitioned = nodes;
  options.victims = std::move(nodes);
  options.down_max = down_max;
  options.pause.max = Duration(static_cast<int64_t>(rng.between(10'000'000, 10'000'000'000)));
  options.pause.min = options.pause.max / 20;
  for (uint32_t* weight :
       {&options.crash_weight, &options.freeze_weight, &options.partition_weight, &options.cut_weight}) {
    *weight = rng.chance(1, 2) ? 0 : static_cast<uint32_t>(rng.between(1, 4));
  }
  return options;
}

Nemesis::Nemesis(World& world, NemesisOptions options)
    : world_(world), options_(std::move(options)), rng_(world.rng().fork()) {}

void Nemesis::start() {
  acting_ = true;
  plan();
}

void Nemesis::stop() {
  acting_ = false;
  world_.network().heal_partitions();
  split_ = false;
  for (const NodeIndex victim : options_.victims) {
    world_.unfreeze(victim);
    if (!world_.is_up(victim)) world_.start(victim);
  }
}

void Nemesis::plan() {
  world_.after(options_.pause.draw(rng_), [this] {
    if (!acting_) return;
    act();
    plan();
  });
}

std::vector<NodeIndex> Nemesis::healthy_victims() const {
  std::vector<NodeIndex> healthy;
  for (const NodeIndex victim : options_.victims) {
    if (in_order(victim)) healthy.push_back(victim);
  }
  return healthy;
}

void Nemesis::act() {
  const uint32_t total =
      options_.crash_weight + options_.freeze_weight + options_.partition_weight + options_.cut_weight;
  if (total == 0) return;
  acts_++;
  uint64_t draw = rng_.below(total);
  if (draw < options_.partition_weight) return partition();
  draw -= options_.partition_weight;
  if (draw < options_.cut_weight) return cut();
  draw -= options_.cut_weight;

  const std::vector<NodeIndex> healthy = healthy_victims();
  if (healthy.empty() || options_.victims.size() - healthy.size() >= options_.down_max) return;
  const NodeIndex victim = healthy[rng_.below(healthy.size())];
  if (draw < options_.crash_weight) {
    crash(victim);
  } else {
    freeze(victim);
  }
}

void Nemesis::crash(NodeIndex victim) {
  world_.kill(victim);
  world_.after(options_.down_time.draw(rng_), [this, victim] {
    if (acting_ && !world_.is_up(victim)) world_.start(victim);
  });
}

void Nemesis::freeze(NodeIndex victim) {
  world_.freeze(victim);
  world_.after(options_.down_time.draw(rng_), [this, victim] {
    if (acting_) world_.unfreeze(victim);
  });
}

// Every node is on one of two sides; one time in four only one side is deaf.
void Nemesis::partition() {
  if (split_ || options_.partitioned.size() < 2) return;
  std::vector<uint32_t> sides[2];
  for (const NodeIndex node : options_.partitioned) sides[rng_.below(2)].push_back(node.value);
  world_.network().partition(sides[0], sides[1], rng_.chance(1, 4));
  split_ = true;
  world_.after(options_.down_time.draw(rng_), [this] {
    if (!acting_) return;
    world_.network().heal_partitions();
    split_ = false;
  });
}

void Nemesis::cut() {
  if (options_.partitioned.size() < 2) return;
  const NodeIndex a = options_.partitioned[rng_.below(options_.partitioned.size())];
  const NodeIndex b = options_.partitioned[rng_.below(options_.partitioned.size())];
  world_.network().cut(a.value, b.value);
}

}  // namespace firn::sim
