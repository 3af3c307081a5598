// Drawing and healing the options; see options.h.
#include "sim/options.h"

#include <algorithm>

namespace firn::sim {

namespace {

// Off half of the time; else between 1 and `per_million_max`, small values as likely as large ones.
Chance draw_chance(Rng& rng, uint32_t per_million_max) {
  if (rng.chance(1, 2)) return {};
  uint32_t bound = per_million_max;
  while (bound > 1 && rng.chance(1, 2)) bound /= 4;
  return {static_cast<uint32_t>(rng.between(1, bound > 0 ? bound : 1))};
}

Duration draw_up_to(Rng& rng, Duration max) { return DurationRange{Duration(1), max}.draw(rng); }

// From 1/64 of `max` to `max` in powers of two: scales matter more than values.
DurationRange draw_range(Rng& rng, Duration max) {
  const Duration high = max / (int64_t{1} << rng.below(7));
  return {high / static_cast<int64_t>(rng.between(1, 16)), high};
}

NetworkOptions draw_network(Rng& rng) {
  NetworkOptions network;
  network.latency = draw_range(rng, 2ms);
  network.bytes_per_us = static_cast<uint32_t>(rng.between(50, 5000));
  network.slow = draw_chance(rng, 50'000);
  network.slow_max = draw_up_to(rng, 2s);
  network.lost = draw_chance(rng, 20'000);
  network.duplicated = draw_chance(rng, 50'000);
  network.broken = draw_chance(rng, 5'000);
  network.split = draw_chance(rng, 1'000'000);
  network.crash_noticed = {1ms, draw_up_to(rng, 20s)};
  network.frames_in_flight_max = static_cast<uint32_t>(rng.between(2, 256));
  return network;
}

DiskOptions draw_disk(Rng& rng) {
  DiskOptions disk;
  disk.read_latency = draw_range(rng, 2ms);
  disk.write_latency = draw_range(rng, 2ms);
  disk.flush_latency = draw_range(rng, 20ms);
  disk.bytes_per_us = static_cast<uint32_t>(rng.between(100, 5000));
  disk.stall = draw_chance(rng, 5'000);
  disk.stall_max = draw_up_to(rng, 5s);
  return disk;
}

}  // namespace

WorldOptions WorldOptions::swarm(uint64_t seed) {
  Rng rng(seed ^ 0x5741524d5741524dULL);  // apart from the world's own draws with the same seed
  WorldOptions options;
  options.schedule.turn_delay = {1ns, draw_up_to(rng, 20us)};
  options.network = draw_network(rng);
  options.disk = draw_disk(rng);
  options.damage.read_error = draw_chance(rng, 2'000);
  options.damage.write_error = draw_chance(rng, 2'000);
  options.damage.flush_error = draw_chance(rng, 10'000);
  options.damage.bit_rot = draw_chance(rng, 2'000);
  if (rng.chance(1, 2)) options.clock.wall_offset_max = draw_up_to(rng, 10s);
  if (rng.chance(1, 2)) options.clock.wall_drift_ppm_max = 500;
  options.clock.monotonic_origins_differ = rng.chance(1, 2);
  return options;
}

void WorldOptions::heal() {
  const NetworkOptions calm;
  network.slow = network.lost = network.duplicated = network.broken = {};
  network.crash_noticed.max = std::min(network.crash_noticed.max, calm.crash_noticed.max);
  disk.stall = {};
  disk.flush_is_a_lie = false;
  disk.damage = damage = {};
}

}  // namespace firn::sim
