// Access control from programs: any text is an error or an entry that gives a text of the same meaning; any
// bytes as a list are refused or can be walked and written.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include <daos_errno.h>
#include <daos_security.h>

#include "base/assert.h"

namespace {

void check_text(const std::string& text) {
  daos_ace* entry = nullptr;
  if (daos_ace_from_str(text.c_str(), &entry) != 0) return;
  char first[DAOS_ACL_MAX_ACE_STR_LEN + 1];
  char second[DAOS_ACL_MAX_ACE_STR_LEN + 1];
  FIRN_ASSERT(daos_ace_to_str(entry, first, sizeof first) == 0);
  daos_ace_free(entry);
  FIRN_ASSERT(daos_ace_from_str(first, &entry) == 0);
  FIRN_ASSERT(daos_ace_to_str(entry, second, sizeof second) == 0);
  FIRN_ASSERT(strcmp(first, second) == 0);
  daos_ace_free(entry);
}

void check_list(const uint8_t* data, size_t size) {
  auto* list = static_cast<daos_acl*>(malloc(sizeof(daos_acl) + size));
  *list = {
      .dal_ver = DAOS_ACL_VERSION, .dal_reserv = 0, .dal_len = static_cast<uint32_t>(size), .dal_ace = {}};
  if (size > 0) memcpy(list->dal_ace, data, size);
  const bool valid = daos_acl_validate(list) == 0;
  size_t walked = 0;
  daos_ace* entry = nullptr;
  while ((entry = daos_acl_get_next_ace(list, entry)) != nullptr) {
    walked += static_cast<size_t>(daos_ace_get_size(entry));
    FIRN_ASSERT(!valid || daos_ace_is_valid(entry));
  }
  FIRN_ASSERT(walked <= size && (!valid || walked == size));
  daos_acl_remove_ace(&list, DAOS_ACL_OWNER, nullptr);
  daos_acl_free(list);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  check_text(std::string(reinterpret_cast<const char*>(data), size));
  check_list(data, size);
  return 0;
}
