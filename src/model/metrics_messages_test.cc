// Histograms in messages.
#include "model/metrics_messages.h"

#include <gtest/gtest.h>

#include "model/wire.h"

namespace firn {
namespace {

TEST(MetricsMessages, histogram_survives_the_way_over_the_wire) {
  Histogram histogram;
  for (uint64_t value = 1; value < 1'000'000'000; value = value * 3 + 1) histogram.record(value);
  const auto counts = decode<HistogramCounts>(encode(counts_of(histogram)));
  ASSERT_TRUE(counts.has_value());
  const Histogram again = histogram_of(*counts);
  for (uint32_t i = 0; i < Histogram::kBuckets; i++) ASSERT_EQ(again.count_of(i), histogram.count_of(i));
  EXPECT_EQ(again.sum(), histogram.sum());
  EXPECT_EQ(again.max(), histogram.max());
}

TEST(MetricsMessages, buckets_that_do_not_exist_are_left_out) {
  HistogramCounts counts;
  counts.buckets = {{3, 2}, {Histogram::kBuckets, 7}, {UINT32_MAX, 7}};
  EXPECT_EQ(histogram_of(counts).count(), 2u);
}

}  // namespace
}  // namespace firn
