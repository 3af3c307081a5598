// Histogram: how often which values came, in fixed memory. Log-linear: each power of two is cut into 16
// buckets of equal width, so a value is known to within a sixteenth of itself, and a quantile to within 1/32.
//
//   Histogram latency_ns;
//   latency_ns.record(12'345);
//   latency_ns.quantile(0.99);  // about 12'345
//
// Histograms of the same thing merge; the difference of two states is what came in between.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace firn {

class Histogram {
 public:
  // Values of 2^kBitsMax and more are counted in the last bucket (of nanoseconds: above 73 minutes).
  static constexpr uint32_t kBitsMax = 42;
  static constexpr uint32_t kBuckets = (kBitsMax - 3) * 16;

  static constexpr uint32_t bucket_of(uint64_t value) {
    if (value >> kBitsMax != 0) return kBuckets - 1;
    if (value < 16) return static_cast<uint32_t>(value);
    const auto shift = static_cast<uint32_t>(std::bit_width(value)) - 5;
    return shift * 16 + static_cast<uint32_t>(value >> shift);
  }
  // The smallest value of a bucket; that of the one behind the last is 2^kBitsMax.
  static constexpr uint64_t floor_of(uint32_t bucket) {
    if (bucket < 32) return bucket;
    return uint64_t{16 + bucket % 16} << (bucket / 16 - 1);
  }

  void record(uint64_t value) {
    counts_[bucket_of(value)]++;
    sum_ += value;
    max_ = std::max(max_, value);
  }
  // As if `count` values of the bucket had been recorded; their sum and largest are told apart.
  void add(uint32_t bucket, uint64_t count) { counts_[bucket] += count; }
  void add_sum(uint64_t sum, uint64_t max) {
    sum_ += sum;
    max_ = std::max(max_, max);
  }
  void merge(const Histogram& other);
  // What came since `earlier`, a state of this same histogram; its max() is that of this one.
  Histogram since(const Histogram& earlier) const;

  uint64_t count() const;
  uint64_t count_of(uint32_t bucket) const { return counts_[bucket]; }
  uint64_t sum() const { return sum_; }
  uint64_t max() const { return max_; }
  // A value that at least the fraction `q` (0 … 1) of the values does not exceed, and no smaller bucket has:
  // off by 1/32 of itself at most. 0 if there are none.
  uint64_t quantile(double q) const;

 private:
  uint64_t sum_ = 0;
  uint64_t max_ = 0;
  std::array<uint64_t, kBuckets> counts_{};
};

}  // namespace firn
