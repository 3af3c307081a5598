// What an entry of an access control list has to be like: shared by the functions of daos_security.h.
#pragma once

#include <cstddef>
#include <string_view>

#include <daos_security.h>

namespace firn::capi {

// Users and groups have a name; the other principals are one each.
inline bool is_named(unsigned type) { return type == DAOS_ACL_USER || type == DAOS_ACL_GROUP; }

inline bool is_group(unsigned type) { return type == DAOS_ACL_OWNER_GROUP || type == DAOS_ACL_GROUP; }

// Whether a whole entry starts at `entry` and ends within `size` bytes: its principal is known and its name,
// if it has one, is terminated. Permissions may be anything.
bool is_entry(const daos_ace& entry, size_t size);

inline size_t entry_size(const daos_ace& entry) { return sizeof(daos_ace) + entry.dae_principal_len; }

// What those that are one each are called; nullptr: `type` is another.
const char* special_principal(unsigned type);

// Empty for those without a name.
std::string_view principal_name(const daos_ace& entry);

bool has_principal(const daos_ace& entry, unsigned type, std::string_view name);

// The entry's permissions for one of its access types.
uint64_t permissions_for(const daos_ace& entry, daos_acl_access_type access);

}  // namespace firn::capi
