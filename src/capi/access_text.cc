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

#include "capi/access_convert.h"
#include "capi/access_entry.h"

namespace {

struct Word {
  uint32_t bit;
  const char* words;
};

constexpr Word kTypes[] = {
    {DAOS_ACL_ACCESS_ALLOW, "Allow"},
    {DAOS_ACL_ACCESS_AUDIT, "Audit"},
    {DAOS_ACL_ACCESS_ALARM, "Alarm"},
};
constexpr Word kFlags[] = {
    {DAOS_ACL_FLAG_GROUP, "Group"},
    {DAOS_ACL_FLAG_ACCESS_SUCCESS, "Access-Success"},
    {DAOS_ACL_FLAG_ACCESS_FAIL, "Access-Failure"},
    {DAOS_ACL_FLAG_POOL_INHERIT, "Pool-Inherit"},
};
constexpr Word kPermissions[] = {
    {DAOS_ACL_PERM_READ, "Read"},
    {DAOS_ACL_PERM_WRITE, "Write"},
    {DAOS_ACL_PERM_CREATE_CONT, "Create-Container"},
    {DAOS_ACL_PERM_DEL_CONT, "Delete-Container"},
    {DAOS_ACL_PERM_GET_PROP, "Get-Prop"},
    {DAOS_ACL_PERM_SET_PROP, "Set-Prop"},
    {DAOS_ACL_PERM_GET_ACL, "Get-ACL"},
    {DAOS_ACL_PERM_SET_ACL, "Set-ACL"},
    {DAOS_ACL_PERM_SET_OWNER, "Set-Owner"},
};

template <size_t Count>
std::string words_of(uint64_t bits, const Word (&all)[Count]) {
  std::string text;
  for (const Word& word : all) {
    if ((bits & word.bit) != 0) text += (text.empty() ? "" : "/") + std::string(word.words);
  }
  return text;
}

int copy_text(const std::string& text, char* buffer, size_t size) {
  if (text.size() + 1 > size) return -DER_TRUNC;
  memcpy(buffer, text.c_str(), text.size() + 1);
  return 0;
}

constexpr std::pair<const char*, daos_acl_principal_type> kSpecial[] = {
    {DAOS_ACL_PRINCIPAL_OWNER, DAOS_ACL_OWNER},
    {DAOS_ACL_PRINCIPAL_OWNER_GRP, DAOS_ACL_OWNER_GROUP},
    {DAOS_ACL_PRINCIPAL_EVERYONE, DAOS_ACL_EVERYONE},
};

struct Free {
  void operator()(daos_ace* entry) const { daos_ace_free(entry); }
};
using Entry = std::unique_ptr<daos_ace, Free>;

int parse(std::string_view text, Entry& entry) {
  if (text.size() > DAOS_ACL_MAX_ACE_STR_LEN) return -DER_INVAL;
  const auto parsed = firn::parse_access_entry(text);
  if (!parsed) return -DER_INVAL;
  entry.reset(firn::capi::make_entry(*parsed));
  return entry ? 0 : -DER_NOMEM;
}

std::string verbose_text(const firn::AccessEntry& entry, const char* principal) {
  const std::string permissions = words_of(entry.rights, kPermissions);
  return words_of(entry.types, kTypes) + ":" + words_of(entry.flags, kFlags) + ":" + principal + ":" +
         (permissions.empty() ? "No-Access" : permissions);
}

std::string verbose_text(daos_ace& entry) {
  const auto ours = firn::capi::access_entry_of(entry);
  return ours ? verbose_text(*ours, daos_ace_get_principal_str(&entry)) : "(not valid)";
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
  if (ace == nullptr || buf == nullptr || buf_len == 0) return -DER_INVAL;
  const auto entry = firn::capi::access_entry_of(*ace);
  return entry ? copy_text(firn::access_entry_text(*entry), buf, buf_len) : -DER_INVAL;
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
  for (const auto& [special_name, special] : kSpecial) {
    if (text != special_name) continue;
    *type = special;
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
