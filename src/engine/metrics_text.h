// All figures of an engine as Prometheus reads them. What each means: docs/observability.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/engine_metrics.h"
#include "runtime/process_info.h"

namespace firn::engine {

// What is told beside what the services have counted.
struct HostFigures {
  std::string version;  // of the program
  std::optional<ProcessInfo> process;
  std::optional<uint64_t> disk_free_bytes;
};

// Figures that are not known are left out, their families are not.
std::string metrics_text(const EngineMetrics& metrics, const HostFigures& host);

}  // namespace firn::engine
