// SimRuntime: the Runtime of one simulated thread of one life of a node; and SimLog, which keeps lines
// for the world.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "runtime/runtime.h"
#include "sim/event_loop.h"
#include "sim/sim_executor.h"
#include "sim/sim_storage.h"

namespace firn::sim {

// The last lines that any node logged, with virtual time and node.
class LogLines {
 public:
  static constexpr size_t kLinesMax = 1000;
  void add(std::string line) {
    if (lines_.size() == kLinesMax) lines_.pop_front();
    lines_.push_back(std::move(line));
  }
  const std::deque<std::string>& all() const { return lines_; }

 private:
  std::deque<std::string> lines_;
};

class SimLog final : public Log {
 public:
  SimLog(EventLoop& loop, EventOwner owner, std::string node_name, LogLines& lines)
      : loop_(loop), owner_(owner), node_name_(std::move(node_name)), lines_(lines) {}
  void write(LogLevel level, std::string_view line) override;

 private:
  EventLoop& loop_;
  const EventOwner owner_;
  const std::string node_name_;
  LogLines& lines_;
};

// A node's wall clock: the world's time, shifted and drifting. The world begins on 2026-01-01.
struct SimWallClock {
  static constexpr int64_t kWorldBeginNs = 1'767'225'600'000'000'000;
  Duration offset{};
  int64_t drift_ppm = 0;
  WallTime at(MonotonicTime world_time) const {
    return {kWorldBeginNs + offset.count() + world_time.ns + world_time.ns / 1'000'000 * drift_ppm};
  }
};

class SimRuntime final : public Runtime {
 public:
  struct Parts {
    EventLoop& loop;
    EventOwner owner;
    SimDisk& disk;
    const SimWallClock& wall_clock;
    LogLines& log_lines;
  };
  SimRuntime(Parts parts, std::string node_name, Rng rng, const ScheduleOptions& schedule,
             Duration clock_origin)
      : loop_(parts.loop),
        wall_clock_(parts.wall_clock),
        executor_(parts.loop, parts.owner, rng.fork(), schedule, clock_origin),
        rng_(rng.fork()),
        storage_(parts.disk, parts.owner),
        log_(parts.loop, parts.owner, std::move(node_name), parts.log_lines) {}

  SimExecutor& executor() override { return executor_; }
  WallTime wall_time() const override { return wall_clock_.at(loop_.now()); }
  Rng& rng() override { return rng_; }
  SimStorage& storage() override { return storage_; }
  SimLog& log() override { return log_; }

 private:
  EventLoop& loop_;
  const SimWallClock& wall_clock_;
  SimExecutor executor_;
  Rng rng_;
  SimStorage storage_;
  SimLog log_;
};

}  // namespace firn::sim
