// Properties and figures of containers, as the C API has them.
#pragma once

#include <daos_cont.h>

#include "capi/handles.h"

namespace firn::capi {

// A container with these properties, in no pool yet; both may be nullptr. Code::invalid for what is no
// property or has no value that it can have, unsupported for what this version cannot do.
Result<ContainerCreateRequest> create_request(const char* label, const daos_prop_t* properties);

// The properties to change; as above. Code::invalid too for what is fixed once a container exists.
Result<std::vector<Property>> changed_properties(const daos_prop_t& properties);

// What it takes to make these changes, and to see these properties.
Rights rights_to_change(const std::vector<Property>& properties);
Rights rights_to_see(const daos_prop_t& properties);

// The values of the entries' types, or of all properties if there is no entry.
Result<void> fill_properties(const ContainerInfo& info, daos_prop_t& properties);

// Gives a list without entries those of the types from `begin` to below `end`.
Result<void> add_all_entries(daos_prop_t& properties, uint32_t begin, uint32_t end);

// As far as it is known: there are no snapshots, and who has it open is not counted.
void fill_container_info(const ContainerInfo& info, daos_cont_info_t& target);

// A handle of it, counted in its pool. An invalid one if there are too many.
daos_handle_t add_container(std::shared_ptr<ContainerHandle> handle);

}  // namespace firn::capi
