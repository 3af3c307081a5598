// Access control as text, "A:G:readers@:rt": an entry's types, flags, principal and permissions;
// daos_security.h.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <daos_errno.h>

#include "capi/access_entry.h"

namespace {

using firn::capi::permissions_for;

struct Letter {
  char letter;
  uint32_t bit;
  const char* words;
};

constexpr Letter kTypes[] = {
    {'A', DAOS_ACL_ACCESS_ALLOW, "Allow"},
    {'U', DAOS_ACL_ACCESS_AUDIT, "Audit"},
    {'L', DAOS_ACL_ACCESS_ALARM, "Alarm"},
};
constexpr Letter kFlags[] = {
    {'G', DAOS_ACL_FLAG_GROUP, "Group"},
    {'S', DAOS_ACL_FLAG_ACCESS_SUCCESS, "Access-Success"},
    {'F', DAOS_ACL_FLAG_ACCESS_FAIL, "Access-Failure"},
    {'P', DAOS_ACL_FLAG_POOL_INHERIT, "Pool-Inherit"},
};
constexpr Letter kPermissions[] = {
    {'r', DAOS_ACL_PERM_READ, "Read"},
    {'w', DAOS_ACL_PERM_WRITE, "Write"},
    {'c', DAOS_ACL_PERM_CREATE_CONT, "Create-Container"},
    {'d', DAOS_ACL_PERM_DEL_CONT, "Delete-Container"},
    {'t', DAOS_ACL_PERM_GET_PROP, "Get-Prop"},
    {'T', DAOS_ACL_PERM_SET_PROP, "Set-Prop"},
    {'a', DAOS_ACL_PERM_GET_ACL, "Get-ACL"},
    {'A', DAOS_ACL_PERM_SET_ACL, "Set-ACL"},
    {'o', DAOS_ACL_PERM_SET_OWNER, "Set-Owner"},
};

template <size_t Count>
std::optional<uint32_t> bits_from(std::string_view text, const Letter (&letters)[Count]) {
  uint32_t bits = 0;
  for (const char given : text) {
    uint32_t bit = 0;
    for (const Letter& letter : letters) bit |= letter.letter == given ? letter.bit : 0;
    if (bit == 0 || (bits & bit) != 0) return std::nullopt;
    bits |= bit;
  }
  return bits;
}

template <size_t Count>
std::string letters_of(uint64_t bits, const Letter (&letters)[Count]) {
  std::string text;
  for (const Letter& letter : letters) {
    if ((bits & letter.bit) != 0) text += letter.letter;
  }
  return text;
}

template <size_t Count>
std::string words_of(uint64_t bits, const Letter (&letters)[Count]) {
  std::string text;
  for (const Letter& letter : letters) {
    if ((bits & letter.bit) != 0) text += (text.empty() ? "" : "/") + std::string(letter.words);
  }
  return text;
}

// The type that a name stands for; users and groups differ by a flag, and so does the owner's group.
std::optional<daos_acl_principal_type> type_of(std::string_view name, bool group) {
  if (name == DAOS_ACL_PRINCIPAL_OWNER_GRP) return group ? std::optional(DAOS_ACL_OWNER_GROUP) : std::nullopt;
  if (name == DAOS_ACL_PRINCIPAL_OWNER) return group ? std::nullopt : std::optional(DAOS_ACL_OWNER);
  if (name == DAOS_ACL_PRINCIPAL_EVERYONE) return group ? std::nullopt : std::optional(DAOS_ACL_EVERYONE);
  return group ? DAOS_ACL_GROUP : DAOS_ACL_USER;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> fields(1);
  for (const char c : text) {
    if (c == separator) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

void set_permissions(daos_ace& entry, uint32_t types, uint32_t permissions) {
  entry.dae_access_types = static_cast<uint8_t>(types);
  if ((types & DAOS_ACL_ACCESS_ALLOW) != 0) entry.dae_allow_perms = permissions;
  if ((types & DAOS_ACL_ACCESS_AUDIT) != 0) entry.dae_audit_perms = permissions;
  if ((types & DAOS_ACL_ACCESS_ALARM) != 0) entry.dae_alarm_perms = permissions;
}

// One text has one set of permissions for all its types; nullopt if the entry's differ.
std::optional<uint64_t> common_permissions(const daos_ace& entry) {
  std::optional<uint64_t> common;
  for (const Letter& type : kTypes) {
    if ((entry.dae_access_types & type.bit) == 0) continue;
    const uint64_t permissions = permissions_for(entry, static_cast<daos_acl_access_type>(type.bit));
    if (common.value_or(permissions) != permissions) return std::nullopt;
    common = permissions;
  }
  return common;
}

int copy_text(const std::string& text, char* buffer, size_t size) {
  if (text.size() + 1 > size) return -DER_TRUNC;
  memcpy(buffer, text.c_str(), text.size() + 1);
  return 0;
}

struct Free {
  void operator()(daos_ace* entry) const { daos_ace_free(entry); }
};
using Entry = std::unique_ptr<daos_ace, Free>;

int parse(std::string_view text, Entry& entry) {
  if (text.size() > DAOS_ACL_MAX_ACE_STR_LEN) return -DER_INVAL;
  const std::vector<std::string> fields = split(text, ':');
  if (fields.size() != 4) return -DER_INVAL;
  const auto types = bits_from(fields[0], kTypes);
  const auto flags = bits_from(fields[1], kFlags);
  const auto permissions = bits_from(fields[3], kPermissions);
  if (!types || *types == 0 || !flags || !permissions) return -DER_INVAL;
  const auto type = type_of(fields[2], (*flags & DAOS_ACL_FLAG_GROUP) != 0);
  if (!type || !daos_acl_principal_is_valid(fields[2].c_str())) return -DER_INVAL;
  entry.reset(daos_ace_create(*type, fields[2].c_str()));
  if (!entry) return -DER_NOMEM;
  entry->dae_access_flags = static_cast<uint16_t>(*flags);
  set_permissions(*entry, *types, *permissions);
  return 0;
}

std::string verbose_text(daos_ace& entry) {
  const std::string permissions = words_of(common_permissions(entry).value_or(0), kPermissions);
  return words_of(entry.dae_access_types, kTypes) + ":" + words_of(entry.dae_access_flags, kFlags) + ":" +
         daos_ace_get_principal_str(&entry) + ":" + (permissions.empty() ? "No-Access" : permissions);
}

// The text of each entry; nullopt if one has none.
std::optional<std::vector<std::string>> texts_of(daos_acl* list) {
  std::vector<std::string> texts;
  daos_ace* entry = nullptr;
  while ((entry = daos_acl_get_next_ace(list, entry)) != nullptr) {
    char text[DAOS_ACL_MAX_ACE_STR_LEN + 1];
    if (daos_ace_to_str(entry, text, sizeof text) != 0) return std::nullopt;
    texts.emplace_back(text);
  }
  return texts;
}

}  // namespace

int daos_ace_from_str(const char* str, daos_ace** ace) {
  if (str == nullptr || ace == nullptr) return -DER_INVAL;
  Entry entry;
  const int result = parse(str, entry);
  if (result == 0) *ace = entry.release();
  return result;
}

int daos_ace_to_str(daos_ace* ace, char* buf, size_t buf_len) {
  if (buf == nullptr || buf_len == 0 || !daos_ace_is_valid(ace)) return -DER_INVAL;
  const auto permissions = common_permissions(*ace);
  if (!permissions) return -DER_INVAL;
  return copy_text(letters_of(ace->dae_access_types, kTypes) + ":" +
                       letters_of(ace->dae_access_flags, kFlags) + ":" + daos_ace_get_principal_str(ace) +
                       ":" + letters_of(*permissions, kPermissions),
                   buf, buf_len);
}

int daos_ace_str_get_verbose(const char* ace_str, char* buf, size_t buf_len) {
  if (ace_str == nullptr || buf == nullptr || buf_len == 0) return -DER_INVAL;
  Entry entry;
  const int result = parse(ace_str, entry);
  return result != 0 ? result : copy_text(verbose_text(*entry), buf, buf_len);
}

int daos_acl_from_strs(const char** ace_strs, size_t ace_nr, daos_acl** acl) {
  if (ace_strs == nullptr || ace_nr == 0 || ace_nr > UINT16_MAX || acl == nullptr) return -DER_INVAL;
  std::vector<Entry> entries(ace_nr);
  std::vector<daos_ace*> pointers;
  for (size_t index = 0; index < ace_nr; ++index) {
    if (ace_strs[index] == nullptr) return -DER_INVAL;
    if (const int result = parse(ace_strs[index], entries[index])) return result;
    pointers.push_back(entries[index].get());
  }
  daos_acl* const list = daos_acl_create(pointers.data(), static_cast<uint16_t>(ace_nr));
  if (list == nullptr) return -DER_INVAL;
  *acl = list;
  return 0;
}

int daos_acl_to_strs(daos_acl* acl, char*** ace_strs, size_t* ace_nr) {
  if (ace_strs == nullptr || ace_nr == nullptr || daos_acl_validate(acl) != 0) return -DER_INVAL;
  const auto texts = texts_of(acl);
  if (!texts) return -DER_INVAL;
  auto** const array = static_cast<char**>(calloc(texts->size() + 1, sizeof(char*)));
  for (size_t index = 0; array != nullptr && index < texts->size(); ++index) {
    array[index] = strdup((*texts)[index].c_str());
    if (array[index] != nullptr) continue;
    for (size_t made = 0; made < index; ++made) free(array[made]);
    free(array);
    return -DER_NOMEM;
  }
  if (array == nullptr) return -DER_NOMEM;
  *ace_strs = array;
  *ace_nr = texts->size();
  return 0;
}

int daos_acl_principal_from_str(const char* principal_str, daos_acl_principal_type* type, char** name) {
  if (principal_str == nullptr || type == nullptr || name == nullptr) return -DER_INVAL;
  const std::string_view text = principal_str;
  for (const bool group : {false, true}) {
    const auto special = type_of(text, group);
    if (!special || firn::capi::is_named(*special)) continue;
    *type = *special;
    *name = nullptr;
    return 0;
  }
  const bool user = text.starts_with("u:");
  if ((!user && !text.starts_with("g:")) || !daos_acl_principal_is_valid(principal_str + 2))
    return -DER_INVAL;
  char* const copy = strdup(principal_str + 2);
  if (copy == nullptr) return -DER_NOMEM;
  *type = user ? DAOS_ACL_USER : DAOS_ACL_GROUP;
  *name = copy;
  return 0;
}

int daos_acl_to_stream(FILE* stream, daos_acl* acl, bool verbose) {
  if (stream == nullptr || (acl != nullptr && daos_acl_validate(acl) != 0)) return -DER_INVAL;
  daos_ace* entry = nullptr;
  bool empty = true;
  while (acl != nullptr && (entry = daos_acl_get_next_ace(acl, entry)) != nullptr) {
    char text[DAOS_ACL_MAX_ACE_STR_LEN + 1];
    if (const int result = daos_ace_to_str(entry, text, sizeof text)) return result;
    if (verbose) fprintf(stream, "# %s\n", verbose_text(*entry).c_str());
    fprintf(stream, "%s\n", text);
    empty = false;
  }
  if (empty) fprintf(stream, "# no entries\n");
  return ferror(stream) != 0 ? -DER_IO : 0;
}
