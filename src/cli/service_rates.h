// ServiceRates: what a service did between two looks at what it has counted. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "model/metrics_messages.h"

namespace firn::cli {

struct OperationRates {
  std::string operation;
  uint64_t requests = 0;  // since the service was started, as are errors
  uint64_t errors = 0;
  double requests_per_second = 0;
  double errors_per_second = 0;
  double received_bytes_per_second = 0;
  double sent_bytes_per_second = 0;
  Histogram latency_ns;  // of those between
};

struct ServiceRates {
  double seconds = 0;  // between the two looks
  std::vector<OperationRates> operations;
  OperationRates all;  // of all operations
  double busy_per_second = 0;
  std::optional<double> cache_hits;  // the fraction of pages found in memory; nothing if none was asked for
  StoreCounts stores;                // of all pools together
};

// `before` is an earlier answer of the same service; without it, or if the service was started anew since, it
// is all that the service has done.
ServiceRates rates_between(const MetricsReply* before, const MetricsReply& now);

}  // namespace firn::cli
