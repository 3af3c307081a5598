// Access control lists between the C API's structures and ours (model/access.h).
#pragma once

#include <optional>

#include <daos_security.h>

#include "model/access.h"

namespace firn::capi {

// nullopt: it is no valid entry, or has other permissions for each of its types, which text cannot say.
std::optional<AccessEntry> access_entry_of(daos_ace& entry);
// nullptr: no memory.
daos_ace* make_entry(const AccessEntry& entry);

// Code::invalid for what is no valid list.
Result<AccessList> access_list_of(daos_acl* list);
// nullptr: no memory.
daos_acl* make_list(const AccessList& list);

}  // namespace firn::capi
