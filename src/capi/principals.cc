// Users and groups of this host as principals, "name@"; daos_security.h.
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <daos_errno.h>
#include <daos_security.h>
#include <grp.h>
#include <pwd.h>

namespace {

constexpr size_t kRecordMax = size_t{1} << 20;  // bytes of a user's or group's record

// Calls a get…_r function with more and more room. nullptr in `found`: there is no such record.
template <class Record, class Ask>
int look_up(Record& record, Record*& found, std::vector<char>& room, const Ask& ask) {
  for (size_t size = 1024; size <= kRecordMax; size *= 2) {
    room.resize(size);
    const int error = ask(&record, room.data(), room.size(), &found);
    if (error == ERANGE) continue;
    if (found == nullptr) return error == ENOMEM ? -DER_NOMEM : -DER_NONEXIST;
    return 0;
  }
  return -DER_NOMEM;
}

int copy_principal(const char* found, char** name) {
  *name = strdup((std::string(found) + "@").c_str());
  return *name == nullptr ? -DER_NOMEM : 0;
}

// The name without what follows "@"; empty if it is no principal.
std::string local_name(const char* principal) {
  if (!daos_acl_principal_is_valid(principal)) return "";
  return std::string(principal, strchr(principal, '@'));
}

}  // namespace

bool daos_acl_principal_is_valid(const char* name) {
  if (name == nullptr) return false;
  const std::string_view text(name, strnlen(name, DAOS_ACL_MAX_PRINCIPAL_BUF_LEN));
  const size_t at = text.find('@');
  return text.size() <= DAOS_ACL_MAX_PRINCIPAL_LEN && at != std::string_view::npos && at > 0 &&
         text.find('@', at + 1) == std::string_view::npos;
}

int daos_acl_uid_to_principal(uid_t uid, char** name) {
  if (name == nullptr) return -DER_INVAL;
  passwd record{};
  passwd* found = nullptr;
  std::vector<char> room;
  const auto ask = [uid](auto... rest) { return getpwuid_r(uid, rest...); };
  const int result = look_up(record, found, room, ask);
  return result != 0 ? result : copy_principal(found->pw_name, name);
}

int daos_acl_gid_to_principal(gid_t gid, char** name) {
  if (name == nullptr) return -DER_INVAL;
  group record{};
  group* found = nullptr;
  std::vector<char> room;
  const auto ask = [gid](auto... rest) { return getgrgid_r(gid, rest...); };
  const int result = look_up(record, found, room, ask);
  return result != 0 ? result : copy_principal(found->gr_name, name);
}

int daos_acl_principal_to_uid(const char* principal, uid_t* uid) {
  const std::string name = local_name(principal);
  if (name.empty() || uid == nullptr) return -DER_INVAL;
  passwd record{};
  passwd* found = nullptr;
  std::vector<char> room;
  const auto ask = [&](auto... rest) { return getpwnam_r(name.c_str(), rest...); };
  const int result = look_up(record, found, room, ask);
  if (result == 0) *uid = found->pw_uid;
  return result;
}

int daos_acl_principal_to_gid(const char* principal, gid_t* gid) {
  const std::string name = local_name(principal);
  if (name.empty() || gid == nullptr) return -DER_INVAL;
  group record{};
  group* found = nullptr;
  std::vector<char> room;
  const auto ask = [&](auto... rest) { return getgrnam_r(name.c_str(), rest...); };
  const int result = look_up(record, found, room, ask);
  if (result == 0) *gid = found->gr_gid;
  return result;
}
