// Parts of duns_attr_t, from text: shared by the functions of daos_uns.h.
#pragma once

#include <string_view>

#include <daos_uns.h>

namespace firn::capi {

// Labels or UUIDs, at most DAOS_PROP_LABEL_MAX_LEN characters. A UUID is set as such too.
void set_pool(duns_attr_t& attributes, std::string_view name);
void set_container(duns_attr_t& attributes, std::string_view name);

// What follows the container in a path; empty: nothing. False: no memory.
bool set_rest(duns_attr_t& attributes, std::string_view rest);

// The value of DUNS_XATTR_NAME. False, and nothing is set: it is not one.
bool parse_namespace_text(std::string_view text, duns_attr_t& attributes);

}  // namespace firn::capi
