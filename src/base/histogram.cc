// Log-linear histogram; see histogram.h.
#include "base/histogram.h"

#include <cmath>
#include <numeric>

namespace firn {

static_assert(Histogram::bucket_of((uint64_t{1} << Histogram::kBitsMax) - 1) == Histogram::kBuckets - 1);
static_assert(Histogram::floor_of(Histogram::kBuckets) == uint64_t{1} << Histogram::kBitsMax);

void Histogram::merge(const Histogram& other) {
  for (uint32_t i = 0; i < kBuckets; i++) counts_[i] += other.counts_[i];
  add_sum(other.sum_, other.max_);
}

Histogram Histogram::since(const Histogram& earlier) const {
  Histogram difference = *this;
  // The other end may have begun anew: then all of it is since.
  for (uint32_t i = 0; i < kBuckets; i++) {
    if (earlier.counts_[i] > counts_[i]) return difference;
  }
  for (uint32_t i = 0; i < kBuckets; i++) difference.counts_[i] -= earlier.counts_[i];
  difference.sum_ -= earlier.sum_;
  return difference;
}

uint64_t Histogram::count() const { return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0}); }

uint64_t Histogram::quantile(double q) const {
  const uint64_t total = count();
  if (total == 0) return 0;
  const auto wanted = std::max<uint64_t>(static_cast<uint64_t>(std::ceil(q * static_cast<double>(total))), 1);
  uint64_t seen = 0;
  uint32_t bucket = 0;
  while (bucket < kBuckets - 1 && (seen += counts_[bucket]) < wanted) bucket++;
  const uint64_t middle = floor_of(bucket) + (floor_of(bucket + 1) - floor_of(bucket)) / 2;
  return std::min(middle, max_);
}

}  // namespace firn
