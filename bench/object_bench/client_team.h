// ClientTeam: clients, each in a process of its own, that work at the same time.
#pragma once

#include <string>
#include <vector>

#include "object_bench/child_process.h"
#include "object_bench/object_client.h"

namespace firn::bench {

class ClientTeam {
 public:
  // They connect and are ready when this returns.
  ClientTeam(const std::string& uri, uint64_t keys, size_t clients);
  // All work for so long; gives the operations of all per second.
  double operations_per_second(Load load, double seconds);
  // Processor time of all of them.
  double cpu_seconds() const;

 private:
  std::vector<ChildProcess> clients_;
};

}  // namespace firn::bench
