// OperationTable: what became of the requests to one pool on one target, or to a service, by kind. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "model/metrics_messages.h"
#include "net/call_observer.h"

namespace firn::engine {

class OperationTable {
 public:
  void record(const net::EndedCall& ended);
  // What the other has counted is added here.
  void merge(const OperationTable& other);
  // Adds a line for each kind of request that came.
  void describe(PoolId pool, std::vector<OperationCounts>& lines) const;

 private:
  struct Operation {
    std::string name;
    uint64_t received_bytes = 0;
    uint64_t sent_bytes = 0;
    std::map<Code, uint64_t> errors;
    Histogram latency_ns;
  };
  // One entry for all opcodes that the server does not know, so that clients cannot make it grow.
  static constexpr uint16_t kUnknown = 0;

  std::map<uint16_t, Operation> by_opcode_;
};

}  // namespace firn::engine
