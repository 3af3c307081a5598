// Typed reading of metadata; see catalog.h.
#include "control/catalog.h"

namespace firn::control {

template <class Record>
Task<Result<std::optional<Versioned<Record>>>> Catalog::find(std::string key) {
  FIRN_CO_TRY(const std::optional<MetaEntry> entry, co_await meta_.get(std::move(key)));
  if (!entry) co_return std::optional<Versioned<Record>>();
  FIRN_CO_TRY(Record record, decode_record<Record>(entry->value, entry->key));
  co_return std::optional(Versioned<Record>{std::move(record), entry->version});
}

template Task<Result<std::optional<Versioned<SystemRecord>>>> Catalog::find(std::string key);
template Task<Result<std::optional<Versioned<PoolRecord>>>> Catalog::find(std::string key);
template Task<Result<std::optional<Versioned<ContainerRecord>>>> Catalog::find(std::string key);
template Task<Result<std::optional<Versioned<LabelRecord>>>> Catalog::find(std::string key);
template Task<Result<std::optional<Versioned<PoolMapRecord>>>> Catalog::find(std::string key);
template Task<Result<std::optional<Versioned<OidRecord>>>> Catalog::find(std::string key);
template Task<Result<std::optional<Versioned<AttributesRecord>>>> Catalog::find(std::string key);
template Task<Result<std::optional<Versioned<RequestRecord>>>> Catalog::find(std::string key);

template <class Record>
Task<Result<std::vector<Record>>> Catalog::list(std::string prefix) {
  FIRN_CO_TRY(const std::vector<MetaEntry> entries, co_await meta_.list(std::move(prefix)));
  std::vector<Record> records;
  for (const MetaEntry& entry : entries) {
    FIRN_CO_TRY(Record record, decode_record<Record>(entry.value, entry.key));
    records.push_back(std::move(record));
  }
  co_return records;
}

Task<Result<std::vector<PoolRecord>>> Catalog::pools() { return list<PoolRecord>(keys::pools()); }

Task<Result<Versioned<PoolRecord>>> Catalog::pool(std::string name) {
  auto id = Uuid::parse(name);
  if (!id) {
    FIRN_CO_TRY(const auto label, co_await find<LabelRecord>(keys::pool_label(name)));
    if (label) id = label->record.id;
  }
  if (id) {
    FIRN_CO_TRY(auto pool, co_await find<PoolRecord>(keys::pool(PoolId{*id})));
    if (pool && pool->record.state == RecordState::ready) co_return *std::move(pool);
  }
  co_return fail(Code::not_found, "there is no such pool")
      .on("pool", name)
      .remedy("`firn pool list` shows the pools, `firn pool create` makes one");
}

Task<Result<PoolMap>> Catalog::pool_map(PoolId pool) {
  FIRN_CO_TRY(auto found, co_await find<PoolMapRecord>(keys::pool_map(pool)));
  if (!found) co_return fail(Code::not_found, "the pool has no map").on("pool", pool.uuid.text());
  co_return std::move(found->record.map);
}

Task<Result<std::vector<ContainerRecord>>> Catalog::containers(PoolId pool) {
  return list<ContainerRecord>(keys::containers(pool));
}

Task<Result<Versioned<ContainerRecord>>> Catalog::container(PoolRecord pool, std::string name) {
  auto id = Uuid::parse(name);
  if (!id) {
    FIRN_CO_TRY(const auto label, co_await find<LabelRecord>(keys::container_label(pool.id, name)));
    if (label) id = label->record.id;
  }
  if (id) {
    FIRN_CO_TRY(auto container, co_await find<ContainerRecord>(keys::container(pool.id, ContainerId{*id})));
    if (container && container->record.state == RecordState::ready) co_return *std::move(container);
  }
  co_return fail(Code::not_found, "there is no such container in the pool")
      .on("container", name)
      .on("pool", pool.label)
      .remedy("`firn container list " + pool.label + "` shows the containers");
}

}  // namespace firn::control
