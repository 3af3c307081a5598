// Entries of access control lists: pure functions; daos_security.h, compat facts: ACLs. Memory is the C
// library's.
#include "capi/access_entry.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <daos_errno.h>

namespace firn::capi {
namespace {

constexpr size_t kNameStep = 8;  // names are padded to a multiple of it

constexpr daos_acl_access_type kAccessTypes[] = {DAOS_ACL_ACCESS_ALLOW, DAOS_ACL_ACCESS_AUDIT,
                                                 DAOS_ACL_ACCESS_ALARM};

bool has_only(uint64_t bits, uint64_t allowed) { return (bits & ~allowed) == 0; }

// Permissions are given for the entry's access types only.
bool permissions_are_valid(const daos_ace& entry) {
  for (const daos_acl_access_type access : kAccessTypes) {
    const bool used = (entry.dae_access_types & access) != 0;
    if (!has_only(permissions_for(entry, access), used ? DAOS_ACL_PERM_ALL : 0)) return false;
  }
  return true;
}

}  // namespace

uint64_t permissions_for(const daos_ace& entry, daos_acl_access_type access) {
  switch (access) {
    case DAOS_ACL_ACCESS_AUDIT:
      return entry.dae_audit_perms;
    case DAOS_ACL_ACCESS_ALARM:
      return entry.dae_alarm_perms;
    default:
      return entry.dae_allow_perms;
  }
}

bool is_entry(const daos_ace& entry, size_t size) {
  if (size < sizeof(daos_ace) || entry.dae_principal_type >= NUM_DAOS_ACL_TYPES) return false;
  const size_t room = entry.dae_principal_len;
  if (room > size - sizeof(daos_ace)) return false;
  if (!is_named(entry.dae_principal_type)) return room == 0;
  const bool ends = room % kNameStep == 0 && memchr(entry.dae_principal, '\0', room) != nullptr;
  return ends && daos_acl_principal_is_valid(entry.dae_principal);
}

const char* special_principal(unsigned type) {
  switch (type) {
    case DAOS_ACL_OWNER:
      return DAOS_ACL_PRINCIPAL_OWNER;
    case DAOS_ACL_OWNER_GROUP:
      return DAOS_ACL_PRINCIPAL_OWNER_GRP;
    case DAOS_ACL_EVERYONE:
      return DAOS_ACL_PRINCIPAL_EVERYONE;
    default:
      return nullptr;
  }
}

std::string_view principal_name(const daos_ace& entry) {
  return entry.dae_principal_len == 0 ? std::string_view() : std::string_view(entry.dae_principal);
}

bool has_principal(const daos_ace& entry, unsigned type, std::string_view name) {
  return entry.dae_principal_type == type && (!is_named(type) || principal_name(entry) == name);
}

}  // namespace firn::capi

using firn::capi::entry_size;
using firn::capi::has_only;
using firn::capi::is_entry;
using firn::capi::is_group;
using firn::capi::is_named;

daos_ace* daos_ace_create(daos_acl_principal_type type, const char* principal_name) {
  if (static_cast<unsigned>(type) >= NUM_DAOS_ACL_TYPES) return nullptr;
  const bool named = is_named(type);
  if (named && !daos_acl_principal_is_valid(principal_name)) return nullptr;
  const size_t length = named ? strlen(principal_name) + 1 : 0;
  const size_t step = firn::capi::kNameStep;
  const size_t room = (length + step - 1) / step * step;
  auto* const entry = static_cast<daos_ace*>(calloc(1, sizeof(daos_ace) + room));
  if (entry == nullptr) return nullptr;
  entry->dae_principal_type = static_cast<uint8_t>(type);
  entry->dae_principal_len = static_cast<uint16_t>(room);
  if (is_group(type)) entry->dae_access_flags = DAOS_ACL_FLAG_GROUP;
  if (named) memcpy(entry->dae_principal, principal_name, length);
  return entry;
}

void daos_ace_free(daos_ace* ace) { free(ace); }

ssize_t daos_ace_get_size(daos_ace* ace) {
  if (ace == nullptr || ace->dae_principal_type >= NUM_DAOS_ACL_TYPES) return -DER_INVAL;
  return static_cast<ssize_t>(entry_size(*ace));
}

bool daos_ace_is_valid(daos_ace* ace) {
  if (ace == nullptr || !is_entry(*ace, entry_size(*ace))) return false;
  const bool flagged_group = (ace->dae_access_flags & DAOS_ACL_FLAG_GROUP) != 0;
  return ace->dae_access_types != 0 && has_only(ace->dae_access_types, DAOS_ACL_ACCESS_ALL) &&
         has_only(ace->dae_access_flags, DAOS_ACL_FLAG_ALL) &&
         flagged_group == is_group(ace->dae_principal_type) && firn::capi::permissions_are_valid(*ace);
}

const char* daos_ace_get_principal_str(daos_ace* ace) {
  if (ace == nullptr) return nullptr;
  if (const char* const special = firn::capi::special_principal(ace->dae_principal_type)) return special;
  return is_entry(*ace, entry_size(*ace)) ? ace->dae_principal : nullptr;
}

void daos_ace_dump(daos_ace* ace, uint32_t tabs) {
  char text[DAOS_ACL_MAX_ACE_STR_LEN + 1] = "";
  const int result = ace == nullptr ? -DER_INVAL : daos_ace_to_str(ace, text, sizeof text);
  for (uint32_t tab = 0; tab < tabs; ++tab) putchar('\t');
  printf("%s\n", result == 0 ? text : "(not valid)");
}
