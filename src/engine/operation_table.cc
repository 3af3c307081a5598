// Requests by kind; see operation_table.h.
#include "engine/operation_table.h"

#include <algorithm>

namespace firn::engine {

void OperationTable::record(const net::EndedCall& ended) {
  const bool known = *ended.name != '\0';
  Operation& operation = by_opcode_[known ? ended.opcode : kUnknown];
  if (operation.name.empty()) operation.name = known ? ended.name : "unknown";
  operation.received_bytes += ended.received_bytes;
  operation.sent_bytes += ended.sent_bytes;
  if (ended.outcome != Code{}) operation.errors[ended.outcome]++;
  operation.latency_ns.record(
      static_cast<uint64_t>(std::max<int64_t>((ended.answered - ended.begun).count(), 0)));
}

void OperationTable::merge(const OperationTable& other) {
  for (const auto& [opcode, from] : other.by_opcode_) {
    Operation& operation = by_opcode_[opcode];
    operation.name = from.name;
    operation.received_bytes += from.received_bytes;
    operation.sent_bytes += from.sent_bytes;
    for (const auto& [code, count] : from.errors) operation.errors[code] += count;
    operation.latency_ns.merge(from.latency_ns);
  }
}

void OperationTable::describe(PoolId pool, std::vector<OperationCounts>& lines) const {
  for (const auto& [opcode, operation] : by_opcode_) {
    OperationCounts& line = lines.emplace_back();
    line.pool = pool;
    line.operation = operation.name;
    line.received_bytes = operation.received_bytes;
    line.sent_bytes = operation.sent_bytes;
    for (const auto& [code, count] : operation.errors) line.errors.push_back({code, count});
    line.latency_ns = counts_of(operation.latency_ns);
  }
}

}  // namespace firn::engine
