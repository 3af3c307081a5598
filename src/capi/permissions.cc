// What a user may do by an access control list: compat facts, ACLs; daos_pool.h, daos_cont.h. Of several
// entries that fit, the nearest decides: owner, user, all groups together, everyone.
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <daos_cont.h>
#include <daos_errno.h>
#include <daos_pool.h>
#include <daos_security.h>

#include "capi/access_entry.h"

namespace {

using firn::capi::principal_name;

struct Caller {
  std::string user;                 // empty: not known on this host
  std::vector<std::string> groups;  // those that are known
};

struct Rules {
  daos_acl* list = nullptr;
  std::string_view owner;
  std::string_view owner_group;
};

template <class Id>
std::string name_of(Id id, int (*to_principal)(Id, char**)) {
  char* name = nullptr;
  if (to_principal(id, &name) != 0) return "";
  std::string copy = name;
  free(name);
  return copy;
}

Caller describe(uid_t uid, const gid_t* gids, size_t count) {
  Caller caller{.user = name_of(uid, daos_acl_uid_to_principal), .groups = {}};
  for (size_t index = 0; index < count; ++index) {
    std::string name = name_of(gids[index], daos_acl_gid_to_principal);
    if (!name.empty()) caller.groups.push_back(std::move(name));
  }
  return caller;
}

bool is_member(const Caller& caller, std::string_view group) {
  return std::find(caller.groups.begin(), caller.groups.end(), group) != caller.groups.end();
}

bool is_owner(const Caller& caller, const Rules& rules) {
  return !caller.user.empty() && caller.user == rules.owner;
}

std::optional<uint64_t> permissions_of(const Rules& rules, daos_acl_principal_type type, const char* name) {
  daos_ace* entry = nullptr;
  if (daos_acl_get_ace_for_principal(rules.list, type, name, &entry) != 0) return std::nullopt;
  return entry->dae_allow_perms;
}

// nullopt: no entry is about a group of the caller.
std::optional<uint64_t> group_permissions(const Rules& rules, const Caller& caller) {
  std::optional<uint64_t> all;
  daos_ace* entry = nullptr;
  while ((entry = daos_acl_get_next_ace(rules.list, entry)) != nullptr) {
    const bool fits =
        (entry->dae_principal_type == DAOS_ACL_OWNER_GROUP && is_member(caller, rules.owner_group)) ||
        (entry->dae_principal_type == DAOS_ACL_GROUP && is_member(caller, principal_name(*entry)));
    if (fits) all = all.value_or(0) | entry->dae_allow_perms;
  }
  return all;
}

uint64_t evaluate(const Rules& rules, const Caller& caller) {
  if (is_owner(caller, rules)) {
    if (const auto found = permissions_of(rules, DAOS_ACL_OWNER, nullptr)) return *found;
  }
  if (!caller.user.empty()) {
    if (const auto found = permissions_of(rules, DAOS_ACL_USER, caller.user.c_str())) return *found;
  }
  if (const auto found = group_permissions(rules, caller)) return *found;
  return permissions_of(rules, DAOS_ACL_EVERYONE, nullptr).value_or(0);
}

struct Types {
  uint32_t list;
  uint32_t owner;
  uint32_t owner_group;
};

// nullopt: one of them is not in the list, or is not valid.
std::optional<Rules> rules_from(daos_prop_t* properties, const Types& types) {
  const daos_prop_entry* const list = daos_prop_entry_get(properties, types.list);
  const daos_prop_entry* const owner = daos_prop_entry_get(properties, types.owner);
  const daos_prop_entry* const group = daos_prop_entry_get(properties, types.owner_group);
  if (list == nullptr || owner == nullptr || group == nullptr) return std::nullopt;
  if (owner->dpe_str == nullptr || group->dpe_str == nullptr) return std::nullopt;
  auto* const entries = static_cast<daos_acl*>(list->dpe_val_ptr);
  if (daos_acl_validate(entries) != 0) return std::nullopt;
  return Rules{.list = entries, .owner = owner->dpe_str, .owner_group = group->dpe_str};
}

}  // namespace

int daos_pool_get_perms(daos_prop_t* pool_prop, uid_t uid, gid_t* gids, size_t nr_gids, uint64_t* perms) {
  if (perms == nullptr || (gids == nullptr && nr_gids > 0)) return -DER_INVAL;
  const auto rules = rules_from(pool_prop, {DAOS_PROP_PO_ACL, DAOS_PROP_PO_OWNER, DAOS_PROP_PO_OWNER_GROUP});
  if (!rules) return -DER_INVAL;
  *perms = evaluate(*rules, describe(uid, gids, nr_gids)) & DAOS_ACL_PERM_POOL_ALL;
  return 0;
}

int daos_cont_get_perms(daos_prop_t* cont_prop, uid_t uid, gid_t* gids, size_t nr_gids, uint64_t* perms) {
  if (perms == nullptr || (gids == nullptr && nr_gids > 0)) return -DER_INVAL;
  const auto rules = rules_from(cont_prop, {DAOS_PROP_CO_ACL, DAOS_PROP_CO_OWNER, DAOS_PROP_CO_OWNER_GROUP});
  if (!rules) return -DER_INVAL;
  const Caller caller = describe(uid, gids, nr_gids);
  *perms = evaluate(*rules, caller) & DAOS_ACL_PERM_CONT_ALL;
  // Nobody can lock an owner out of the list.
  if (is_owner(caller, *rules)) *perms |= DAOS_ACL_PERM_GET_ACL | DAOS_ACL_PERM_SET_ACL;
  return 0;
}
