// What a user may do by an access control list: compat facts, ACLs; daos_pool.h, daos_cont.h.
#include <optional>
#include <string>

#include <daos_cont.h>
#include <daos_errno.h>
#include <daos_pool.h>
#include <daos_security.h>

#include "capi/access_convert.h"
#include "runtime/users.h"

namespace {

struct Rules {
  firn::AccessList list;
  firn::Ownership of;
};

// What is not known on this host is in no list.
firn::Credential describe(uid_t uid, const gid_t* gids, size_t count) {
  firn::Credential who;
  if (const auto user = firn::user_name(uid)) who.user = *user + "@";
  for (size_t index = 0; index < count; ++index) {
    if (const auto group = firn::group_name(gids[index])) who.groups.push_back(*group + "@");
  }
  return who;
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
  auto entries = firn::capi::access_list_of(static_cast<daos_acl*>(list->dpe_val_ptr));
  if (!entries) return std::nullopt;
  return Rules{.list = *std::move(entries), .of = {owner->dpe_str, group->dpe_str}};
}

}  // namespace

int daos_pool_get_perms(daos_prop_t* pool_prop, uid_t uid, gid_t* gids, size_t nr_gids, uint64_t* perms) {
  if (perms == nullptr || (gids == nullptr && nr_gids > 0)) return -DER_INVAL;
  const auto rules = rules_from(pool_prop, {DAOS_PROP_PO_ACL, DAOS_PROP_PO_OWNER, DAOS_PROP_PO_OWNER_GROUP});
  if (!rules) return -DER_INVAL;
  *perms = firn::rights_of(rules->list, rules->of, describe(uid, gids, nr_gids)) & DAOS_ACL_PERM_POOL_ALL;
  return 0;
}

int daos_cont_get_perms(daos_prop_t* cont_prop, uid_t uid, gid_t* gids, size_t nr_gids, uint64_t* perms) {
  if (perms == nullptr || (gids == nullptr && nr_gids > 0)) return -DER_INVAL;
  const auto rules = rules_from(cont_prop, {DAOS_PROP_CO_ACL, DAOS_PROP_CO_OWNER, DAOS_PROP_CO_OWNER_GROUP});
  if (!rules) return -DER_INVAL;
  *perms = firn::container_rights(rules->list, rules->of, describe(uid, gids, nr_gids));
  return 0;
}
