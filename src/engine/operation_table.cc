// Requests by kind; see operation_table.h.
#include "engine/operation_table.h"

#include <algorithm>

namespace firn::engine {

OperationTable::Operation& OperationTable::of(uint16_t opcode, std::string_view name) {
  auto at = operations_.begin();
  while (at != operations_.end() && at->opcode < opcode) ++at;
  if (at == operations_.end() || at->opcode != opcode) {
    at = operations_.insert(at, {opcode, std::make_unique<Operation>()});
    at->operation->name = name;
  }
  return *at->operation;
}

void OperationTable::record(const net::EndedCall& ended) {
  const bool known = *ended.name != '\0';
  Operation& operation = known ? of(ended.opcode, ended.name) : of(kUnknown, "unknown");
  operation.received_bytes += ended.received_bytes;
  operation.sent_bytes += ended.sent_bytes;
  if (ended.outcome != Code{}) operation.errors[ended.outcome]++;
  operation.latency_ns.record(
      static_cast<uint64_t>(std::max<int64_t>((ended.answered - ended.begun).count(), 0)));
}

void OperationTable::merge(const OperationTable& other) {
  for (const auto& [opcode, from] : other.operations_) {
    Operation& operation = of(opcode, from->name);
    operation.received_bytes += from->received_bytes;
    operation.sent_bytes += from->sent_bytes;
    for (const auto& [code, count] : from->errors) operation.errors[code] += count;
    operation.latency_ns.merge(from->latency_ns);
  }
}

void OperationTable::describe(PoolId pool, std::vector<OperationCounts>& lines) const {
  for (const auto& [opcode, counted] : operations_) {
    const Operation& operation = *counted;
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
