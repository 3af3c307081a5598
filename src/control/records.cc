// Keys of metadata records, and their public face; see records.h. Labels have no '/', so the keys are
// unambiguous.
#include "control/records.h"

#include <fmt/format.h>

namespace firn::control {

namespace keys {

std::string system() { return "system"; }
std::string pools() { return "pool/"; }
std::string pool(PoolId pool) { return pools() + pool.uuid.text(); }
std::string pool_label(std::string_view label) { return fmt::format("pool-label/{}", label); }
std::string pool_map(PoolId pool) { return fmt::format("pool-map/{}", pool.uuid.text()); }
std::string containers(PoolId pool) { return fmt::format("container/{}/", pool.uuid.text()); }
std::string container(PoolId pool, ContainerId container) { return containers(pool) + container.uuid.text(); }
std::string container_labels(PoolId pool) { return fmt::format("container-label/{}/", pool.uuid.text()); }
std::string container_label(PoolId pool, std::string_view label) {
  return container_labels(pool).append(label);
}
std::string oids_of_pool(PoolId pool) { return fmt::format("oid/{}/", pool.uuid.text()); }
std::string oids(PoolId pool, ContainerId container) { return oids_of_pool(pool) + container.uuid.text(); }
std::string attributes_of_pool(PoolId pool) { return fmt::format("attributes/{}/", pool.uuid.text()); }
std::string attributes(PoolId pool, Uuid owner) { return attributes_of_pool(pool) + owner.text(); }
std::string requests() { return "request/"; }
std::string requests_of(ClientId client) { return fmt::format("request/{:016x}/", client.value); }
// Hexadecimal of fixed width sorts like the number.
std::string request(RequestId request) {
  return fmt::format("{}{:016x}", requests_of(request.client), request.sequence.value);
}

}  // namespace keys

PoolInfo info_of(const PoolRecord& record) {
  return {.id = record.id,
          .label = record.label,
          .created = record.created,
          .target_count = record.target_count,
          .pg_count = record.pg_count,
          .capacity_bytes = record.capacity_bytes_per_target * record.target_count,
          .properties = record.properties};
}

ContainerInfo info_of(const ContainerRecord& record) {
  return {.id = record.id, .label = record.label, .created = record.created, .properties = record.properties};
}

}  // namespace firn::control
