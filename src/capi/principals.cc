// Users and groups of this host as principals, "name@"; daos_security.h.
#include <cstring>
#include <string>
#include <string_view>

#include <daos_errno.h>
#include <daos_security.h>

#include "capi/errors.h"
#include "runtime/users.h"

namespace {

using firn::Result;

// The C library's memory.
int give_principal(const Result<std::string>& known, char** name) {
  if (!known) return firn::capi::der_of(known.error().code());
  *name = strdup((*known + "@").c_str());
  return *name == nullptr ? -DER_NOMEM : 0;
}

// The name without what follows "@"; empty if it is no principal.
std::string local_name(const char* principal) {
  if (!daos_acl_principal_is_valid(principal)) return "";
  return std::string(principal, strchr(principal, '@'));
}

template <class Id>
int give_id(const Result<Id>& known, Id* id) {
  if (!known) return firn::capi::der_of(known.error().code());
  *id = *known;
  return 0;
}

}  // namespace

bool daos_acl_principal_is_valid(const char* name) {
  if (name == nullptr) return false;
  return firn::is_principal_name(std::string_view(name, strnlen(name, DAOS_ACL_MAX_PRINCIPAL_BUF_LEN)));
}

int daos_acl_uid_to_principal(uid_t uid, char** name) {
  return name == nullptr ? -DER_INVAL : give_principal(firn::user_name(uid), name);
}

int daos_acl_gid_to_principal(gid_t gid, char** name) {
  return name == nullptr ? -DER_INVAL : give_principal(firn::group_name(gid), name);
}

int daos_acl_principal_to_uid(const char* principal, uid_t* uid) {
  const std::string name = local_name(principal);
  return name.empty() || uid == nullptr ? -DER_INVAL : give_id(firn::user_id(name), uid);
}

int daos_acl_principal_to_gid(const char* principal, gid_t* gid) {
  const std::string name = local_name(principal);
  return name.empty() || gid == nullptr ? -DER_INVAL : give_id(firn::group_id(name), gid);
}
