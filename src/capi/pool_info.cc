// What the C API tells of a pool; see pool_info.h.
#include "capi/pool_info.h"

#include <set>

#include <gurt/common.h>

#include "capi/access_properties.h"
#include "capi/container_properties.h"
#include "capi/convert.h"

namespace firn::capi {

namespace {

// All space is of one kind here; the first one is the one that every system has.
daos_pool_space space_of(const PoolInfo& info, uint32_t target_count) {
  daos_pool_space space{};
  space.ps_space.s_total[DAOS_MEDIA_SCM] = info.capacity_bytes;
  space.ps_space.s_free[DAOS_MEDIA_SCM] = info.free_bytes;
  const uint64_t mean = target_count == 0 ? 0 : info.free_bytes / target_count;
  space.ps_free_min[DAOS_MEDIA_SCM] = mean;
  space.ps_free_max[DAOS_MEDIA_SCM] = mean;
  space.ps_free_mean[DAOS_MEDIA_SCM] = mean;
  space.ps_ntargets = target_count;
  return space;
}

std::set<Rank> ranks_of(const PoolHandle& pool) {
  std::set<Rank> ranks;
  for (const PoolTarget& member : pool.description.map.targets) ranks.insert(member.rank);
  return ranks;
}

Result<void> fill_entry(const PoolInfo& info, daos_prop_entry& entry) {
  if (entry.dpe_type <= DAOS_PROP_PO_MIN || entry.dpe_type >= DAOS_PROP_PO_MAX)
    return fail(Code::invalid, "there is no such pool property").on("property_number", entry.dpe_type);
  if (find_access_property(entry.dpe_type, kPoolAccess) != nullptr)
    return fill_access(info.properties, kPoolAccess, entry);
  entry.dpe_flags = DAOS_PROP_ENTRY_NOT_SET;
  if (entry.dpe_type != DAOS_PROP_PO_LABEL) return {};
  entry.dpe_flags = 0;
  if (daos_prop_entry_set_str(&entry, info.label.data(), info.label.size()) == 0) return {};
  return fail(Code::no_space, "there is no memory for a property");
}

}  // namespace

Result<void> fill_pool_properties(const PoolInfo& info, daos_prop_t& properties) {
  if (properties.dpp_nr == 0) FIRN_CHECK(add_all_entries(properties, DAOS_PROP_PO_MIN + 1, DAOS_PROP_PO_MAX));
  if (properties.dpp_nr > DAOS_PROP_ENTRIES_MAX_NR)
    return fail(Code::invalid, "too many properties are asked for");
  for (uint32_t i = 0; i < properties.dpp_nr; i++) FIRN_CHECK(fill_entry(info, properties.dpp_entries[i]));
  return {};
}

d_rank_list_t* make_rank_list(const PoolHandle& pool) {
  const std::set<Rank> ranks = ranks_of(pool);
  d_rank_list_t* const list = d_rank_list_alloc(static_cast<uint32_t>(ranks.size()));
  if (list == nullptr) return nullptr;
  uint32_t index = 0;
  for (const Rank rank : ranks) list->rl_ranks[index++] = rank.value;
  return list;
}

void fill_pool_info(const PoolHandle& pool, const PoolInfo& info, daos_pool_info_t& target) {
  const uint64_t bits = target.pi_bits;
  const std::set<Rank> ranks = ranks_of(pool);
  target = {};
  target.pi_bits = bits;
  copy_uuid(target.pi_uuid, info.id.uuid);
  target.pi_ntargets = pool.target_count();
  target.pi_nnodes = static_cast<uint32_t>(ranks.size());
  target.pi_map_ver = static_cast<uint32_t>(pool.description.map.version.value);
  target.pi_leader = ranks.empty() ? 0 : ranks.begin()->value;
  target.pi_space = space_of(info, pool.target_count());
  target.pi_rebuild_st.rs_state = DRS_NOT_STARTED;
}

}  // namespace firn::capi
