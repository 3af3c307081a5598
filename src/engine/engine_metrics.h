// What all services of an engine have counted.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/metrics_messages.h"

namespace firn::engine {

struct EngineMetrics {
  std::map<PoolId, std::string> pool_labels;
  MetricsReply control;
  std::vector<std::optional<MetricsReply>> targets;  // nothing: it does not answer
};

struct EngineSlowRequests {
  SlowRequestsReply control;
  std::vector<std::optional<SlowRequestsReply>> targets;
};

}  // namespace firn::engine
