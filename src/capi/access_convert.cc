// Structures of the C API and lists of ours; see access_convert.h.
#include "capi/access_convert.h"

#include <memory>

#include "capi/access_entry.h"

namespace firn::capi {

static_assert(static_cast<int>(PrincipalType::owner) == DAOS_ACL_OWNER &&
              static_cast<int>(PrincipalType::user) == DAOS_ACL_USER &&
              static_cast<int>(PrincipalType::owner_group) == DAOS_ACL_OWNER_GROUP &&
              static_cast<int>(PrincipalType::group) == DAOS_ACL_GROUP &&
              static_cast<int>(PrincipalType::everyone) == DAOS_ACL_EVERYONE);
static_assert(right::kAll == DAOS_ACL_PERM_ALL && right::kPool == DAOS_ACL_PERM_POOL_ALL &&
              right::kContainer == DAOS_ACL_PERM_CONT_ALL);
static_assert(AccessEntry::kTypeAllow == DAOS_ACL_ACCESS_ALLOW &&
              AccessEntry::kFlagGroup == DAOS_ACL_FLAG_GROUP);

namespace {

constexpr daos_acl_access_type kTypes[] = {DAOS_ACL_ACCESS_ALLOW, DAOS_ACL_ACCESS_AUDIT,
                                           DAOS_ACL_ACCESS_ALARM};

// nullopt: they differ from type to type.
std::optional<Rights> common_rights(const daos_ace& entry) {
  std::optional<Rights> common;
  for (const daos_acl_access_type type : kTypes) {
    if ((entry.dae_access_types & type) == 0) continue;
    const Rights rights = permissions_for(entry, type);
    if (common.value_or(rights) != rights) return std::nullopt;
    common = rights;
  }
  return common;
}

struct Free {
  void operator()(daos_ace* entry) const { daos_ace_free(entry); }
};

}  // namespace

std::optional<AccessEntry> access_entry_of(daos_ace& entry) {
  if (!daos_ace_is_valid(&entry)) return std::nullopt;
  const auto rights = common_rights(entry);
  if (!rights) return std::nullopt;
  return AccessEntry{.types = entry.dae_access_types,
                     .flags = entry.dae_access_flags,
                     .principal = static_cast<PrincipalType>(entry.dae_principal_type),
                     .name = std::string(principal_name(entry)),
                     .rights = *rights};
}

daos_ace* make_entry(const AccessEntry& entry) {
  const auto type = static_cast<daos_acl_principal_type>(entry.principal);
  daos_ace* const made = daos_ace_create(type, entry.name.c_str());
  if (made == nullptr) return nullptr;
  made->dae_access_flags = static_cast<uint16_t>(entry.flags);
  made->dae_access_types = static_cast<uint8_t>(entry.types);
  if ((entry.types & DAOS_ACL_ACCESS_ALLOW) != 0) made->dae_allow_perms = entry.rights;
  if ((entry.types & DAOS_ACL_ACCESS_AUDIT) != 0) made->dae_audit_perms = entry.rights;
  if ((entry.types & DAOS_ACL_ACCESS_ALARM) != 0) made->dae_alarm_perms = entry.rights;
  return made;
}

Result<AccessList> access_list_of(daos_acl* list) {
  if (daos_acl_validate(list) != 0) return fail(Code::invalid, "the access control list is not valid");
  AccessList entries;
  for (daos_ace* at = nullptr; (at = daos_acl_get_next_ace(list, at)) != nullptr;) {
    auto entry = access_entry_of(*at);
    if (!entry) return fail(Code::invalid, "an entry of the access control list differs from type to type");
    entries.push_back(*std::move(entry));
  }
  return entries;
}

daos_acl* make_list(const AccessList& list) {
  std::vector<std::unique_ptr<daos_ace, Free>> entries;
  std::vector<daos_ace*> pointers;
  for (const AccessEntry& entry : list) {
    pointers.push_back(entries.emplace_back(make_entry(entry)).get());
    if (pointers.back() == nullptr) return nullptr;
  }
  return daos_acl_create(pointers.data(), static_cast<uint16_t>(pointers.size()));
}

}  // namespace firn::capi
