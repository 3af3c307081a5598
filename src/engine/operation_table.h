// OperationTable: what became of the requests to one pool on one target, or to a service, by kind. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
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
  // What every request changes is in its first line of cache, but for one bucket.
  struct alignas(64) Operation {
    uint64_t received_bytes = 0;
    uint64_t sent_bytes = 0;
    Histogram latency_ns;
    std::map<Code, uint64_t> errors;
    std::string name;
  };
  struct Entry {
    uint16_t opcode;
    std::unique_ptr<Operation> operation;
  };
  // One entry for all opcodes that the server does not know, so that clients cannot make it grow.
  static constexpr uint16_t kUnknown = 0;

  Operation& of(uint16_t opcode, std::string_view name);

  std::vector<Entry> operations_;  // ascending; a dozen
};

}  // namespace firn::engine
