// The engine in the simulated world: nothing acknowledged is lost, whatever the network and power failures
// do.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/sim_cluster_test.h"

namespace firn::engine {
namespace {

constexpr uint64_t kObjects = 4;
constexpr uint64_t kKeys = 5;

// A value of this number: some lie in the index, some outside of it.
std::string value_of(uint64_t number) {
  return std::to_string(number) + '/' + std::string(number % 3 == 0 ? 20'000 : 20, 'v');
}
uint64_t number_of(std::string_view value) { return std::strtoull(std::string(value).c_str(), nullptr, 10); }

// What the client knows of one key.
struct Known {
  uint64_t acknowledged = 0;
  uint64_t attempted = 0;  // the newest that may have been written
};

class Cluster : public SimCluster {
 public:
  using SimCluster::SimCluster;

  void put(uint64_t number, uint64_t key, uint64_t value) {
    Known& of_key = known[{number, key}];
    of_key.attempted = value;
    if (update(object(number), std::to_string(key), value_of(value))) of_key.acknowledged = value;
  }
  // All that was acknowledged is there, or something newer that was tried.
  void check() {
    for (const auto& [place, of_key] : known) {
      const std::string value = get(object(place.first), std::to_string(place.second));
      const uint64_t number = value.empty() ? 0 : number_of(value);
      EXPECT_GE(number, of_key.acknowledged) << "object " << place.first << " key " << place.second;
      EXPECT_LE(number, of_key.attempted);
      if (number > 0) EXPECT_EQ(value, value_of(number));
    }
  }

  std::map<std::pair<uint64_t, uint64_t>, Known> known;
};

// Writes, with power failures between and during writes; then heals and checks. Gives the world's hash.
uint64_t crash_run(uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Cluster cluster(seed, sim::WorldOptions::swarm(seed));
  cluster.create();
  for (uint64_t value = 1; value <= 60; value++) {
    if (cluster.world.rng().chance(1, 12)) {
      const Duration delay(static_cast<int64_t>(cluster.world.rng().below(20'000'000)));
      cluster.world.after(delay, [&cluster] { cluster.world.restart(cluster.server); });
    }
    cluster.put(1 + cluster.world.rng().below(kObjects), cluster.world.rng().below(kKeys), value);
  }
  cluster.world.run_for(100ms);
  cluster.world.heal();
  cluster.check();
  return cluster.world.hash();
}

TEST(EngineInSimulation, loses_nothing_over_power_failures) {
  for (uint64_t seed = 1; seed <= 10; seed++) crash_run(seed);
}

TEST(EngineInSimulation, repeats_a_seed_exactly) { EXPECT_EQ(crash_run(3), crash_run(3)); }

TEST(EngineInSimulation, stops_and_starts_in_an_orderly_way) {
  Cluster cluster(1, {});
  cluster.create();
  for (uint64_t value = 1; value <= 20; value++) cluster.put(1 + value % kObjects, value % kKeys, value);
  ASSERT_TRUE(cluster.world.stop(cluster.server, 60s));
  cluster.world.start(cluster.server);
  cluster.check();
}

// A pool that is being made when the power fails is there afterwards, or nothing of it is.
TEST(EngineInSimulation, pool_is_made_whole_or_not_at_all) {
  for (uint64_t seed = 1; seed <= 10; seed++) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Cluster cluster(seed, {});
    cluster.world.after(Duration(static_cast<int64_t>(seed) * 400'000),
                        [&cluster] { cluster.world.restart(cluster.server); });
    cluster.create();  // the rpc repeats it until it is answered
    cluster.put(1, 1, 1);
    cluster.check();
    EXPECT_EQ(ok(cluster.call(PoolListRequest())).pools.size(), 1u);
  }
}

}  // namespace
}  // namespace firn::engine
