// Access control lists: entries one after the other, ordered by principal type; daos_security.h. A list from
// a caller may be damaged: nothing behind dal_len is looked at.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <daos_errno.h>
#include <daos_security.h>

#include "capi/access_entry.h"

namespace {

using firn::capi::entry_size;
using firn::capi::has_principal;
using firn::capi::is_entry;
using firn::capi::is_named;
using firn::capi::principal_name;

using Entries = std::vector<daos_ace*>;

// The whole entry at `place`, which is inside of the list; nullptr if there is none.
daos_ace* entry_at(daos_acl& list, size_t place) {
  if (place >= list.dal_len) return nullptr;
  auto* const entry = reinterpret_cast<daos_ace*>(list.dal_ace + place);
  return list.dal_len - place >= sizeof(daos_ace) && is_entry(*entry, list.dal_len - place) ? entry : nullptr;
}

Entries entries_of(daos_acl& list) {
  Entries entries;
  size_t place = 0;
  while (daos_ace* const entry = entry_at(list, place)) {
    entries.push_back(entry);
    place += entry_size(*entry);
  }
  return entries;
}

bool same_principal(const daos_ace& one, const daos_ace& other) {
  return has_principal(one, other.dae_principal_type, principal_name(other));
}

bool has_duplicates(const Entries& entries) {
  for (size_t index = 0; index < entries.size(); ++index) {
    const auto same = [&](const daos_ace* other) { return same_principal(*entries[index], *other); };
    if (std::any_of(entries.begin() + static_cast<ptrdiff_t>(index) + 1, entries.end(), same)) return true;
  }
  return false;
}

bool by_type(const daos_ace* one, const daos_ace* other) {
  return one->dae_principal_type < other->dae_principal_type;
}

const uint8_t* as_bytes(const daos_ace& entry) { return reinterpret_cast<const uint8_t*>(&entry); }

// A list of copies in canonical order; nullptr: no memory, or too long.
daos_acl* make_list(const Entries& entries) {
  size_t size = 0;
  for (const daos_ace* entry : entries) size += entry_size(*entry);
  if (size > DAOS_ACL_MAX_ACE_LEN) return nullptr;
  auto* const list = static_cast<daos_acl*>(calloc(1, sizeof(daos_acl) + size));
  if (list == nullptr) return nullptr;
  list->dal_ver = DAOS_ACL_VERSION;
  list->dal_len = static_cast<uint32_t>(size);
  uint8_t* place = list->dal_ace;
  for (unsigned type = 0; type < NUM_DAOS_ACL_TYPES; ++type) {
    for (const daos_ace* entry : entries) {
      if (entry->dae_principal_type == type) place = std::copy_n(as_bytes(*entry), entry_size(*entry), place);
    }
  }
  return list;
}

// The list, made anew of the entries, takes the place of *acl.
int replace_list(daos_acl** acl, const Entries& entries) {
  daos_acl* const list = make_list(entries);
  if (list == nullptr) return -DER_NOMEM;
  free(*acl);
  *acl = list;
  return 0;
}

bool asks_properly(unsigned type, const char* name) {
  return type < NUM_DAOS_ACL_TYPES && (!is_named(type) || daos_acl_principal_is_valid(name));
}

}  // namespace

daos_acl* daos_acl_create(daos_ace* aces[], uint16_t num_aces) {
  if (aces == nullptr && num_aces > 0) return nullptr;
  const Entries entries(aces, aces + num_aces);
  for (const daos_ace* entry : entries) {
    if (entry == nullptr || !is_entry(*entry, entry_size(*entry))) return nullptr;
  }
  return has_duplicates(entries) ? nullptr : make_list(entries);
}

daos_acl* daos_acl_dup(daos_acl* acl) {
  if (acl == nullptr || acl->dal_len > DAOS_ACL_MAX_ACE_LEN) return nullptr;
  auto* const copy = static_cast<daos_acl*>(malloc(sizeof(daos_acl) + acl->dal_len));
  if (copy != nullptr) memcpy(copy, acl, sizeof(daos_acl) + acl->dal_len);
  return copy;
}

void daos_acl_free(daos_acl* acl) { free(acl); }

ssize_t daos_acl_get_size(daos_acl* acl) {
  return acl == nullptr ? -DER_INVAL : static_cast<ssize_t>(sizeof(daos_acl) + acl->dal_len);
}

daos_ace* daos_acl_get_next_ace(daos_acl* acl, daos_ace* current_ace) {
  if (acl == nullptr) return nullptr;
  if (current_ace == nullptr) return entry_at(*acl, 0);
  const auto* const current = reinterpret_cast<const uint8_t*>(current_ace);
  if (current < acl->dal_ace || current >= acl->dal_ace + acl->dal_len) return nullptr;
  const auto place = static_cast<size_t>(current - acl->dal_ace);
  return entry_at(*acl, place) == nullptr ? nullptr : entry_at(*acl, place + entry_size(*current_ace));
}

int daos_acl_get_ace_for_principal(daos_acl* acl, daos_acl_principal_type type, const char* principal,
                                   daos_ace** ace) {
  if (acl == nullptr || ace == nullptr || !asks_properly(type, principal)) return -DER_INVAL;
  for (daos_ace* entry : entries_of(*acl)) {
    if (!has_principal(*entry, type, is_named(type) ? principal : "")) continue;
    *ace = entry;
    return 0;
  }
  return -DER_NONEXIST;
}

int daos_acl_add_ace(daos_acl** acl, daos_ace* new_ace) {
  if (acl == nullptr || *acl == nullptr || !daos_ace_is_valid(new_ace)) return -DER_INVAL;
  Entries entries = entries_of(**acl);
  const auto same = [&](const daos_ace* entry) { return same_principal(*entry, *new_ace); };
  const auto found = std::find_if(entries.begin(), entries.end(), same);
  if (found == entries.end()) {
    entries.push_back(new_ace);
  } else {
    *found = new_ace;
  }
  return replace_list(acl, entries);
}

int daos_acl_remove_ace(daos_acl** acl, daos_acl_principal_type type, const char* principal_name) {
  if (acl == nullptr) return -DER_INVAL;
  daos_ace* entry = nullptr;
  if (const int result = daos_acl_get_ace_for_principal(*acl, type, principal_name, &entry)) return result;
  Entries entries = entries_of(**acl);
  std::erase(entries, entry);
  return replace_list(acl, entries);
}

int daos_acl_validate(daos_acl* acl) {
  if (acl == nullptr || acl->dal_ver != DAOS_ACL_VERSION || acl->dal_len > DAOS_ACL_MAX_ACE_LEN)
    return -DER_INVAL;
  const Entries entries = entries_of(*acl);
  size_t size = 0;
  for (const daos_ace* entry : entries) size += entry_size(*entry);
  const bool right = size == acl->dal_len && std::all_of(entries.begin(), entries.end(), daos_ace_is_valid) &&
                     std::is_sorted(entries.begin(), entries.end(), by_type) && !has_duplicates(entries);
  return right ? 0 : -DER_INVAL;
}

void daos_acl_dump(daos_acl* acl) {
  if (acl == nullptr) return;
  for (daos_ace* entry : entries_of(*acl)) daos_ace_dump(entry, 0);
}
