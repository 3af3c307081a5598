// The services of a system; see services.h.
#include "cli/services.h"

namespace firn::cli {

std::vector<uint32_t> services_of(const SystemQueryReply& system) {
  std::vector<uint32_t> services;
  const uint32_t targets = system.engines.empty() ? 0 : system.engines.front().target_count;
  for (uint32_t target = 0; target < targets; target++) services.push_back(target);
  services.push_back(Address::kControlTarget);
  return services;
}

std::string service_name(uint32_t service) {
  return service == Address::kControlTarget ? "control" : std::to_string(service);
}

}  // namespace firn::cli
