// Users and groups of this host; see users.h.
#include "runtime/users.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace firn {

namespace {

constexpr size_t kRecordBytesMax = size_t{1} << 20;  // of a user or group

// Calls a get…_r function with more and more room; `take` gets the record.
template <class Record, class Ask, class Take>
auto look_up(const char* what, const Ask& ask, const Take& take) -> Result<decltype(take(Record{}))> {
  std::vector<char> room;
  for (size_t bytes = 1024; bytes <= kRecordBytesMax; bytes *= 2) {
    room.resize(bytes);
    Record record{};
    Record* found = nullptr;
    const int error = ask(&record, room.data(), room.size(), &found);
    if (error == ERANGE) continue;
    if (found == nullptr) return fail(Code::not_found, what);
    return take(*found);
  }
  return fail(Code::io, "what this host knows of a user or group is too long");
}

constexpr const char* kNoUser = "this host knows no such user";
constexpr const char* kNoGroup = "this host knows no such group";

std::string principal(const Result<std::string>& name, uint64_t number) {
  return name.value_or(std::to_string(number)) + "@";
}

}  // namespace

Result<std::string> user_name(uid_t user) {
  return look_up<passwd>(
      kNoUser, [user](auto... rest) { return getpwuid_r(user, rest...); },
      [](const passwd& record) { return std::string(record.pw_name); });
}

Result<std::string> group_name(gid_t group) {
  return look_up<::group>(
      kNoGroup, [group](auto... rest) { return getgrgid_r(group, rest...); },
      [](const ::group& record) { return std::string(record.gr_name); });
}

Result<uid_t> user_id(const std::string& name) {
  return look_up<passwd>(
      kNoUser, [&name](auto... rest) { return getpwnam_r(name.c_str(), rest...); },
      [](const passwd& record) { return record.pw_uid; });
}

Result<gid_t> group_id(const std::string& name) {
  return look_up<::group>(
      kNoGroup, [&name](auto... rest) { return getgrnam_r(name.c_str(), rest...); },
      [](const ::group& record) { return record.gr_gid; });
}

Credential process_credential() {
  Credential credential{.user = principal(user_name(geteuid()), geteuid()), .groups = {}};
  std::vector<gid_t> groups(std::max(getgroups(0, nullptr), 0));
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<size_t>(std::max(count, 0)));
  std::erase(groups, getegid());
  groups.insert(groups.begin(), getegid());
  for (const gid_t group : groups) credential.groups.push_back(principal(group_name(group), group));
  return credential;
}

}  // namespace firn
