// Rates between two looks.
#include "cli/service_rates.h"

#include <gtest/gtest.h>

namespace firn::cli {
namespace {

MetricsReply reply_of(uint64_t uptime_s, uint64_t updates, uint64_t errors) {
  MetricsReply reply;
  reply.uptime_ns = uptime_s * 1'000'000'000;
  OperationCounts& update = reply.operations.emplace_back();
  update.operation = "update";
  update.received_bytes = updates * 1000;
  if (errors > 0) update.errors = {{Code::no_space, errors}};
  Histogram latency;
  for (uint64_t i = 0; i < updates; i++) latency.record(i < 100 ? 1'000'000 : 1'000);
  update.latency_ns = counts_of(latency);
  StoreCounts& store = reply.stores.emplace_back();
  store.cache_lookups = updates * 4;
  store.cache_misses = updates;
  return reply;
}

TEST(ServiceRates, are_of_what_came_between) {
  const MetricsReply before = reply_of(10, 100, 1);
  const MetricsReply now = reply_of(12, 300, 5);
  const ServiceRates rates = rates_between(&before, now);
  EXPECT_DOUBLE_EQ(rates.seconds, 2);
  ASSERT_EQ(rates.operations.size(), 1u);
  const OperationRates& update = rates.operations[0];
  EXPECT_EQ(update.requests, 300u);
  EXPECT_EQ(update.errors, 5u);
  EXPECT_DOUBLE_EQ(update.requests_per_second, 100);
  EXPECT_DOUBLE_EQ(update.errors_per_second, 2);
  EXPECT_DOUBLE_EQ(update.received_bytes_per_second, 100'000);
  EXPECT_LT(update.latency_ns.quantile(0.99), 2'000u) << "the slow ones were before";
  EXPECT_DOUBLE_EQ(rates.all.requests_per_second, 100);
  EXPECT_DOUBLE_EQ(rates.cache_hits.value(), 0.75);
}

TEST(ServiceRates, of_a_service_that_was_started_anew_are_all_it_did) {
  const MetricsReply before = reply_of(100, 1000, 0);
  const MetricsReply now = reply_of(2, 10, 0);
  const ServiceRates rates = rates_between(&before, now);
  EXPECT_DOUBLE_EQ(rates.seconds, 2);
  EXPECT_DOUBLE_EQ(rates.all.requests_per_second, 5);
  EXPECT_DOUBLE_EQ(rates_between(nullptr, now).all.requests_per_second, 5);
}

TEST(ServiceRates, without_lookups_there_is_no_hit_rate) {
  const MetricsReply reply = reply_of(1, 0, 0);
  EXPECT_FALSE(rates_between(nullptr, reply).cache_hits.has_value());
}

}  // namespace
}  // namespace firn::cli
