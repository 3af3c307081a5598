// What the C API tells of a pool.
#pragma once

#include <daos_pool.h>

#include "capi/handles.h"

namespace firn::capi {

// All but the bits, which are the caller's.
void fill_pool_info(const PoolHandle& pool, const PoolInfo& info, daos_pool_info_t& target);

// The label; the others are not set. Code::invalid for what is no pool property.
Result<void> fill_pool_properties(const PoolInfo& info, daos_prop_t& properties);

// To be freed with d_rank_list_free(); nullptr: no memory.
d_rank_list_t* make_rank_list(const PoolHandle& pool);

}  // namespace firn::capi
