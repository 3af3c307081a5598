// Owner, group and access list; see access_properties.h.
#include "capi/access_properties.h"

#include <cstring>

#include "capi/access_convert.h"
#include "model/properties.h"

namespace firn::capi {

namespace {

Result<void> fill_list(std::string_view text, daos_prop_entry& entry) {
  FIRN_TRY(const AccessList list, parse_access_list(text));
  entry.dpe_val_ptr = make_list(list);
  if (entry.dpe_val_ptr != nullptr) return {};
  return fail(Code::no_space, "there is no memory for an access control list");
}

}  // namespace

const char* find_access_property(uint32_t type, const AccessTypes& types) {
  if (type == types.list) return property::kAcl.data();
  if (type == types.owner) return property::kOwner.data();
  return type == types.owner_group ? property::kGroup.data() : nullptr;
}

Result<Property> access_property(const daos_prop_entry& entry, const AccessTypes& types) {
  const std::string name = find_access_property(entry.dpe_type, types);
  if (entry.dpe_val_ptr == nullptr)
    return fail(Code::invalid, "a property has no value").on("property", name);
  if (entry.dpe_type != types.list)
    return Property{name, std::string(entry.dpe_str, strnlen(entry.dpe_str, kPrincipalBytesMax + 1))};
  FIRN_TRY(const AccessList list, access_list_of(static_cast<daos_acl*>(entry.dpe_val_ptr)));
  return Property{name, access_list_text(list)};
}

Result<void> fill_access(const std::vector<Property>& properties, const AccessTypes& types,
                         daos_prop_entry& entry) {
  const std::string* const value = find_property(properties, find_access_property(entry.dpe_type, types));
  entry.dpe_flags = value == nullptr ? DAOS_PROP_ENTRY_NOT_SET : 0;
  if (value == nullptr) return {};
  if (entry.dpe_type == types.list) return fill_list(*value, entry);
  if (daos_prop_entry_set_str(&entry, value->data(), value->size()) == 0) return {};
  return fail(Code::no_space, "there is no memory for a property");
}

}  // namespace firn::capi
