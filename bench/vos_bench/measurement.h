// What a row measures and how: figures, variants that alternate, and the clock around slices of operations.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <time.h>

#include "vos_bench/options.h"

namespace firn::bench {

// One number of one repetition.
struct Figure {
  std::string name;
  std::string unit;
  double value = 0;
};

// One way of doing what the row is about: a store and how it is used.
struct Variant {
  std::string store;                             // firn, firn-files, rocksdb, lmdb, uring
  std::string mode;                              // "64 in flight"
  std::string config;                            // all settings that may change the figures
  std::function<std::vector<Figure>()> measure;  // one repetition
  std::string name() const { return store + ", " + mode; }
};

// Figure of variant `over` divided by that of `under`, of each repetition.
struct Ratio {
  std::string figure;
  std::string over;
  std::string under;
  std::string bar;  // what the ratio is meant to be
};

// A row made ready: its stores are open and filled. The stores are members of what derives from it.
class Scenario {
 public:
  virtual ~Scenario() = default;
  std::vector<Variant> variants;
  std::vector<Ratio> ratios;
};

struct RowContext {
  Options options;
  std::string disk;  // empty directories that are removed with all that is in them after the row
  std::string memory;
  bool wants(const std::string& store) const { return options.only.empty() || options.only == store; }
};

struct Row {
  std::string name;
  std::string about;
  std::string bar;
  std::function<std::unique_ptr<Scenario>(const RowContext&)> make;
};

inline double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }
  // Of all threads of the process; on a busy machine it says more than the time that went by.
  double cpu_seconds() const { return cpu_now() - cpu_begin_; }

 private:
  static double cpu_now() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  }

  using Clock = std::chrono::steady_clock;
  double cpu_begin_ = cpu_now();
  Clock::time_point begin_ = Clock::now();
};

// Repeats prepare(count), which is not timed, and run(), which is, until `seconds` have been measured. Slices
// grow up to 512 operations: what they need stays in the second-level cache, as the request of a caller
// would. Figures: the mean of all operations; the median of the slices' means, which leaves out what happens
// now and then (a checkpoint, a compaction, a stall of the machine); the processor time, of background
// threads too.
template <class Prepare, class Run>
std::vector<Figure> measure_slices(double seconds, Prepare prepare, Run run) {
  constexpr uint64_t kOperationsMax = 512;
  constexpr double kSliceSeconds = 0.005;
  constexpr size_t kSlicesMin = 4;
  uint64_t size = 64;
  uint64_t operations = 0;
  double total = 0;
  double cpu = 0;
  std::vector<double> slices;
  prepare(size);  // the first slice pays for what comes once: it is not counted
  run();
  while (total < seconds || slices.size() < kSlicesMin) {
    prepare(size);
    const Stopwatch watch;
    run();
    const double taken = watch.seconds();
    total += taken;
    cpu += watch.cpu_seconds();
    operations += size;
    slices.push_back(taken / static_cast<double>(size));
    if (taken < kSliceSeconds) size = std::min(size * 2, kOperationsMax);
  }
  return {{"mean", "ns", total * 1e9 / static_cast<double>(operations)},
          {"median slice", "ns", median(slices) * 1e9},
          {"cpu", "ns", cpu * 1e9 / static_cast<double>(operations)}};
}

}  // namespace firn::bench
