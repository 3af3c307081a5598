// Buckets without gaps, quantiles within their error.
#include "base/histogram.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "base/rng.h"

namespace firn {
namespace {

TEST(Histogram, buckets_follow_one_another_without_gap) {
  for (uint32_t bucket = 0; bucket < Histogram::kBuckets; bucket++) {
    const uint64_t floor = Histogram::floor_of(bucket);
    const uint64_t next = Histogram::floor_of(bucket + 1);
    ASSERT_LT(floor, next);
    EXPECT_EQ(Histogram::bucket_of(floor), bucket);
    EXPECT_EQ(Histogram::bucket_of(next - 1), bucket);
    EXPECT_LE((next - floor - 1) * 16, floor) << "a bucket is wider than a sixteenth of its values";
  }
  EXPECT_EQ(Histogram::bucket_of(UINT64_MAX), Histogram::kBuckets - 1);
}

TEST(Histogram, is_empty_at_first) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.quantile(0.5), 0u);
  EXPECT_EQ(histogram.max(), 0u);
}

// Values over all magnitudes that a latency may have.
std::vector<uint64_t> some_values(Rng& rng) {
  std::vector<uint64_t> values(1 + rng.below(2000));
  for (uint64_t& value : values) value = rng.below(uint64_t{1} << (1 + rng.below(Histogram::kBitsMax)));
  return values;
}

TEST(Histogram, quantiles_are_off_by_a_thirty_second_at_most) {
  for (uint64_t seed = 1; seed <= 300; seed++) {
    Rng rng(seed);
    std::vector<uint64_t> values = some_values(rng);
    Histogram histogram;
    for (const uint64_t value : values) histogram.record(value);
    std::ranges::sort(values);
    for (const double q : {0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = static_cast<size_t>(std::ceil(q * static_cast<double>(values.size())));
      const uint64_t exact = values[std::max<size_t>(rank, 1) - 1];
      const uint64_t found = histogram.quantile(q);
      const uint64_t error = found > exact ? found - exact : exact - found;
      EXPECT_LE(error, exact / 32 + 1) << "seed " << seed << " q " << q << " exact " << exact;
    }
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.count(), values.size());
  }
}

TEST(Histogram, merging_is_recording_both_and_since_undoes_it) {
  for (uint64_t seed = 1; seed <= 50; seed++) {
    Rng rng(seed);
    Histogram first;
    Histogram second;
    Histogram both;
    for (const uint64_t value : some_values(rng)) {
      first.record(value);
      both.record(value);
    }
    for (const uint64_t value : some_values(rng)) {
      second.record(value);
      both.record(value);
    }
    Histogram merged = first;
    merged.merge(second);
    const Histogram difference = both.since(first);
    for (uint32_t i = 0; i < Histogram::kBuckets; i++) {
      ASSERT_EQ(merged.count_of(i), both.count_of(i));
      ASSERT_EQ(difference.count_of(i), second.count_of(i));
    }
    EXPECT_EQ(merged.sum(), both.sum());
    EXPECT_EQ(merged.max(), both.max());
    EXPECT_EQ(difference.sum(), second.sum());
  }
}

TEST(Histogram, since_a_state_of_another_life_is_all_there_is) {
  Histogram before;
  before.record(5);
  Histogram anew;
  anew.record(7);
  EXPECT_EQ(anew.since(before).count(), 1u);
}

}  // namespace
}  // namespace firn
