// Nemesis: makes trouble in a world while a workload runs: crashes, freezes, partitions, cut channels, at
// seeded times, never to more nodes at once than the test allows.
#pragma once

#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "base/time.h"
#include "sim/options.h"
#include "sim/world.h"

namespace firn::sim {

struct NemesisOptions {
  std::vector<NodeIndex> victims;      // crashed and frozen
  std::vector<NodeIndex> partitioned;  // split into two sides; empty: never
  uint32_t down_max = 1;               // victims that are crashed or frozen at one time
  DurationRange pause{100ms, 5s};      // between two acts
  DurationRange down_time{1ms, 10s};   // how long a victim or a partition stays as it is
  // How likely each act is, in relation to the others.
  uint32_t crash_weight = 4;
  uint32_t freeze_weight = 1;
  uint32_t partition_weight = 2;
  uint32_t cut_weight = 1;

  // Weights drawn from a seed, each act on or off.
  static NemesisOptions swarm(uint64_t seed, std::vector<NodeIndex> nodes, uint32_t down_max);
};

class Nemesis {
 public:
  // The nemesis outlives the world's running. Acts from start() to stop().
  Nemesis(World& world, NemesisOptions options);
  void start();
  // No more acts; ends partitions, thaws and starts all victims.
  void stop();
  uint64_t acts() const { return acts_; }

 private:
  void plan();
  void act();
  void crash(NodeIndex victim);
  void freeze(NodeIndex victim);
  void partition();
  void cut();
  bool in_order(NodeIndex node) const { return world_.is_up(node) && !world_.is_frozen(node); }
  std::vector<NodeIndex> healthy_victims() const;

  World& world_;
  const NemesisOptions options_;
  Rng rng_;
  bool acting_ = false;
  bool split_ = false;
  uint64_t acts_ = 0;
};

}  // namespace firn::sim
