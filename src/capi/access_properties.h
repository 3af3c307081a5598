// Owner, group and access list: properties of pools and containers alike.
#pragma once

#include <string_view>
#include <vector>

#include <daos_prop.h>

#include "base/error.h"
#include "model/control_messages.h"

namespace firn::capi {

// The numbers that the C API gives them.
struct AccessTypes {
  uint32_t list;
  uint32_t owner;
  uint32_t owner_group;
};
constexpr AccessTypes kPoolAccess{DAOS_PROP_PO_ACL, DAOS_PROP_PO_OWNER, DAOS_PROP_PO_OWNER_GROUP};
constexpr AccessTypes kContainerAccess{DAOS_PROP_CO_ACL, DAOS_PROP_CO_OWNER, DAOS_PROP_CO_OWNER_GROUP};

// Its name in model/properties.h; nullptr: it is another property.
const char* find_access_property(uint32_t type, const AccessTypes& types);

// One of them, as ours. Code::invalid for what is no list and no owner.
Result<Property> access_property(const daos_prop_entry& entry, const AccessTypes& types);

// Gives an entry of such a type its value; what is not there is marked as not set.
Result<void> fill_access(const std::vector<Property>& properties, const AccessTypes& types,
                         daos_prop_entry& entry);

}  // namespace firn::capi
