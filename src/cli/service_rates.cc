// From counts to rates; see service_rates.h.
#include "cli/service_rates.h"

#include <algorithm>

namespace firn::cli {

namespace {

const OperationCounts* find_operation(const MetricsReply& in, const std::string& name) {
  const auto found = std::ranges::find(in.operations, name, &OperationCounts::operation);
  return found == in.operations.end() ? nullptr : &*found;
}

uint64_t error_count(const OperationCounts& of) {
  uint64_t count = 0;
  for (const ErrorCount& error : of.errors) count += error.count;
  return count;
}

StoreCounts sum_of(const std::vector<StoreCounts>& stores) {
  StoreCounts sum;
  for (const StoreCounts& store : stores) {
    sum.space_bytes += store.space_bytes;
    sum.free_bytes += store.free_bytes;
    sum.cache_lookups += store.cache_lookups;
    sum.cache_misses += store.cache_misses;
    sum.log_bytes += store.log_bytes;
  }
  return sum;
}

OperationRates rates_of(const OperationCounts* before, const OperationCounts& now, double seconds) {
  const OperationCounts nothing;
  const OperationCounts& from = before != nullptr ? *before : nothing;
  const Histogram latency = histogram_of(now.latency_ns);
  const auto per_second = [seconds](uint64_t earlier, uint64_t later) {
    return static_cast<double>(later - std::min(earlier, later)) / seconds;
  };
  OperationRates rates;
  rates.operation = now.operation;
  rates.requests = latency.count();
  rates.errors = error_count(now);
  rates.latency_ns = latency.since(histogram_of(from.latency_ns));
  rates.requests_per_second = static_cast<double>(rates.latency_ns.count()) / seconds;
  rates.errors_per_second = per_second(error_count(from), rates.errors);
  rates.received_bytes_per_second = per_second(from.received_bytes, now.received_bytes);
  rates.sent_bytes_per_second = per_second(from.sent_bytes, now.sent_bytes);
  return rates;
}

void add(OperationRates& sum, const OperationRates& of) {
  sum.requests += of.requests;
  sum.errors += of.errors;
  sum.requests_per_second += of.requests_per_second;
  sum.errors_per_second += of.errors_per_second;
  sum.received_bytes_per_second += of.received_bytes_per_second;
  sum.sent_bytes_per_second += of.sent_bytes_per_second;
  sum.latency_ns.merge(of.latency_ns);
}

}  // namespace

ServiceRates rates_between(const MetricsReply* before, const MetricsReply& now) {
  const bool anew = before == nullptr || before->uptime_ns >= now.uptime_ns;
  const MetricsReply nothing;
  const MetricsReply& from = anew ? nothing : *before;
  ServiceRates rates;
  rates.seconds = std::max(static_cast<double>(now.uptime_ns - from.uptime_ns) / 1e9, 1e-9);
  for (const OperationCounts& operation : now.operations) {
    const OperationCounts* const earlier = find_operation(from, operation.operation);
    add(rates.all, rates.operations.emplace_back(rates_of(earlier, operation, rates.seconds)));
  }
  const uint64_t busy =
      now.channels.busy_answers - std::min(from.channels.busy_answers, now.channels.busy_answers);
  rates.busy_per_second = static_cast<double>(busy) / rates.seconds;
  rates.stores = sum_of(now.stores);
  const StoreCounts earlier = sum_of(from.stores);
  // A pool that was removed takes its counts along.
  if (rates.stores.cache_lookups > earlier.cache_lookups &&
      rates.stores.cache_misses >= earlier.cache_misses) {
    const auto lookups = static_cast<double>(rates.stores.cache_lookups - earlier.cache_lookups);
    const auto misses = static_cast<double>(rates.stores.cache_misses - earlier.cache_misses);
    rates.cache_hits = std::max(1 - misses / lookups, 0.0);
  }
  return rates;
}

}  // namespace firn::cli
