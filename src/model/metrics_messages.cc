// Histograms in messages; see metrics_messages.h.
#include "model/metrics_messages.h"

namespace firn {

HistogramCounts counts_of(const Histogram& histogram) {
  HistogramCounts counts{histogram.sum(), histogram.max(), {}};
  for (uint32_t bucket = 0; bucket < Histogram::kBuckets; bucket++) {
    if (const uint64_t count = histogram.count_of(bucket); count > 0)
      counts.buckets.push_back({bucket, count});
  }
  return counts;
}

Histogram histogram_of(const HistogramCounts& counts) {
  Histogram histogram;
  for (const BucketCount& of : counts.buckets) {
    if (of.bucket < Histogram::kBuckets) histogram.add(of.bucket, of.count);
  }
  histogram.add_sum(counts.sum, counts.max);
  return histogram;
}

}  // namespace firn
