// Options of a simulated world: how slow, how faulty. The defaults are calm: some delay, no faults.
// swarm() draws a mix from a seed, each fault class on or off: a mix that lacks most faults reaches
// states that a mix of all never does (Groce et al., Swarm Testing, ISSTA 2012).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/rng.h"
#include "base/time.h"

namespace firn::sim {

// How often a fault happens. Zero draws nothing from the generator.
struct Chance {
  uint32_t per_million = 0;
  bool draw(Rng& rng) const { return per_million != 0 && rng.below(1'000'000) < per_million; }
};

struct DurationRange {
  Duration min{};
  Duration max{};
  Duration draw(Rng& rng) const {
    if (max <= min) return min;
    return min + Duration(static_cast<int64_t>(rng.below(static_cast<uint64_t>((max - min).count()) + 1)));
  }
};

struct ScheduleOptions {
  // From a post, submit or due timer to the turn that runs it. At least 1 ns, so that time always moves.
  DurationRange turn_delay{100ns, 1us};
};

struct NetworkOptions {
  DurationRange latency{20us, 100us};
  uint32_t bytes_per_us = 1000;
  Chance slow;  // a frame takes up to slow_max longer
  Duration slow_max = 50ms;
  Chance lost;        // a frame never arrives
  Chance duplicated;  // a frame arrives twice
  Chance broken;      // the channel breaks when the frame is sent
  Chance split;       // time passes between place() and arrived(): the channel may break there
  DurationRange crash_noticed{1ms, 10s};  // when the peers of a crashed node find out
  Duration keepalive = 15s;  // a close that a partition holds up is noticed after this at the latest
  uint32_t frames_in_flight_max = 256;   // per channel and direction; beyond it senders wait
  size_t bytes_in_flight_max = 8 << 20;  // likewise; a single larger frame is let through alone
};

// Faults that harm what is stored, or that a program cannot hide without a second copy. Only for disks of
// nodes that the promised redundancy can spare: NodeOptions::may_be_damaged.
struct DiskDamage {
  Chance read_error;
  Chance write_error;
  Chance flush_error;
  Chance bit_rot;      // per read: a bit of the range is wrong from now on
  Chance misdirected;  // per write: it lands elsewhere on the device
};

struct DiskOptions {
  DurationRange read_latency{20us, 150us};
  DurationRange write_latency{10us, 100us};
  DurationRange flush_latency{50us, 1ms};
  uint32_t bytes_per_us = 2000;
  Chance stall;  // an operation takes up to stall_max longer
  Duration stall_max = 1s;
  uint64_t bytes_max = uint64_t{1} << 40;  // of all devices of a node together; beyond it Code::no_space
  bool flush_is_a_lie = false;             // flush succeeds and does nothing: does the checker notice?
  DiskDamage damage;
};

struct ClockOptions {
  Duration wall_offset_max{};       // each node's wall clock is off by up to this, either way
  uint32_t wall_drift_ppm_max = 0;  // and this much too fast or too slow
  bool monotonic_origins_differ = false;
};

struct WorldOptions {
  ScheduleOptions schedule;
  NetworkOptions network;
  DiskOptions disk;   // of every node; its damage stays off unless a test sets it
  DiskDamage damage;  // of the nodes that may be damaged
  ClockOptions clock;

  static WorldOptions swarm(uint64_t seed);
  // The same world without faults; delays stay.
  void heal();
};

}  // namespace firn::sim
