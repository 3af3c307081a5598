// Owners and access lists of containers; daos_cont.h, daos_fs.h. compat: ACLs.
#include <cstdlib>

#include <daos_cont.h>

#include "capi/access_convert.h"
#include "capi/access_entry.h"
#include "capi/access_properties.h"
#include "capi/container_properties.h"
#include "capi/dfs_calls.h"
#include "capi/request_call.h"
#include "model/access_messages.h"
#include "model/properties.h"

namespace firn::capi {

namespace {

using Handle = std::shared_ptr<ContainerHandle>;

Task<Result<int>> get_list(Lane* lane, Handle handle, daos_prop_t** place) {
  FIRN_CO_TRY(client::Client* const client, lane->client(handle->pool->system));
  FIRN_CO_TRY(const ContainerInfo info, co_await client->query_container(handle->pool->id(), handle->id()));
  daos_prop_t* const list = daos_prop_alloc(3);
  if (list == nullptr) co_return -DER_NOMEM;
  list->dpp_entries[0].dpe_type = kContainerAccess.list;
  list->dpp_entries[1].dpe_type = kContainerAccess.owner;
  list->dpp_entries[2].dpe_type = kContainerAccess.owner_group;
  if (auto filled = fill_properties(info, *list); !filled) {
    daos_prop_free(list);
    co_return std::move(filled).error();
  }
  *place = list;
  co_return 0;
}

int start_change(daos_handle_t coh, AccessChange change, Result<std::string> text, daos_event_t* ev,
                 std::source_location call = std::source_location::current()) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ContainerHandle>(coh);
  if (!handle) return -DER_NO_HDL;
  if (!text) return report(std::move(text).error(), call);
  if (!handle->changeable() || !handle->allows(right::kSetAccess)) return -DER_NO_PERM;
  AccessChangeRequest request{handle->pool->id(), handle->id(), change, *std::move(text)};
  return perform_request(ev, handle->pool, std::move(request), call);
}

Result<std::string> text_of(daos_acl* acl) {
  FIRN_TRY(const AccessList list, access_list_of(acl));
  return access_list_text(list);
}

// As text of AccessChange::remove.
Result<std::string> principal_text(daos_acl_principal_type type, const char* name) {
  if (const char* const special = special_principal(type)) return special;
  if ((type != DAOS_ACL_USER && type != DAOS_ACL_GROUP) || !daos_acl_principal_is_valid(name))
    return fail(Code::invalid, "there is no such principal");
  return (type == DAOS_ACL_USER ? "u:" : "g:") + std::string(name);
}

int start_set_owner(daos_handle_t coh, const char* user, const char* group, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ContainerHandle>(coh);
  if (!handle) return -DER_NO_HDL;
  std::vector<Property> owners;
  if (user != nullptr) owners.push_back({std::string(property::kOwner), user});
  if (group != nullptr) owners.push_back({std::string(property::kGroup), group});
  if (owners.empty()) return refuse("neither an owner nor a group is given");
  for (const Property& owner : owners) {
    if (!is_principal_name(owner.value)) return refuse("owners are written NAME@ or NAME@DOMAIN");
  }
  if (!handle->changeable() || !handle->allows(right::kSetOwner)) return -DER_NO_PERM;
  ContainerSetPropertiesRequest request{handle->pool->id(), handle->id(), std::move(owners)};
  return perform_request(ev, handle->pool, std::move(request));
}

Task<Result<int>> set_root_owner(Lane* lane, Handle handle, dfs::SetAttributes change) {
  FIRN_CO_TRY(auto container, lane->container(handle));
  FIRN_CO_TRY(auto file_system, co_await dfs::FileSystem::mount(std::move(container), {}));
  FIRN_CO_CHECK(co_await file_system->set_attributes(file_system->root(), change));
  co_return 0;
}

}  // namespace

}  // namespace firn::capi

using namespace firn::capi;  // NOLINT(google-build-using-namespace): the functions of the C API are outside

int daos_cont_get_acl(daos_handle_t coh, daos_prop_t** acl_prop, daos_event_t* ev) {
  if (!ready()) return -DER_UNINIT;
  auto handle = find<ContainerHandle>(coh);
  if (!handle) return -DER_NO_HDL;
  if (acl_prop == nullptr) return refuse("there is no place for the list");
  if (!handle->allows(firn::right::kGetAccess)) return -DER_NO_PERM;
  return perform(
      ev, [handle = std::move(handle), acl_prop](Lane& lane) { return get_list(&lane, handle, acl_prop); });
}

int daos_cont_overwrite_acl(daos_handle_t coh, struct daos_acl* acl, daos_event_t* ev) {
  return start_change(coh, firn::AccessChange::overwrite, text_of(acl), ev);
}

int daos_cont_update_acl(daos_handle_t coh, struct daos_acl* acl, daos_event_t* ev) {
  return start_change(coh, firn::AccessChange::update, text_of(acl), ev);
}

int daos_cont_delete_acl(daos_handle_t coh, enum daos_acl_principal_type type, d_string_t name,
                         daos_event_t* ev) {
  return start_change(coh, firn::AccessChange::remove, principal_text(type, name), ev);
}

int daos_cont_set_owner(daos_handle_t coh, d_string_t user, d_string_t group, daos_event_t* ev) {
  uid_t uid = 0;
  gid_t gid = 0;
  int known = user == nullptr ? 0 : daos_acl_principal_to_uid(user, &uid);
  if (known == 0 && group != nullptr) known = daos_acl_principal_to_gid(group, &gid);
  return known != 0 ? known : start_set_owner(coh, user, group, ev);
}

int daos_cont_set_owner_no_check(daos_handle_t coh, d_string_t user, d_string_t group, daos_event_t* ev) {
  return start_set_owner(coh, user, group, ev);
}

int dfs_cont_set_owner(daos_handle_t coh, d_string_t user, uid_t uid, d_string_t group, gid_t gid) {
  const int set = errno_of_call(start_set_owner(coh, user, group, nullptr));
  if (set != 0) return set;
  firn::dfs::SetAttributes change;
  if (user != nullptr) change.uid = uid;
  if (group != nullptr) change.gid = gid;
  const auto handle = find<ContainerHandle>(coh);
  if (!handle) return EINVAL;
  return errno_of_call(perform(nullptr, [&](Lane& lane) { return set_root_owner(&lane, handle, change); }));
}
